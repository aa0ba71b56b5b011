from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from config.home import Home
from config.settings import Settings
from service.desk.verifying import verify
from storage.database import Database
from storage.ledger import Ledger
from storage.notes import ENDING
from tests.crash.stories import STORIES, Story
from tests.service.fakes import Desk, Judge

REPOSITORY = Path(__file__).parents[2]

CLAIM = ["claim not yet committed", "claim committed"]
DECIDE = ["decide not yet committed", "decide committed"]
CLOSE = ["close not yet committed", "close committed"]
ORDERS = {
    "filed": [
        *CLAIM,
        *DECIDE,
        "inbox/a.png synced",
        "sorted/ticket/ made",
        "sorted/ticket/a.png linked",
        "sorted/ synced",
        "sorted/ticket/ synced",
        "inbox/a.png unlinked",
        "inbox/ synced",
        *CLOSE,
    ],
    "to another file system": [
        *CLAIM,
        *DECIDE,
        "inbox/a.png synced",
        "sorted/ticket/ made",
        "sorted/ticket/*.part synced",
        "sorted/ticket/a.png linked",
        "sorted/ synced",
        "sorted/ticket/ synced",
        "inbox/a.png unlinked",
        "inbox/ synced",
        "sorted/ticket/*.part unlinked",
        *CLOSE,
    ],
}
"""What a power cut asks for: a name is durable before the name that it replaces goes."""


def contents(home: Home) -> dict[str, str]:
    """Every file of a person's, by its path in the home; notes left out."""
    folders = (home.inbox, home.sorted, home.review, home.failed, home.duplicates)
    return {
        home.relative(path): path.read_text()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(ENDING)
    }


def restarted(root: Path, story: Story) -> None:
    """The next daemon closes everything, and nothing is missing, twice there or half done."""
    home = Home.of(root, Settings())
    before = contents(home)
    whole = {text for place, text in before.items() if ".pigeonhole-" not in place}
    assert whole >= set(story.files.values()), "bytes are at no place"
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        desk.once(Judge(), **story.settings)
        assert contents(home) == story.end
        states = [row["state"] for row in desk.rows() if row["state"] != "superseded"]
        assert states == list(story.states)
        assert {row["attempts"] for row in desk.rows()} == {0}
        assert desk.ledger.moves() == []
        strangers = [one for one in verify(home, desk.ledger) if one.place not in story.files]
        assert strangers == []
    notes = [path for path in home.failed.rglob("*") if path.name.endswith(ENDING)]
    assert len(notes) == story.states.count("failed")
    assert not [path for path in home.root.rglob(".pigeonhole-*") if path.is_file()]


@pytest.mark.parametrize("name", STORIES)
def test_whenever_the_daemon_dies_the_next_one_finishes(name: str, tmp_path: Path) -> None:
    """The only copy of a receipt would be lost in a power cut."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.nursery", name, tmp_path],
        cwd=REPOSITORY, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    steps = done.stdout.splitlines()
    assert steps[:2] == (
        [one.replace("claim", "recall") for one in CLAIM] if STORIES[name].back else CLAIM
    )
    assert steps[-1] == "close committed"
    assert steps == ORDERS.get(name, steps)
    for number, step in enumerate(steps, 1):
        try:
            restarted(tmp_path / str(number), STORIES[name])
        except AssertionError as error:
            raise AssertionError(f"died at step {number}, {step}: {error}") from error
