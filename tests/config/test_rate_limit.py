from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import LogCapture

from config import rate_limit
from config.rate_limit import ALIKE, BURST, PERIOD, RateLimit


class Clock:
    """Stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        """The present."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()


@pytest.fixture
def lines(clock: Clock) -> Iterator[list[structlog.typing.EventDict]]:
    """What is written of what is logged, ours and that of libraries."""
    limit, capture = RateLimit(clock), LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[limit, capture], cache_logger_on_first_use=False)

    class Heard(logging.Handler):
        """Writes into the same list."""

        def emit(self, record: logging.LogRecord) -> None:
            """Note it."""
            capture.entries.append({"event": record.getMessage(), "log_level": record.levelname})

    heard = Heard()
    heard.addFilter(limit)
    library = logging.getLogger("a.library")
    library.addHandler(heard)
    library.propagate = False
    yield capture.entries
    library.removeHandler(heard)
    library.propagate = True
    structlog.configure(**before)


def test_equal_errors_are_written_a_few_times_and_counted(
    lines: list[structlog.typing.EventDict], clock: Clock
) -> None:
    """Whoever causes an error fills the disk with it."""
    library = logging.getLogger("a.library")
    for number in range(1000):
        library.error("out of sockets\nsocket: fd=%d", number)
        structlog.get_logger().error("cannot file", reason="full")
    assert [line["event"].partition("\n")[0] for line in lines] == [
        "out of sockets", "cannot file",
    ] * BURST  # fmt: skip
    lines.clear()
    clock.now += PERIOD
    structlog.get_logger().info("something else")
    told = {line["line"]: line["times"] for line in lines if line["event"] == "repeated"}
    assert told == {"out of sockets": 1000 - BURST, "cannot file": 1000 - BURST}
    lines.clear()
    library.error("out of sockets\nsocket: fd=%d", 7)
    assert len(lines) == 1, "and anew"


def test_lines_that_tell_something_else_are_all_written(
    lines: list[structlog.typing.EventDict],
) -> None:
    """The reasons of 100 failed scans, or what was filed, would be missing from the log."""
    for number in range(100):
        structlog.get_logger().error("not made", file=f"{number}.pdf")
        structlog.get_logger().info("filed")
        logging.getLogger("a.library").error(f"failed over {number}")  # noqa: G004
    assert len(lines) == 300


def test_lines_that_are_told_to_be_alike_are(lines: list[structlog.typing.EventDict]) -> None:
    """A client would write as many lines as it can think of paths."""
    for number in range(100):
        structlog.get_logger().error("a request failed", path=f"/{number}", **{ALIKE: "here"})
    assert len(lines) == BURST
    assert ALIKE not in lines[0]
    structlog.get_logger().error("a request failed", path="/", **{ALIKE: "there"})
    assert len(lines) == BURST + 1


def test_it_does_not_grow(
    lines: list[structlog.typing.EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors that all differ would fill the memory."""
    monkeypatch.setattr(rate_limit, "_KINDS", 10)
    limit = RateLimit(lambda: 0.0)
    for number in range(1000):
        limit(None, "error", {"event": str(number)})
    assert len(limit._periods) <= 10
