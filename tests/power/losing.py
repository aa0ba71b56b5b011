"""Lose the power in a story: record it, start on its states, and again after a second trouble."""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.crash.stories import STORIES, Story
from tests.power.checking import (
    Shelf,
    left_unsynced,
    record_start,
    record_start_after_kill,
    record_story,
    states_of,
    violation,
)
from tests.power.history import Sync
from tests.power.recording import Recording

AGAIN_STATES = 40
"""Of each second trouble so many states are started on, drawn."""
_STEPS = 24
"""A daemon is killed at one of its first steps; few stories have more."""


@dataclass(slots=True)
class Outcome:
    """What came of a story.

    Attributes:
        states: in which a power cut may leave it.
        started: of how many it was seen what a start makes of them.
        again: starts after a power cut in the start after a first one, or after a kill.
        wrong: what a start did wrong, and in which states.
        unsynced: what may still be missing when the story is over.
    """

    states: int = 0
    started: int = 0
    again: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)
    unsynced: list[str] = field(default_factory=list)

    @property
    def number_wrong(self) -> int:
        """How many starts did something wrong."""
        return sum(map(len, self.wrong.values()))

    def __str__(self) -> str:
        return (
            f"{self.states} states, {self.started} starts, {self.again} after two troubles, "
            f"{self.number_wrong} wrong"
        )


def _honest(_sync: Sync) -> bool:
    return False


def in_a_fork(
    name: str,
    root: Path,
    empty: Path,
    *,
    most: int | None,
    seed: int,
    again: int = 0,
    lies: Callable[[Sync], bool] = _honest,
) -> Outcome:
    """Lose power in a story, in a process of its own: a story may change what a process can do.

    Args:
        name: of the story.
        root: where its home is made.
        empty: a ledger that holds nothing.
        most: start on so many of its states, drawn, those of names alone first; on all where None.
        seed: of what is drawn.
        again: so often lose the power in the start after a power cut, and in that after a kill.
        lies: a sync of which it says so makes nothing durable; the first wrong start is the last.

    Raises:
        RuntimeError: that process ended early.
    """
    answer = root.with_name(f"{root.name}.json")
    child = os.fork()
    if child == 0:
        gc.freeze()  # a collection would copy all that this process shares with its parent
        code = 1
        try:
            answer.write_text(
                json.dumps(asdict(_lose_power(name, root, empty, most, seed, again, lies)))
            )
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, code = os.waitpid(child, 0)
    if code != 0:
        raise RuntimeError(f"{name} ended with {code}")
    return Outcome(**json.loads(answer.read_text()))


def _lose_power(
    name: str,
    root: Path,
    empty: Path,
    most: int | None,
    seed: int,
    again: int,
    lies: Callable[[Sync], bool],
) -> Outcome:
    story = STORIES[name]
    recording = record_story(story, empty, root)
    every = states_of(story, recording, lies)
    rng = random.Random(seed)
    # The names first: of bytes of the ledger's log alone there are ten times as many states.
    chosen = sorted(rng.sample(every, len(every)), key=lambda state: not state.only_names)[:most]
    outcome = Outcome(len(every), unsynced=left_unsynced(story, recording))
    shelf = Shelf(recording)
    for state in chosen:
        outcome.started += 1
        if wrong := violation(shelf, state.disk, story):
            outcome.wrong.setdefault(wrong, []).append(str(state))
            if lies is not _honest:
                break
    for state in rng.sample(every, min(again, len(every))):
        shelf.lay_out(state.disk)
        _lose_it_again(story, record_start(story, root), str(state), outcome, rng)
    for number, step in enumerate(rng.sample(range(1, _STEPS), again)):
        home = root.with_name(f"{root.name}-{number}")
        recording = record_start_after_kill(story, empty, home, step)
        _lose_it_again(story, recording, f"killed at step {step}", outcome, rng)
    return outcome


def _lose_it_again(
    story: Story, recording: Recording, first: str, outcome: Outcome, rng: random.Random
) -> None:
    found = states_of(story, recording)
    shelf = Shelf(recording)
    for state in rng.sample(found, min(AGAIN_STATES, len(found))):
        outcome.again += 1
        if wrong := violation(shelf, state.disk, story):
            outcome.wrong.setdefault(wrong, []).append(f"{first}; then {state}")
