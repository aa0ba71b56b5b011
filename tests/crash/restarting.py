"""What the next start must make of a home that was left in the middle of a story."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from config.home import Home
from config.settings import Settings
from service.desk.scans.verifying import NOTES, verify
from storage.database import Database
from storage.filing.notes import ENDING
from storage.ledger import Ledger
from tests.crash.stories import Story
from tests.service.fakes import Desk, Judge


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
    """Start the next daemon: it closes everything; nothing is missing, doubled or half done.

    Raises:
        AssertionError: something is.
    """
    home = Home.of(root, Settings())
    before = contents(home)
    whole = {text for place, text in before.items() if ".pigeonhole-" not in place}
    theirs = {text for place, text in story.files.items() if not place.startswith("support/")}
    theirs = set(story.changed.values()) or theirs - story.deleted
    assert whole >= theirs, "bytes are at no place"
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        desk.once(Judge(says=story.says), **story.settings)
        end = contents(home)
        assert end in (story.end, story.also or story.end), f"the end is {end}"
        states = [row["state"] for row in desk.rows() if row["state"] != "superseded"]
        assert sorted(states) == sorted(story.states), f"the rows are {states}"
        assert {row["attempts"] for row in desk.rows()} == {0}, "a try was spent"
        assert desk.ledger.moves() == [], "the journal is not empty"
        theirs = {place for place, text in end.items() if text == "theirs"}
        found = [one for one in verify(home, desk.ledger) if one.place not in theirs]
        expected = {*NOTES, "changed"} if story.again == "edited and dragged" else NOTES
        wrong = [one for one in found if one.kind not in expected]
        assert not wrong, f"verify finds {wrong}"
    if story.again in {"dragged", "edited and dragged", "swapped", "dragged onto another"}:
        assert _names(home.support / "cylinder"), "the class has no example"
    if story.again == "learned":
        examples = _names(home.support / "cylinder")
        assert examples == {"1.png", "a.png"}, f"the examples are {examples}"
    notes = [path for path in home.failed.rglob("*") if path.name.endswith(ENDING)]
    assert len(notes) == story.states.count("failed"), f"the notes are {notes}"
    hidden = [path for path in home.root.rglob(".pigeonhole-*") if path.is_file()]
    assert not hidden, f"left over: {[home.relative(path) for path in hidden]}"


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()
