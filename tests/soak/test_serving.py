from __future__ import annotations

from pathlib import Path

from tests.soak.serving import Serving

STILLBORN = [
    "Traceback (most recent call last):",
    '  File "<string>", line 1, in <module>',
    '  File "multiprocessing/spawn.py", line 130, in _main',
    "    preparation_data = reduction.pickle.load(from_parent)",
    "EOFError: Ran out of input",
]


def test_a_worker_that_was_never_born_is_no_complaint(tmp_path: Path) -> None:
    """The soak would fail when the daemon is killed in the act of starting a worker."""
    serving = Serving(tmp_path, {}, tmp_path / "log")
    ours = ["Traceback (most recent call last):", "ValueError: a mistake of ours"]
    for line in [*ours, *STILLBORN]:
        serving._take_note(f"{line}\n")
    assert serving.strange == ours
    serving.close()
