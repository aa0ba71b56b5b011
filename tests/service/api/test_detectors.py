"""``/detectors``, and what detectors said of scans."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np

from models.detector.saved.manifest import HEAD_FILE, Manifest
from models.siamese.weights import SHIPPED, read_manifest
from service.workers.pipeline import Examined, Job
from tests.detectors import MADE_AT, REPORT, put_detector
from tests.service.api.conftest import Answering
from tests.service.fakes import Desk, Judge, detected, verdict_of
from tests.service.serving import is_problem

BRANCH = read_manifest(SHIPPED)


def put(answering: Answering, name: str = "banana", bias: float = 1.0, **more: Any) -> Manifest:
    """A detector that says the same of everything."""
    zeros = np.zeros(BRANCH.branch.dim)
    folder = answering.home.detectors
    return put_detector(folder, name, zeros, bias, **{"branch_id": BRANCH.branch_id, **more})


def test_detectors_are_listed_with_what_is_wrong(answering: Answering) -> None:
    """Whoever is not at the machine would not know what judges."""
    assert answering.client.get("/detectors").json() == []
    made = put(answering, scores={"auroc": float("nan"), "table": [{"f1": 0.5}]})
    put(answering, "cut")
    (answering.home.detectors / "cut" / HEAD_FILE).write_bytes(b"")
    (answering.home.detectors / "empty").mkdir()
    put(answering, "old", branch_id="another")
    banana, cut, empty, old = answering.client.get("/detectors").json()
    assert banana == {
        "name": "banana", "detector_id": made.detector_id, "approach": "branch", "head": "dense",
        "threshold": 0.5, "made_at": MADE_AT, "scores": {"auroc": None, "table": [{"f1": 0.5}]},
        "verdict": [], "report": True, "trouble": None,
    }  # fmt: skip
    assert "not the one of its manifest" in cut["trouble"]
    assert (empty["name"], empty["detector_id"], empty["report"]) == ("empty", None, False)
    assert "other weights" in old["trouble"]


def test_a_report_may_draw_and_nothing_else(answering: Answering) -> None:
    """A report that somebody else wrote could act in the name of whoever reads it."""
    put(answering)
    answer = answering.client.get("/detectors/banana/report")
    assert (answer.status_code, answer.text) == (200, REPORT)
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.endswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    for name in ("apple", "..%2Fbanana", ".new", "%00"):
        is_problem(answering.client.get(f"/detectors/{name}/report"), 404)
    report = answering.home.detectors / "banana" / "report.html"
    report.unlink()
    report.symlink_to("/etc/hostname")
    is_problem(answering.client.get("/detectors/banana/report"), 404)


def test_a_scan_tells_which_model_said_what(answering: Answering) -> None:
    """Why a scan lies where it lies, nobody could tell."""
    made = put(answering)
    desk = Desk(answering.home, answering.office.ledger)
    for name, word in (("a.png", "banana"), ("b.png", "ticket")):
        desk.drop(name, word)

    class WithDetectors(Judge):
        """Asks a detector of bananas as well."""

        def _examine(self, job: Job) -> Examined:
            word = job.scan.path.read_text()
            return Examined(job.scan, detected(verdict_of("ticket"), word, made.detector_id))

    desk.once(WithDetectors())
    get = answering.client.get
    banana = get("/scans/1").json()
    assert (banana["class"], banana["decided_by"]) == ("banana", "detector")
    (said,) = banana["detections"]
    assert said == {
        "name": "banana", "detector_id": made.detector_id, "probability": 0.75, "accepted": True,
        "threshold": 0.5,
    }  # fmt: skip
    ticket = get("/scans/2").json()
    assert (ticket["class"], ticket["decided_by"]) == ("ticket", "support")
    assert not ticket["detections"][0]["accepted"]
    # What only a detector knows can be said as well; who had decided stands.
    for scan_id, to in ((1, "banana"), (2, "banana")):
        said = answering.client.post(f"/scans/{scan_id}/correction", json={"class": to})
        assert said.json()["destination"] == f"sorted/banana/{'ab'[scan_id - 1]}.png"
    assert get("/scans/2").json()["decided_by"] == "support"
    shutil.rmtree(answering.home.detectors / "banana")
    assert get("/scans/1").json()["detections"][0]["threshold"] is None
    assert get("/scans/1").json()["decided_by"] == "detector"
    answer = answering.client.post("/scans/2/correction", json={"class": "banana"})
    is_problem(answer, 404)
