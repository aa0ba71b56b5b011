"""The one error tree: every error carries its exit code and its advice to the user.

What is expected of a single scan (unreadable, too large, rejected) is a value, not an
exception; these are for what stops a command. The command line prints ``message`` and
``advice`` on one line and leaves with ``exit_code``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of the command line; part of its contract."""

    OK = 0
    SCANS_FAILED = 1
    USAGE = 2
    SETTINGS = 3
    HOME = 4
    BUSY = 5
    OCR = 6
    WEIGHTS = 7
    SUPPORT = 8
    DATABASE = 9
    DATA = 10
    WORKERS = 11
    MISSING = 12
    CONFLICT = 13
    OUTPUT = 14
    INTERRUPTED = 130


class PigeonholeError(Exception):
    """Base of the tree: what is wrong and where (``message``), what to do (``advice``)."""

    exit_code: ClassVar[ExitCode] = ExitCode.SCANS_FAILED

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """The message and the advice on one line."""
        line = f"{self.message}. {self.advice}" if self.advice else self.message
        return " ".join(line.split())


class UsageError(PigeonholeError):
    """The command was called in a way that cannot mean anything."""

    exit_code = ExitCode.USAGE


class SettingsError(PigeonholeError):
    """A setting is mistyped, of the wrong kind or out of range."""

    exit_code = ExitCode.SETTINGS


class HomeError(PigeonholeError):
    """There is no home, it cannot be written, or its folders contradict one another."""

    exit_code = ExitCode.HOME


class HomeBusyError(PigeonholeError):
    """Another daemon already works in this home."""

    exit_code = ExitCode.BUSY


class OcrError(PigeonholeError):
    """The reading engine, or a language it was asked for, is not installed or does not run."""

    exit_code = ExitCode.OCR


class WeightsError(PigeonholeError):
    """The network's weights are missing or are not those of their manifest."""

    exit_code = ExitCode.WEIGHTS


class SupportError(PigeonholeError):
    """A support image or class cannot be used."""

    exit_code = ExitCode.SUPPORT


class DatabaseError(PigeonholeError):
    """The database cannot be opened, migrated or written.

    Args:
        message: see `PigeonholeError`.
        advice: see `PigeonholeError`.
        passing: it may go well later without anything being mended: another program holds the
            file, or the disk is full.
    """

    exit_code = ExitCode.DATABASE

    def __init__(self, message: str, advice: str = "", *, passing: bool = False) -> None:
        super().__init__(message, advice)
        self.passing = passing


class DataError(PigeonholeError):
    """Training or evaluation data are not what the command needs."""

    exit_code = ExitCode.DATA


class MissingError(PigeonholeError):
    """There is no such scan, class or example."""

    exit_code = ExitCode.MISSING


class ConflictError(PigeonholeError):
    """Things are not as the request takes for granted: a file has gone, somebody was faster."""

    exit_code = ExitCode.CONFLICT


class OutputError(PigeonholeError):
    """The answer of a command cannot be written to its standard output: the disk is full, say."""

    exit_code = ExitCode.OUTPUT


class WorkersError(PigeonholeError):
    """The worker processes do not come up, or have too much to do.

    Args:
        message: see `PigeonholeError`.
        advice: see `PigeonholeError`.
        passing: it goes well later without anything being mended.
    """

    exit_code = ExitCode.WORKERS

    def __init__(self, message: str, advice: str = "", *, passing: bool = False) -> None:
        super().__init__(message, advice)
        self.passing = passing
