from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAYS = """
import logging, structlog
from config.logs import configure_logging
from config.settings import Settings
configure_logging(Settings(log_format={format!r}, log_level={level!r}))
log = structlog.get_logger()
log.debug("looked", n=1)
log.info("filed", path="in voice\\n\\udcff.png", n=2)
log.warning("slow", where={{"a": object}})
log.error("broken")
logging.getLogger("alembic").info("not heard")
logging.getLogger("watchdog").warning("lost %d events", 7)
try:
    secret = "hunter2"
    raise ValueError("no such thing")
except ValueError:
    logging.getLogger("other").exception("failed")
"""


def said(format: str = "json", level: str = "info") -> list[str]:  # noqa: A002
    """What a process logs; nothing of it may go to stdout."""
    done = subprocess.run(
        [sys.executable, "-c", SAYS.format(format=format, level=level)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.fixture(scope="module")
def json_lines() -> list[dict]:
    """Each line that is logged as JSON."""
    return [json.loads(line) for line in said()]


def test_each_line_is_one_object(json_lines: list[dict]) -> None:
    """A log collector would choke on a line that is no JSON: a library's own, say."""
    events = [line["event"] for line in json_lines]
    assert events == ["filed", "slow", "broken", "lost 7 events", "failed"]
    assert [line["level"] for line in json_lines] == [
        "info", "warning", "error", "warning", "error",
    ]  # fmt: skip
    assert json_lines[0]["n"] == 2
    assert json_lines[0]["path"] == "in voice\n\udcff.png"


def test_times_are_utc(json_lines: list[dict]) -> None:
    """Lines of two machines could not be put in order."""
    for line in json_lines:
        offset = datetime.fromisoformat(line["timestamp"]).utcoffset()
        assert offset is not None
        assert not offset


def test_an_error_has_its_traceback(json_lines: list[dict]) -> None:
    """What went wrong would be lost with the terminal."""
    assert "no such thing" in json.dumps(json_lines[-1])


@pytest.mark.parametrize("format", ["json", "console"])
def test_a_traceback_shows_no_values(format: str) -> None:  # noqa: A002
    """A token, or what is in somebody's papers, would lie in the log."""
    lines = "\n".join(said(format))
    assert "no such thing" in lines
    assert "hunter2" not in lines


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["looked", "filed", "slow", "broken", "lost 7 events", "failed"]),
        ("warning", ["slow", "broken", "lost 7 events", "failed"]),
        ("error", ["broken", "failed"]),
    ],
)
def test_the_level_is_the_least_that_is_logged(level: str, events: list[str]) -> None:
    """`log_level` would be a wish."""
    assert [json.loads(line)["event"] for line in said(level=level)] == events


@pytest.mark.parametrize("form", ["console", "auto"])
def test_people_read_lines_without_colour_codes_in_a_file(form: str) -> None:
    """A redirected log would be full of escape sequences."""
    lines = said(form)
    assert "filed" in lines[0]
    assert "lost 7 events" in "\n".join(lines)
    assert "\x1b" not in "\n".join(lines)


def test_a_file_name_cannot_speak_to_the_terminal() -> None:
    """A name with escape sequences could repaint the screen, or answer for the user."""
    program = SAYS.format(format="console", level="info").replace("in voice", "a\\x1b]0;owned\\x07")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert "owned" in done.stderr
    assert "\x1b" not in done.stderr
    assert "\x07" not in done.stderr
