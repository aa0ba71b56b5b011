"""What a run found: how often what became of files, and the files that something is wrong with."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.child import Answer

KEPT = 5
"""Files that are kept of one sort of finding: a thousand of the same would tell nothing more."""

_EXPECTED = ("document", "fault")
_NO_MEMORY = "needs more memory than"


@dataclass(slots=True)
class Findings:
    """The account of a run.

    Attributes:
        folder: where files are kept.
        memory: bytes that a file may take.
        executions: files read.
        outcomes: how often, by what became of a file.
        wrong: how often, by what was wrong; ``crash …``, ``hang``, ``raised …``, ``memory …``, ….
        kept: the files.
        printed: lines that libraries wrote to stderr.
        slowest: seconds of processor time, and the file's number.
        largest: bytes of memory, and the file's number.
    """

    folder: Path
    memory: int
    executions: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)
    printed: int = 0
    slowest: tuple[float, int] = (0.0, -1)
    largest: tuple[int, int] = (0, -1)

    def note(self, number: int, origin: str, data: bytes, answer: Answer) -> None:
        """Account for one file.

        Args:
            number: which it was.
            origin: the seeds that it was made of.
            data: its bytes.
            answer: what became of it.
        """
        self.executions += 1
        self.slowest = max(self.slowest, (answer.seconds, number))
        self.largest = max(self.largest, (answer.bytes, number))
        outcome = normal(answer.said)
        self.outcomes[outcome] += 1
        wrong = self._what_is_wrong(answer, outcome)
        if not wrong:
            self.printed += answer.printed.count("\n")
            return
        self.wrong[wrong] += 1
        if self.wrong[wrong] <= KEPT:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{number:08}-{re.sub('[^a-z0-9]+', '-', wrong.lower())[:60]}"
            path.write_bytes(data)
            note = f"{answer.said}\n{origin}\n{answer.seconds} s, {answer.bytes} bytes\n"
            path.with_name(path.name + ".txt").write_text(note + answer.printed)
            self.kept.append(str(path))

    def _what_is_wrong(self, answer: Answer, outcome: str) -> str:
        if not answer.said.startswith(_EXPECTED):
            return outcome
        if answer.bytes > self.memory or _NO_MEMORY in answer.said:
            return "memory"
        return ""

    def told(self) -> dict[str, Any]:
        """The account, as JSON can hold it."""
        deaths = {
            death: sum(n for what, n in self.wrong.items() if what.startswith(death))
            for death in ("crash", "hang", "raised", "memory")
        }
        return {
            "executions": self.executions,
            **deaths,
            "wrong": dict(self.wrong.most_common()),
            "outcomes": dict(self.outcomes.most_common()),
            "printed_lines": self.printed,
            "slowest_seconds": self.slowest[0],
            "slowest_number": self.slowest[1],
            "largest_bytes": self.largest[0],
            "largest_number": self.largest[1],
            "kept": self.kept,
        }


def normal(said: str) -> str:
    """What was said, without the numbers and bytes in which one file differs from another."""
    said = re.sub(r"b'(\\.|[^'\\])*'|b\"(\\.|[^\"\\])*\"", "b'…'", said)
    said = re.sub(r"0x[0-9a-f]+|[-+]?\d+", "#", said)
    return re.sub(r"#(( x |, )#)+", "#", said)[:160]
