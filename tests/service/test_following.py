from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from service.daemon.corrections import folders, identity
from service.daemon.corrections.shelves import Shelves
from service.daemon.placement import Placement
from service.desk.scans.verifying import verify
from service.inbox import digests
from storage.corrections.feedback import Correction, FeedbackBook, Said
from storage.records import Move
from tests.disks import another_file_system
from tests.service.fakes import PATIENCE, Desk, Judge, desk_in


@pytest.fixture
def used(desk: Desk) -> Desk:
    """Two tickets, an unknown scan and a broken one; the classes ticket and cylinder."""
    for name in ("ticket", "cylinder"):
        (desk.home.support / name).mkdir(parents=True)
        (desk.home.support / name / "1.png").write_text(name)
    for name, content in (
        ("a.png", "ticket 1"), ("b.png", "unknown 2"), ("c.png", "broken 3"), ("d.png", "ticket 4"),
    ):  # fmt: skip
        desk.drop(name, content)
        desk.once(Judge())
    return desk


def move(desk: Desk, place: str, to: str) -> None:
    """What a file manager does."""
    target = desk.home.root / to
    target.parent.mkdir(parents=True, exist_ok=True)
    (desk.home.root / place).rename(target)


def row(desk: Desk, scan_id: int) -> tuple[str, str | None, str | None]:
    """State, class and destination of a scan."""
    found = desk.ledger.result(scan_id)
    assert found is not None
    return found["state"], found["class"], found["destination"]


def history(desk: Desk, scan_id: int) -> list[Said]:
    """What was said of it."""
    return FeedbackBook(desk.ledger.database, desk.home).history(scan_id)


@pytest.mark.parametrize(
    ("scan_id", "place", "to", "then"),
    [
        (1, "sorted/ticket/a.png", "sorted/cylinder/a.png", ("filed", "cylinder")),
        (1, "sorted/ticket/a.png", "sorted/cylinder/2026/other name.png", ("filed", "cylinder")),
        (1, "sorted/ticket/a.png", "review/a.png", ("review", "unknown")),
        (2, "review/b.png", "sorted/ticket/b.png", ("filed", "ticket")),
        (3, "failed/c.png", "sorted/ticket/c.png", ("filed", "ticket")),
    ],
)
def test_a_file_that_was_dragged_is_a_correction(
    used: Desk, scan_id: int, place: str, to: str, then: tuple[str, str]
) -> None:
    """The row would name a file that is not there, and nobody would learn from it."""
    before = row(used, scan_id)[1]
    move(used, place, to)
    assert used.once(Judge())
    assert row(used, scan_id) == (*then, to)
    (said,) = history(used, scan_id)
    assert (said.source, said.predicted, said.class_name) == ("folder", before, then[1])
    assert used.once(Judge())
    assert len(history(used, scan_id)) == 1
    assert (used.home.root / to).is_file()


def test_a_file_that_was_renamed_is_followed_and_nothing_is_said(used: Desk) -> None:
    """Tidying up would count as a mistake of the network."""
    move(used, "sorted/ticket/a.png", "sorted/ticket/march/coffee.png")
    used.once(Judge())
    assert row(used, 1) == ("filed", "ticket", "sorted/ticket/march/coffee.png")
    move(used, "sorted/ticket/march/coffee.png", "sorted/coffee.png")
    used.once(Judge())
    assert row(used, 1) == ("filed", "ticket", "sorted/coffee.png")
    assert history(used, 1) == []


def test_a_folder_that_was_renamed_takes_its_scans_along(used: Desk) -> None:
    """A class that is called otherwise would lose its files."""
    (used.home.sorted / "ticket").rename(used.home.sorted / "receipt")
    used.once(Judge())
    assert row(used, 1) == ("filed", "receipt", "sorted/receipt/a.png")
    assert row(used, 4) == ("filed", "receipt", "sorted/receipt/d.png")


def test_a_new_folder_is_a_new_class_with_its_first_example(used: Desk) -> None:
    """The next of its kind would end in review again."""
    move(used, "review/b.png", "sorted/invoice/b.png")
    used.once(Judge())
    assert row(used, 2) == ("filed", "invoice", "sorted/invoice/b.png")
    example = used.home.support / "invoice" / "b.png"
    assert example.read_text() == "unknown 2"
    move(used, "sorted/ticket/a.png", "sorted/invoice/a.png")
    used.once(Judge())
    assert [path.name for path in example.parent.iterdir()] == ["b.png"]


def test_the_class_of_a_detector_gets_no_example(used: Desk) -> None:
    """One odd picture would be an example of a class that was trained on hundreds."""
    (used.home.detectors / "banana").mkdir()
    move(used, "review/b.png", "sorted/banana/b.png")
    used.once(Judge())
    assert row(used, 2) == ("filed", "banana", "sorted/banana/b.png")
    assert not (used.home.support / "banana").exists()


def test_a_folder_that_can_be_no_class_is_none(used: Desk) -> None:
    """A hidden folder, or one called unknown, would be a class that nothing can be filed to."""
    for folder in ("unknown", "sub "):
        move(used, row(used, 1)[2] or "", f"sorted/{folder}/a.png")
        used.once(Judge())
        assert row(used, 1) == ("filed", "ticket", f"sorted/{folder}/a.png")
        assert not (used.home.support / folder).exists()
    assert history(used, 1) == []


def test_a_copy_says_nothing_until_its_original_goes(used: Desk) -> None:
    """Over a share a file is copied first, and removed later; or never."""
    place = used.home.sorted / "ticket" / "a.png"
    target = used.home.sorted / "cylinder" / "a.png"
    target.parent.mkdir()
    shutil.copyfile(place, target)
    used.once(Judge())
    assert row(used, 1) == ("filed", "ticket", "sorted/ticket/a.png")
    place.unlink()
    used.once(Judge())
    assert row(used, 1) == ("filed", "cylinder", "sorted/cylinder/a.png")


def test_another_file_in_its_place_is_no_move(used: Desk) -> None:
    """A file of the same name, or the same size, would be taken for the scan."""
    (used.home.sorted / "ticket" / "a.png").unlink()
    other = used.home.sorted / "cylinder" / "a.png"
    other.parent.mkdir()
    other.write_text("ticket 9")
    used.once(Judge())
    assert row(used, 1) == ("gone", "ticket", "sorted/ticket/a.png")
    assert other.read_text() == "ticket 9"


def gone(desk: Desk) -> set[int]:
    """Scans whose files a person has taken away."""
    return desk.ledger.gone()


def test_a_file_that_was_deleted_is_noted_and_comes_not_back(used: Desk) -> None:
    """It would be looked for for ever, or made anew."""
    place = used.home.sorted / "ticket" / "a.png"
    place.unlink()
    shelves = Shelves(used.home, settings(rescan_interval=0.001), used.ledger, lambda: None)
    shelves.sweep()
    wait_until(lambda: (shelves.sweep(), gone(used) == {1})[1])
    assert row(used, 1) == ("gone", "ticket", "sorted/ticket/a.png")
    assert not place.exists()
    place.write_text("ticket 1")
    shelves.sweep()
    shelves.listen()
    assert gone(used) == set()
    assert row(used, 1) == ("filed", "ticket", "sorted/ticket/a.png")


def test_a_share_that_is_not_mounted_takes_nothing_away(used: Desk) -> None:
    """All that was ever filed would be noted as deleted."""
    shelves = Shelves(used.home, settings(rescan_interval=0.001), used.ledger, lambda: None)
    shelves.sweep()
    used.home.sorted.rename(used.home.root / "elsewhere")
    for _ in range(3):
        shelves.sweep()
    assert gone(used) == set()
    assert row(used, 1) == ("filed", "ticket", "sorted/ticket/a.png")
    (used.home.root / "elsewhere").rename(used.home.sorted)
    shelves.sweep()
    assert gone(used) == set()


def test_a_daemon_at_work_hears_of_it(used: Desk) -> None:
    """It would be followed a minute later, or after the next start."""
    with used.watching(Judge()):
        move(used, "sorted/ticket/a.png", "sorted/cylinder/a.png")
        wait_until(lambda: row(used, 1)[1] == "cylinder")
        move(used, "review/b.png", "sorted/fresh/b.png")
        wait_until(lambda: row(used, 2)[1] == "fresh")
        wait_until((used.home.support / "fresh" / "b.png").exists)
    assert os.listdir(used.home.review) == []


def test_what_the_daemon_moves_itself_is_no_correction(used: Desk) -> None:
    """Each scan that is filed would count as one that a person has moved."""
    with used.watching(Judge()):
        for number in range(5):
            used.drop(f"{number}.png", f"ticket {number} more")
        used.wait_closed(5)
    assert all(history(used, one["scan_id"]) == [] for one in used.rows())


def settings(**given: float) -> Settings:
    """Files need not rest."""
    return Settings(stability_delay=0.0, **given)  # type: ignore[arg-type]


def wait_until(happened: Callable[[], object]) -> None:
    """Look until something has happened."""
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def namesakes(desk: Desk) -> Desk:
    """Three scans called a.png, of as many bytes each, in the folders of ticket, cylinder and invoice."""
    for number, name in enumerate(("ticket 1", "cylinder", "invoice 3"), 1):
        (desk.home.support / name.split()[0]).mkdir(parents=True)
        (desk.home.support / name.split()[0] / "1.png").write_text(name)
        desk.drop(f"{number}/a.png", f"{name:9}")
        desk.once(Judge())
    return desk


def placed(name: str) -> str:
    """Where the one of this class was filed."""
    return f"sorted/{name}/a.png"


def swap(desk: Desk, *places: str) -> None:
    """Each file gets the name of the next one, and the last that of the first."""
    for place in places:
        (desk.home.root / place).rename(desk.home.root / f"{place}.swapping")
    for place, to in zip(places, (*places[1:], places[0]), strict=True):
        (desk.home.root / f"{place}.swapping").rename(desk.home.root / to)


@pytest.mark.parametrize(
    "names", [("ticket", "cylinder"), ("ticket", "cylinder", "invoice")], ids=["two", "three"]
)
@pytest.mark.parametrize("watched", [False, True], ids=["once", "watched"])
def test_files_of_one_name_that_are_swapped_are_corrections(
    namesakes: Desk, names: tuple[str, ...], *, watched: bool
) -> None:
    """Each row would describe the other's bytes, and nobody would know that two verdicts were wrong."""
    scans = {name: number for number, name in enumerate(("ticket", "cylinder", "invoice"), 1)}
    then = dict(zip(names, (*names[1:], names[0]), strict=True))
    if watched:
        with namesakes.watching(Judge()):
            swap(namesakes, *map(placed, names))
            wait_until(lambda: all(row(namesakes, scans[name])[1] == then[name] for name in names))
    else:
        swap(namesakes, *map(placed, names))
        assert verify_kinds(namesakes) == ["moved"] * len(names)
        namesakes.once(Judge())
    for name, now in then.items():
        assert row(namesakes, scans[name]) == ("filed", now, placed(now))
        (said,) = history(namesakes, scans[name])
        assert (said.source, said.class_before, said.class_name) == ("folder", name, now)
    assert list(verify(namesakes.home, namesakes.ledger)) == []
    namesakes.once(Judge())
    assert len(history(namesakes, 1)) == 1


def test_a_file_that_was_dragged_onto_a_known_name_is_followed(namesakes: Desk) -> None:
    """The row of the overwritten scan would describe the other one, and that would be missing."""
    (namesakes.home.root / placed("ticket")).replace(namesakes.home.root / placed("cylinder"))
    found = {one.place: one.kind for one in verify(namesakes.home, namesakes.ledger)}
    assert found == {placed("ticket"): "moved", placed("cylinder"): "changed"}
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "cylinder", placed("cylinder"))
    assert row(namesakes, 2) == ("gone", "cylinder", placed("cylinder"))
    assert [said.class_name for said in history(namesakes, 1)] == ["cylinder"]
    assert history(namesakes, 2) == []
    # The overwritten one is dug out of a backup.
    (namesakes.home.sorted / "cylinder" / "b.png").write_text("cylinder ")
    namesakes.once(Judge())
    assert row(namesakes, 2) == ("filed", "cylinder", "sorted/cylinder/b.png")
    assert row(namesakes, 1) == ("filed", "cylinder", placed("cylinder"))


def test_a_copy_onto_a_known_name_is_followed_when_its_original_goes(namesakes: Desk) -> None:
    """Over a share a file is copied first: it would be noted as deleted."""
    place, onto = (namesakes.home.root / placed(name) for name in ("ticket", "cylinder"))
    shutil.copyfile(place, onto)
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "ticket", placed("ticket"))
    assert row(namesakes, 2) == ("filed", "cylinder", placed("cylinder"))
    assert [one.kind for one in verify(namesakes.home, namesakes.ledger)] == ["changed"]
    place.unlink()
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "cylinder", placed("cylinder"))
    assert row(namesakes, 2)[0] == "gone"


@pytest.mark.parametrize("how", ["in place", "by an editor that renames"])
def test_a_file_that_was_edited_stays_what_and_where_it_is(namesakes: Desk, how: str) -> None:
    """Turning a page upright would count as deleting the scan."""
    place = namesakes.home.root / placed("ticket")
    if how == "in place":
        place.write_text("ticket 1, turned upright")
    else:
        (place.parent / "turned.png").write_text("ticket 1, turned upright")
        (place.parent / "turned.png").replace(place)
    for _ in range(2):
        namesakes.once(Judge())
        assert row(namesakes, 1) == ("filed", "ticket", placed("ticket"))
    assert [one.kind for one in verify(namesakes.home, namesakes.ledger)] == ["changed"]
    assert history(namesakes, 1) == []


@pytest.mark.parametrize("to", ["cylinder", "brand new"])
def test_an_edited_file_that_is_dragged_is_followed(namesakes: Desk, to: str) -> None:
    """A page that was turned upright and then corrected would be recorded as deleted."""
    (namesakes.home.root / placed("ticket")).write_text("ticket 1, turned upright")
    namesakes.once(Judge())
    where = f"sorted/{to}/turned.png"
    move(namesakes, placed("ticket"), where)
    for _ in range(2):
        namesakes.once(Judge())
        assert row(namesakes, 1) == ("filed", to, where)
    assert [one.kind for one in verify(namesakes.home, namesakes.ledger)] == ["changed"]
    assert [one.class_name for one in history(namesakes, 1)] == [to]
    examples = [one.read_text() for one in (namesakes.home.support / to).iterdir()]
    assert examples == (["ticket 1, turned upright"] if to == "brand new" else ["cylinder"])
    move(namesakes, where, placed("ticket"))
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "ticket", placed("ticket"))


def test_a_copy_of_an_edited_file_is_followed_when_its_original_goes(namesakes: Desk) -> None:
    """Some file managers move by copying first: the edited file would be recorded as deleted."""
    place = namesakes.home.root / placed("ticket")
    place.write_text("ticket 1, turned upright")
    namesakes.once(Judge())
    shutil.copy2(place, namesakes.home.sorted / "cylinder" / "turned.png")
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "ticket", placed("ticket"))
    place.unlink()
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "cylinder", "sorted/cylinder/turned.png")


def test_an_edited_file_that_was_deleted_comes_back_elsewhere(namesakes: Desk) -> None:
    """Taking it out of the bin into another folder would leave the scan recorded as deleted."""
    place = namesakes.home.root / placed("ticket")
    place.write_text("ticket 1, turned upright")
    namesakes.once(Judge())
    bin_ = namesakes.home.root / "bin.png"
    place.rename(bin_)
    namesakes.once(Judge())
    assert row(namesakes, 1)[0] == "gone"
    bin_.rename(namesakes.home.sorted / "cylinder" / "turned.png")
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "cylinder", "sorted/cylinder/turned.png")


def test_a_file_that_looks_otherwise_is_read_once(
    namesakes: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that numbers its files anew with each mount would have the archive read every time."""
    place = namesakes.home.root / placed("ticket")
    shutil.copy2(place, place.with_name("again"))
    place.with_name("again").replace(place)  # another inode, all else is the same
    reads: list[str] = []
    hash_file = digests.hash_file

    def counted(path: str, state: os.stat_result) -> str | None:
        reads.append(path)
        return hash_file(path, state)

    for module in (identity, digests):
        monkeypatch.setattr(module, "hash_file", counted)
    for _ in range(3):
        namesakes.once(Judge())
    assert reads == [str(place)]
    assert row(namesakes, 1) == ("filed", "ticket", placed("ticket"))


def test_an_archive_from_before_looks_were_remembered_is_not_read(
    namesakes: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first start after an update would read 100,000 files."""
    with namesakes.ledger.database.write() as connection:
        connection.exec_driver_sql("UPDATE scans SET file_inode = NULL, file_size = NULL")
    monkeypatch.setattr(identity, "hash_file", None)
    namesakes.once(Judge())
    monkeypatch.undo()
    swap(namesakes, placed("ticket"), placed("cylinder"))
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "cylinder", placed("cylinder"))


def test_where_inode_numbers_do_not_last_size_and_time_tell(
    namesakes: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each mount of such a share would have the whole archive read."""
    place = namesakes.home.root / placed("ticket")
    shutil.copy2(place, place.with_name("again"))
    place.with_name("again").replace(place)
    monkeypatch.setattr(folders, "numbers_files_anew", lambda _root: True)
    monkeypatch.setattr(identity, "hash_file", None)
    namesakes.once(Judge())
    assert row(namesakes, 1) == ("filed", "ticket", placed("ticket"))


def test_a_large_stranger_is_not_read(namesakes: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film among the scans would keep them waiting for a minute."""
    (namesakes.home.sorted / "ticket" / "film.mkv").write_text("as long as none of the scans")
    monkeypatch.setattr(identity, "hash_file", None)
    namesakes.once(Judge())


def test_a_file_that_lands_where_a_move_is_to_end_is_followed(namesakes: Desk) -> None:
    """It would be noted as deleted, though it lies there."""
    (one,) = namesakes.ledger.filed(scan_ids=[1])
    goal = namesakes.home.sorted / "invoice" / "b.png"
    move = Move(1, one.place, goal, one.sha256, one.size, "filed")
    assert FeedbackBook(namesakes.ledger.database, namesakes.home).correct(
        [Correction("invoice", move)], "api"
    )
    (namesakes.home.root / placed("cylinder")).rename(goal)
    with namesakes.watching(Judge()):
        wait_until(lambda: row(namesakes, 2)[1] == "invoice")
    assert row(namesakes, 2) == ("filed", "invoice", "sorted/invoice/b.png")
    assert row(namesakes, 1) == ("filed", "invoice", "sorted/invoice/b (2).png")
    assert list(verify(namesakes.home, namesakes.ledger)) == []


def test_a_file_that_is_dragged_off_while_it_is_to_be_moved_is_followed(namesakes: Desk) -> None:
    """Its row would be gone until the next start, though the file lies there."""
    home, ledger = namesakes.home, namesakes.ledger
    (one,) = ledger.filed(scan_ids=[1])
    move = Move(1, one.place, home.sorted / "invoice" / "b.png", one.sha256, one.size, "filed")
    FeedbackBook(ledger.database, home).correct([Correction("invoice", move)], "api")
    one.place.rename(home.sorted / "cylinder" / "c.png")
    shelves = Shelves(home, settings(), ledger, lambda: None)
    shelves.sweep()
    assert shelves.settle()
    Placement(ledger, home).resume()
    assert row(namesakes, 1)[0] == "gone"
    shelves.reconsider()  # as the daemon has it done
    assert row(namesakes, 1) == ("filed", "cylinder", "sorted/cylinder/c.png")


def test_failed_files_and_copies_are_followed_within_their_folders(used: Desk) -> None:
    """Who tidies up there would have to live with 'missing' for ever."""
    used.drop("e.png", "ticket 1")
    used.once(Judge(), duplicates="skip")
    move(used, "failed/c.png", "failed/march/c2.png")
    move(used, "duplicates/e.png", "duplicates/f.png")
    used.once(Judge())
    assert row(used, 3) == ("failed", None, "failed/march/c2.png")
    assert row(used, 5)[::2] == ("duplicate", "duplicates/f.png")
    assert used.filed() >= {"failed/march/c2.png", "failed/march/c2.png.error.json"}
    assert not (used.home.failed / "c.png.error.json").exists()
    assert verify_kinds(used) == []


def test_a_failed_file_that_is_put_into_no_class_stays_a_failure(used: Desk) -> None:
    """It would count as judged, or leave a note among the classes."""
    move(used, "failed/c.png", "sorted/c.png")
    used.once(Judge())
    assert row(used, 3) == ("failed", None, "sorted/c.png")
    assert not [path for path in used.filed() if path.endswith(".error.json")]


def test_a_file_that_goes_while_its_folder_is_looked_into_ends_nothing(
    used: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever makes and deletes files in sorted/ all the time would end the service."""
    folder = used.home.sorted / "ticket"
    for name in ("x.png", "y.png"):
        (folder / name).write_text("a stranger")
    holds = folders.Folders.holds

    def and_gone(self: folders.Folders, place: Path) -> bool:
        (folder / "x.png").unlink(missing_ok=True)
        return holds(self, place)

    monkeypatch.setattr(folders.Folders, "holds", and_gone)
    used.once(Judge())
    assert row(used, 1)[0] == "filed"


def test_a_flood_of_files_keeps_no_scan_waiting(
    used: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever makes and deletes files in review/ all the time would stop the service for hours."""
    shelves = Shelves(used.home, settings(), used.ledger, lambda: None)
    shelves.sweep()
    move(used, "sorted/ticket/a.png", "sorted/ticket/b.png")
    looked = list[str]()
    look = shelves._following.look
    monkeypatch.setattr(shelves._following, "look", lambda path: (looked.append(path), look(path)))
    folder = used.home.sorted / "ticket"
    for number in range(5000):
        shelves._events[0]._paths.put(f"{folder}/{number}.png")
    shelves._events[0]._paths.put(f"{folder}/a.png")
    shelves.listen()
    assert looked == [f"{folder}/a.png", f"{folder}"]
    wait_until(lambda: (shelves.listen(), row(used, 1)[2] == "sorted/ticket/b.png")[1])


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOTCONN])
def test_a_folder_that_cannot_be_reached_ends_nothing(
    used: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A share that answers with an error would end the service, which should wait for it."""
    stat = os.stat

    def refused(path: object, *args: Any, **more: Any) -> os.stat_result:
        if "sorted" in str(path) or "failed" in str(path):
            raise OSError(number, os.strerror(number), path)
        return stat(path, *args, **more)  # type: ignore[arg-type]

    used.drop("e.png", "broken 3")  # it has failed before
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refused)
        assert used.once(Judge()) is False
    assert [row(used, number)[0] for number in (1, 3)] == ["filed", "failed"]
    used.once(Judge())
    assert used.states()["e.png"] == "failed"


def verify_kinds(desk: Desk) -> list[str]:
    """What ``verify`` finds."""
    return [one.kind for one in verify(desk.home, desk.ledger)]


@pytest.mark.parametrize("seconds", [-(1 << 33), 13_600_000_000, 1 << 53])
def test_a_file_of_another_century_is_filed_and_followed(tmp_path: Path, seconds: int) -> None:
    """Whoever may write to the inbox could end the service for good, by one file dated 2400."""
    with another_file_system(tmp_path) as disk:
        for root in (tmp_path, disk):  # ext4 ends in 2446, tmpfs never
            with desk_in(root / "home") as desk:
                for name in ("ticket", "cylinder"):
                    (desk.home.support / name).mkdir(parents=True)
                    (desk.home.support / name / "1.png").write_text(name)
                dropped = desk.drop("a.png", "ticket 1")
                os.utime(dropped, (seconds, seconds))
                desk.once(Judge())
                broken = desk.drop("b.png", "broken 2")
                os.utime(broken, (seconds, seconds))
                for _ in range(2):
                    desk.once(Judge())
                    assert row(desk, 1) == ("filed", "ticket", "sorted/ticket/a.png")
                move(desk, "sorted/ticket/a.png", "sorted/cylinder/a.png")
                desk.once(Judge())
                assert row(desk, 1) == ("filed", "cylinder", "sorted/cylinder/a.png")
                assert row(desk, 2)[0] == "failed"
                assert list(verify(desk.home, desk.ledger)) == []
