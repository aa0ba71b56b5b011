"""What every test starts from: no settings of the person who runs it, and no surprises."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from tests.disks import small_disk

TEST_DATA = "PIGEONHOLE_TEST_DATA"

# The same examples on every machine, and no complaint when that machine is busy.
hypothesis.settings.register_profile("pigeonhole", deadline=None, derandomize=True)
hypothesis.settings.load_profile("pigeonhole")


def pytest_configure(config: pytest.Config) -> None:
    """Warnings are errors; these two are other people's, and nothing here can mend them.

    A shell starts what stands before ``&`` deaf to Ctrl-C, and whatever that starts, too.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for ignored in (
        # SWIG, beneath FAISS, on Python 3.12 and later.
        "ignore:builtin type .* has no __module__ attribute:DeprecationWarning",
        # Keras, when it writes weights under NumPy 2.
        "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning",
    ):
        config.addinivalue_line("filterwarnings", ignored)


def pytest_collection_finish() -> None:
    """Spare the collector what lives as long as the tests: all of them, and TensorFlow."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A home or a setting in the environment of whoever runs the tests stays out of them."""
    for name in os.environ:
        if name.upper().startswith("PIGEONHOLE_") and name != TEST_DATA:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real scans; a test that asks for it is skipped where there is none."""
    root = os.environ.get(TEST_DATA)
    if not root or not Path(root).is_dir():
        pytest.skip(f"{TEST_DATA} names no folder of real scans")
    return Path(root)


Mount = Callable[..., Path]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Mounts an empty file system over a folder, with options as in ``size=1m``.

    Skips where that is not allowed; what was mounted goes at the end of the test.
    """
    with ExitStack() as mounted:
        yield lambda folder, options="size=16m": mounted.enter_context(small_disk(folder, options))
