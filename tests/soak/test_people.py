from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config.home import Home
from config.settings import load_settings
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import Desk, Judge
from tests.soak.people import Person
from tests.soak.serving import Serving


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Two classes; two scans of one name, one in each."""
    home = Home.of(tmp_path / "home", load_settings(None))
    home.lay_out()
    for name in ("ticket", "cylinder"):
        (home.support / name).mkdir(parents=True)
        (home.support / name / "1.png").write_text(name)
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        for content in ("ticket 1", "cylinder 1"):
            desk.drop("a.png", content)
            desk.once(Judge())
        yield desk


@pytest.fixture
def person(desk: Desk, tmp_path: Path) -> Iterator[Person]:
    """Somebody who also swaps files."""
    (tmp_path / "staging").mkdir()
    serving = Serving(desk.home.root, {}, tmp_path / "service.log")
    yield Person(desk.home, serving, tmp_path / "staging", random.Random(1), kills=0.0)
    serving.close()


def test_a_file_is_dragged_to_another_class(desk: Desk, person: Person) -> None:
    """The soak would kill a service whose people never move a file."""
    (desk.home.sorted / "cylinder" / "a.png").rename(desk.home.sorted / "cylinder" / "b.png")
    person._drag()
    assert person.did["dragged to another class"] == len(person.touched) > 0


def test_two_files_of_one_name_are_swapped(desk: Desk, person: Person) -> None:
    """The soak would count swaps that never were."""
    person._swap()
    assert person.did["swapped"] == 1
    assert person.touched == {1, 2}
    assert (desk.home.sorted / "ticket" / "a.png").read_text() == "cylinder 1"
    assert (desk.home.sorted / "cylinder" / "a.png").read_text() == "ticket 1"


def test_a_verdict_is_corrected(desk: Desk, person: Person) -> None:
    """The soak would kill no correction."""
    while not person.did["correct"]:
        person._correct()
    desk.once(Judge())
    assert len({row["class"] for row in desk.rows()}) == 1
