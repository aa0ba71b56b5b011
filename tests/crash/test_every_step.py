from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.matrix import Nursery
from tests.crash.restarting import restarted
from tests.crash.stories import STORIES
from tests.disks import memory

RECOVER = ["recover not yet committed", "recover committed"]
CLAIM = ["claim not yet committed", "claim committed"]
DECIDE = ["decide not yet committed", "decide committed"]
CLOSE = ["close not yet committed", "close committed"]
ORDERS = {
    "filed": [
        *RECOVER,
        *CLAIM,
        *DECIDE,
        "inbox/a.png synced",
        "sorted/ticket/ made",
        "sorted/ticket/a.png linked",
        "sorted/ synced",
        "sorted/ticket/ synced",
        "inbox/*.aside renamed",
        "inbox/*.aside unlinked",
        "inbox/ synced",
        *CLOSE,
    ],
    "with its text": [
        *RECOVER,
        *CLAIM,
        *DECIDE,
        "inbox/a.png synced",
        "sorted/ticket/ made",
        "sorted/ticket/a.png linked",
        "sorted/ synced",
        "sorted/ticket/ synced",
        "inbox/*.aside renamed",
        "inbox/*.aside unlinked",
        "inbox/ synced",
        *CLOSE,
        "begin not yet committed",
        "begin committed",
        "sorted/ticket/*.part synced",
        "sorted/ticket/a.png.txt linked",
        "sorted/ticket/*.part unlinked",
        "sorted/ticket/ synced",
        "made not yet committed",
        "made committed",
    ],
    "to another file system": [
        *RECOVER,
        *CLAIM,
        *DECIDE,
        "inbox/a.png synced",
        "sorted/ticket/ made",
        "sorted/ticket/*.part synced",
        "sorted/ticket/ synced",
        "sorted/ticket/a.png linked",
        "sorted/ synced",
        "sorted/ticket/ synced",
        "inbox/*.aside renamed",
        "inbox/*.aside unlinked",
        "inbox/ synced",
        "sorted/ticket/*.part unlinked",
        "sorted/ticket/ synced",
        *CLOSE,
    ],
}
"""What a power cut asks for: a name is durable before the name that it replaces goes."""

TWICE = [
    pytest.param(name, marks=pytest.mark.slow)
    for name in (
        "put back",
        "filed",
        "failed",
        "put back with its text",
        "to another file system",
        "nor renames without replacing",
        "the name is refused where there are links",
        "swapped",
    )
]


FIRST = {
    "": [*RECOVER, *CLAIM],
    "dropped back": [*RECOVER, *CLAIM],
    "put back": [one.replace("claim", "recall") for one in CLAIM],
    "corrected": [one.replace("claim", "correct") for one in CLAIM],
    "dragged": RECOVER,
    "edited and dragged": RECOVER,
    "learned": RECOVER,
    "changed": [
        *RECOVER,
        *(one.replace("claim", "remember") for one in CLAIM),
        *(one.replace("claim", "recall") for one in CLAIM),
    ],
    "judged anew": [one.replace("claim", "change") for one in CLAIM],
    "taken back": [one.replace("claim", "take_back") for one in CLAIM],
    "dragged onto another": RECOVER,
    "swapped": RECOVER,
    "deleted": RECOVER,
    "put there again": RECOVER,
    "filled": [*RECOVER, *CLAIM],
}

SLOW = {
    "with its text where there are no links",
    "with its text beside another",
    "put back where there are no links",
    "corrected where there are no links",
    "learned where there are no links",
    "judged anew where there are no links",
    "changed after it failed where there are no links",
    "a placeholder is filled where there are no links",
    "the name is refused where there are links",
    "failed under a name that is refused",
    "put back with its text",
    "corrected with its text",
    "judged anew, and taken back",
    "edited, and dragged to a new class",
}
"""Variants of others, a quarter of a minute each; `make soak` has them, the gate their power cuts."""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Where the homes lie: in memory where that is possible, for each of them syncs at every step."""
    folder = memory()
    if folder is None:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=folder) as place:
        yield Path(place)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """One process for all stories: its start takes longer than most of them."""
    with closing(Nursery(tmp_path_factory.mktemp("nursery"))) as nursery:
        yield nursery


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in STORIES],
)
def test_whenever_the_daemon_dies_the_next_one_finishes(
    name: str, root: Path, nursery: Nursery
) -> None:
    """The only copy of a receipt would be lost in a power cut."""
    story = STORIES[name]
    steps = nursery.told(name, root)
    assert steps[: len(FIRST[story.again])] == FIRST[story.again]
    assert steps[-1] == story.last
    assert steps == ORDERS.get(name, steps)
    for number, step in enumerate(steps, 1):
        try:
            restarted(root / str(number), story)
        except AssertionError as error:
            raise AssertionError(f"died at step {number}, {step}: {error}") from error


@pytest.mark.timeout(1800)  # hundreds of daemons die, one after the other
@pytest.mark.parametrize("name", TWICE)
def test_and_if_the_next_one_dies_as_well_the_third_does(
    name: str, root: Path, nursery: Nursery
) -> None:
    """A machine that restarts again and again would lose what one restart does not."""
    nursery.told(name, root, twice=True)
    homes = sorted(root.glob("*/*"))
    assert len(homes) > 40
    for home in homes:
        try:
            restarted(home, STORIES[name])
        except AssertionError as error:
            where = home.relative_to(root)
            raise AssertionError(f"died at steps {where}: {error}") from error
