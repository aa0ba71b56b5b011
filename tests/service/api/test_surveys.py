"""``/warnings`` and ``/map``, by a real worker."""

from __future__ import annotations

from tests.service.api.conftest import Answering


def test_warnings_and_map_of_a_home(judging: Answering) -> None:
    """Nobody at a browser would learn why scans land in the wrong folder."""
    found = judging.client.get("/warnings")
    assert found.status_code == 200, found.text
    assert [(one["kind"], one["classes"]) for one in found.json()["warnings"]] == [
        ("single", ["cylinder"]), ("single", ["ticket"]),
    ]  # fmt: skip
    told = judging.client.get("/map").json()
    assert told["examples"] == 2
    assert [(one["class"], one["example"]) for one in told["points"]] == [
        ("cylinder", "cylinder-1.png"), ("ticket", "ticket-1.png"),
    ]  # fmt: skip
    assert all(-1 <= one[axis] <= 1 for one in told["points"] for axis in "xy")
