"""The parts of a story that a process plays: lay out the home, what happened before, the act itself."""

from __future__ import annotations

import shutil
from pathlib import Path

from config.home import Home
from config.settings import Settings
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.recalling import put_back
from service.desk.scans.reclassifying import Offer, go_back, go_over
from storage.database import Database
from storage.filing.notes import ENDING
from storage.ledger import Ledger
from tests.crash.stories import EDITED, Story
from tests.service.fakes import Desk, Judge, verdict_of


def lay_out(story: Story, empty: Path, root: Path) -> Home:
    """Create the story's home at ``root``, with a copy of the empty ledger ``empty``."""
    home = Home.of(root, Settings())
    home.lay_out()
    home.support.mkdir()
    shutil.copyfile(empty, home.database)
    for place, content in story.files.items():
        path = home.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return home


def open_desk(home: Home) -> Desk:
    """Open the ledger of a home."""
    return Desk(home, Ledger(Database.open(home.database), home))


def act_before(story: Story, desk: Desk) -> None:
    """Do what the story presupposes: sort everything once, and what a person did then."""
    home = desk.home
    if story.again in {"dragged onto another", "swapped"}:
        # Of the same name and size as the other one, which lies in the inbox as well.
        desk.drop("first/a.png", "cylinder")
        desk.once(Judge(), **story.settings)
    if story.again:
        desk.once(Judge(), **story.settings)
    _by_hand(story, desk)
    if story.again == "dropped back":
        for path in home.failed.iterdir():
            if not path.name.endswith(ENDING):
                path.rename(home.inbox / path.name)
    for place, content in story.changed.items():
        (home.root / place).write_text(content)
    if story.again == "dragged":
        (home.sorted / "cylinder").mkdir()
        (home.sorted / "ticket" / "a.png").rename(home.sorted / "cylinder" / "a.png")
    if story.again == "taken back":
        go_over(home, desk.ledger, _offers(desk))
    if story.again == "learned":
        say_what_it_is(home, desk.ledger, 1, "cylinder", "api")


def _by_hand(story: Story, desk: Desk) -> None:
    """What a person does with files that were sorted."""
    home = desk.home
    one, other = (home.sorted / name / "a.png" for name in ("ticket", "cylinder"))
    match story.again:
        case "dragged onto another":
            one.replace(other)
        case "swapped":
            one.rename(home.root / "swapping")
            other.rename(one)
            (home.root / "swapping").rename(other)
        case "edited and dragged":
            one.write_text(EDITED)
            desk.once(Judge(), **story.settings)
            other.parent.mkdir()
            one.rename(other)
        case "deleted" | "put there again":
            (place,) = (scan.place for scan in desk.ledger.filed())
            content = place.read_text()
            place.unlink()
            if story.again == "put there again":
                desk.once(Judge(), **story.settings)
                place.write_text(content)
        case "filled":
            desk.drop("a.png", "ticket 1")


def act(story: Story, desk: Desk) -> None:
    """Do what the story is about."""
    home = desk.home
    if story.again == "put back":
        put_back(home, desk.ledger, desk.ledger.filed())
    elif story.again == "corrected":
        say_what_it_is(home, desk.ledger, 1, "cylinder", "api")
    elif story.again == "judged anew":
        go_over(home, desk.ledger, _offers(desk))
    elif story.again == "taken back":
        go_back(home, desk.ledger)
    else:
        desk.once(Judge(says=story.says), **story.settings)


def _offers(desk: Desk) -> list[Offer]:
    return [Offer(scan, verdict_of("cylinder")) for scan in desk.ledger.filed()]
