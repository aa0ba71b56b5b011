from __future__ import annotations

import pytest

from config import errors
from config.errors import ExitCode, PigeonholeError, UsageError

CLASSES = [
    one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)
]


def test_every_error_has_an_exit_code_of_its_own() -> None:
    """A script could not tell a busy home from a broken one."""
    codes = [one.exit_code for one in CLASSES if one is not PigeonholeError]
    assert len(codes) == len(set(codes)) >= 10
    assert {ExitCode.OK, ExitCode.SCANS_FAILED, ExitCode.INTERRUPTED}.isdisjoint(codes)
    assert all(0 < code < 126 for code in codes)  # the shell's own begin at 126


def test_usage_leaves_with_two() -> None:
    """The contract, and the habit of every command line."""
    assert UsageError("x").exit_code == 2
    assert ExitCode.SCANS_FAILED == 1


@pytest.mark.parametrize("one", CLASSES)
def test_an_error_is_one_line_with_its_advice(one: type[PigeonholeError]) -> None:
    """A log or a terminal would show half a message."""
    error = one("it broke\n  in the middle", "Try\nagain")
    assert str(error) == "it broke in the middle. Try again"
    assert (error.message, error.advice) == ("it broke\n  in the middle", "Try\nagain")
    assert str(one("it broke")) == "it broke"


def test_one_handler_catches_them_all() -> None:
    """The command line would show a traceback for the one outside the tree."""
    assert all(issubclass(one, PigeonholeError) for one in CLASSES)
