"""Structured logging to stderr: lines for people, or one JSON object a line."""

from __future__ import annotations

import contextlib
import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

from config.rate_limit import RateLimit
from config.settings import Settings
from config.stderr import BestEffortStream


def configure_logging(settings: Settings) -> None:
    """Set the process up to log as ``settings`` say. Called once, at the edge."""
    level = getattr(logging, settings.log_level.upper())
    as_json = settings.log_format == "json"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(
            fmt="iso" if as_json else "%H:%M:%S", utc=as_json
        ),
    ]  # fmt: skip
    finish: list[Processor]
    if as_json:
        without_values = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        finish = [
            structlog.processors.ExceptionRenderer(without_values),
            structlog.processors.JSONRenderer(),
        ]
    else:
        console = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            pad_event_to=10,
            # Without the values in its frames: they are people's papers, and minutes of drawing.
            exception_formatter=structlog.dev.plain_traceback,
        )
        finish = [_printable, console]
    limit = RateLimit()
    structlog.configure(
        processors=[limit, *shared, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )
    # Libraries that log in the standard way (alembic, watchdog) are heard from warnings up.
    if isinstance(sys.stderr, BestEffortStream):
        sys.stderr.report = _report_lost
    heard = _Handler()
    heard.addFilter(limit)
    heard.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[heard])


class _Lines:
    """Where structlog's lines go. `structlog.PrintLogger` raises when one cannot be written."""

    def __init__(self, *_args: object) -> None:
        pass

    def msg(self, line: str) -> None:
        """Write one line."""
        _write(f"{line}\n")

    debug = info = warning = error = critical = exception = msg


class _Handler(logging.Handler):
    """Where the lines of the standard way go."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - a library's own message and arguments may not fit
            self.handleError(record)
        else:
            _write(f"{line}\n")


def _write(text: str) -> None:
    # Looked up at each line: sys.stderr may be replaced, by a progress bar or a test.
    stream = sys.stderr
    with contextlib.suppress(OSError, ValueError):  # of another than ours; closed, or refused
        if stream is not None:
            stream.write(text)
            stream.flush()


def _report_lost(lines: int, reason: str) -> None:
    structlog.get_logger().error("log lines could not be written", lines=lines, reason=reason)


def _printable(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Names of files come from outside: no control character of theirs reaches the terminal."""
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[key] = "".join(c if c.isprintable() or c == "\n" else "?" for c in value)
    return event
