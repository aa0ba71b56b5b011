from __future__ import annotations

import errno
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from models.fields.ticket import Ticket
from models.page.scan import Fault
from service.daemon import carrying, notes
from service.daemon import placement as module
from service.daemon.notes import clear_superseded
from service.daemon.placement import Placement
from service.desk.scans.moving import move_of
from service.workers.pipeline import Examined
from storage.filing import files, noreplace
from storage.filing.moving import file_away
from storage.records import Claim, Decision
from tests.conftest import Mount
from tests.service.fakes import Desk, scan_of, verdict_of
from tests.storage.filing.mounting import behave_as

BROKEN = Fault("decode", "is broken", "Scan it again")


@pytest.fixture
def placement(desk: Desk) -> Placement:
    """Files what the tests decide."""
    return Placement(desk.ledger, desk.home)


def claimed(desk: Desk, *paths: Path) -> list[Claim]:
    """The claims of files in the inbox."""
    return desk.ledger.claim([scan_of(path) for path in paths])


def judged(claim: Claim, class_name: str = "ticket", **more: Any) -> tuple[Claim, Examined]:
    """A result of this class."""
    return claim, Examined(claim.scan, verdict_of(class_name), pages=1, **more)


def failed(claim: Claim, fault: Fault = BROKEN) -> tuple[Claim, Examined]:
    """A result that is a fault."""
    return claim, Examined(claim.scan, fault=fault)


def test_each_goes_where_its_verdict_says(desk: Desk, placement: Placement) -> None:
    """Users would look for their scans in the wrong folder."""
    a, b, c, d = claimed(desk, *(desk.drop(name, name) for name in ("a", "b", "c", "sub/d")))
    closed = placement.place(
        [
            judged(a, ticket=Ticket("total 3.50")),
            judged(b, "unknown"),
            failed(c),
            judged(d, "two words"),
        ]
    )
    assert {(one.source.name, one.state, one.again) for one in closed} == {
        ("a", "filed", False), ("b", "review", False), ("c", "failed", False), ("d", "filed", False),
    }  # fmt: skip
    assert desk.filed() == {
        "sorted/ticket/a", "review/b", "failed/c", "failed/c.error.json", "sorted/two words/d",
    }  # fmt: skip
    assert [row["destination"] for row in desk.rows()] == [
        "sorted/ticket/a", "review/b", "failed/c", "sorted/two words/d",
    ]  # fmt: skip
    assert desk.rows()[0]["text"] == "total 3.50"
    assert desk.ledger.moves() == []


def test_a_fault_beside_a_verdict_does_not_fail_the_scan(desk: Desk, placement: Placement) -> None:
    """A ticket whose text cannot be read would be lost to its class."""
    (claim,) = claimed(desk, desk.drop("a"))
    placement.place([judged(claim, fault=Fault("ocr", "took too long"))])
    (row,) = desk.rows()
    assert (row["state"], row["text"]) == ("filed", None)
    assert "took too long" in row["error"]


def test_names_that_are_taken_get_a_number(desk: Desk, placement: Placement) -> None:
    """A scan would overwrite another, or wait for ever."""
    there = desk.home.sorted / "ticket"
    there.mkdir()
    (there / "scan.png").write_text("theirs")
    paths = [desk.drop(f"{folder}/scan.png", f"ticket {folder}") for folder in ("x", "y", "z")]
    placement.place([judged(claim) for claim in claimed(desk, *paths)])
    assert {path.name: path.read_text() for path in there.iterdir()} == {
        "scan.png": "theirs",
        "scan (2).png": "ticket x",
        "scan (3).png": "ticket y",
        "scan (4).png": "ticket z",
    }


def test_a_name_taken_at_the_last_moment_gets_a_number(
    desk: Desk, placement: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the decision and the move, another program's file would be overwritten."""
    (claim,) = claimed(desk, desk.drop("scan.png"))
    there = desk.home.sorted / "ticket"

    def after_others(moves: Any) -> Any:
        there.mkdir(exist_ok=True)
        for name in ("scan.png", "scan (2).png"):
            (there / name).write_text("theirs")
        return file_away(moves)

    monkeypatch.setattr(carrying, "file_away", after_others)
    placement.place([judged(claim)])
    assert (there / "scan.png").read_text() == "theirs"
    assert (there / "scan (3).png").read_text() == "ticket"
    assert desk.rows()[0]["destination"] == "sorted/ticket/scan (3).png"


def test_the_note_says_what_to_do(desk: Desk, placement: Placement) -> None:
    """Who finds a file in failed/ would not know why it is there."""
    (claim,) = claimed(desk, desk.drop("a.png", "broken"))
    placement.place([failed(claim)])
    note = json.loads((desk.home.failed / "a.png.error.json").read_text())
    assert note == {
        "scan_id": claim.scan_id,
        "file": "a.png",
        "sha256": claim.scan.sha256,
        "stage": "decode",
        "reason": "is broken",
        "what_to_do": "Scan it again",
    }


def test_the_note_goes_when_the_file_succeeds(desk: Desk, placement: Placement) -> None:
    """failed/ would keep complaining about a file that is long sorted."""
    path = desk.drop("a.png", "broken")
    placement.place([failed(claimed(desk, path)[0])])
    (desk.home.failed / "a.png").rename(path)
    claims = claimed(desk, path)
    clear_superseded(desk.ledger, claims[0].superseded)
    placement.place([judged(claims[0])])
    assert desk.filed() == {"sorted/ticket/a.png"}
    assert [row["state"] for row in desk.rows()] == ["superseded", "filed"]


def refuse(*_: Any) -> None:
    """Root may write all, so the refusal is played."""
    raise PermissionError(13, "Permission denied")


def test_a_failed_file_is_not_closed_without_its_note(
    desk: Desk, placement: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk nobody would ever learn why it failed."""
    a, b = claimed(desk, desk.drop("a"), desk.drop("b", "broken"))
    with monkeypatch.context() as full:
        full.setattr(module, "put_note", refuse)
        placement.place([judged(a), failed(b)])
    assert desk.states() == {"a": "filed", "b": "moving"}
    assert placement.stuck
    placement.resume()
    assert desk.states() == {"a": "filed", "b": "failed"}
    assert json.loads((desk.home.failed / "b.error.json").read_text())["stage"] == "decode"
    assert not placement.stuck


def test_a_note_that_stays_stops_nothing(
    desk: Desk, placement: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon would end over a note."""
    path = desk.drop("a.png", "broken")
    placement.place([failed(claimed(desk, path)[0])])
    (desk.home.failed / "a.png").rename(path)
    monkeypatch.setattr(notes, "remove_note", refuse)
    claims = claimed(desk, path)
    clear_superseded(desk.ledger, claims[0].superseded)
    placement.place([judged(claims[0])])
    assert desk.states()["a.png"] == "filed"


def test_a_mended_file_clears_the_failure(desk: Desk, placement: Placement) -> None:
    """Who follows the note's advice would keep the failure, and a note of a file that is gone."""
    path = desk.drop("a.png", "cut")
    placement.place([failed(claimed(desk, path)[0])])
    (desk.home.failed / "a.png").unlink()
    claims = claimed(desk, desk.drop("a.png", "cut no more"))
    clear_superseded(desk.ledger, claims[0].superseded)
    placement.place([judged(claims[0])])
    assert [row["state"] for row in desk.rows()] == ["superseded", "filed"]
    assert desk.filed() == {"sorted/ticket/a.png"}


def test_broken_files_that_are_alike_are_each_a_failure(desk: Desk, placement: Placement) -> None:
    """Of ten empty files nine would be missing from the list of what failed."""
    for name in ("a", "b", "c"):
        placement.place([failed(claimed(desk, desk.drop(name, "broken"))[0])])
    assert desk.states() == {"a": "failed", "b": "failed", "c": "failed"}


def test_notes_keep_stage_and_advice_over_a_crash(desk: Desk, placement: Placement) -> None:
    """A note written after a restart would say that it failed, and no more."""
    (claim,) = claimed(desk, desk.drop("a.png", "broken"))
    examined = failed(claim)[1]
    desk.ledger.decide(
        [
            Decision(
                claim.scan_id, claim.scan, "failed", desk.home.failed / "a.png",
                fault=examined.fault,
            )
        ]
    )  # fmt: skip
    Placement(desk.ledger, desk.home).resume()
    note = json.loads((desk.home.failed / "a.png.error.json").read_text())
    assert (note["stage"], note["what_to_do"]) == ("decode", "Scan it again")


def blocked(folder: Path) -> None:
    """Nothing can be put there, not even by root: a file stands in the folder's place."""
    folder.rmdir()
    folder.write_text("in the way")


def test_a_refused_move_stays_in_the_journal_until_it_is_done(
    desk: Desk, placement: Placement
) -> None:
    """A full disk would leave scans in no known place."""
    path = desk.drop("a")
    blocked(desk.home.sorted)
    assert placement.place([judged(claimed(desk, path)[0])]) == []
    assert (placement.stuck, desk.states()) == (1, {"a": "moving"})
    assert path.read_text() == "ticket"
    assert placement.resume() == []
    assert placement.stuck == 1
    desk.home.sorted.unlink()
    (closed,) = placement.resume()
    assert (closed.state, placement.stuck) == ("filed", 0)
    assert desk.filed() == {"sorted/ticket/a"}


def test_what_is_stuck_is_not_forgotten_over_what_is_not(desk: Desk, placement: Placement) -> None:
    """A scan that was refused would wait for the next start, because its neighbour went well."""
    a, b = desk.drop("a"), desk.drop("b", "unknown")
    blocked(desk.home.sorted)
    placement.place([judged(claimed(desk, a)[0])])
    placement.place([judged(claimed(desk, b)[0], "unknown")])
    assert desk.states() == {"a": "moving", "b": "review"}
    assert placement.stuck == 1


def test_a_failed_file_that_was_stuck_keeps_its_reason(desk: Desk, placement: Placement) -> None:
    """After a restart its note would only say that it failed."""
    path = desk.drop("a", "broken")
    blocked(desk.home.failed)
    placement.place([failed(claimed(desk, path)[0])])
    desk.home.failed.unlink()
    Placement(desk.ledger, desk.home).resume()
    note = json.loads((desk.home.failed / "a.error.json").read_text())
    assert "is broken" in note["reason"]


def test_a_file_whose_share_went_away_waits_for_it(desk: Desk, placement: Placement) -> None:
    """A correction that was asked for before would record its scan as deleted."""
    path = desk.drop("a")
    placement.place([judged(claimed(desk, path)[0])])
    (scan,) = desk.ledger.filed()
    desk.ledger.recall([move_of(scan, desk.home.inbox / "a", "superseded")])
    desk.home.sorted.rename(desk.home.root / "elsewhere")
    assert placement.resume() == []
    assert "sorted/ticket: cannot be looked into" in placement.trouble
    (desk.home.root / "elsewhere").rename(desk.home.sorted)
    assert [one.state for one in placement.resume()] == ["superseded"]
    assert path.exists()


def test_a_failed_file_that_goes_before_it_is_tried_again_leaves_nothing(
    desk: Desk, placement: Placement
) -> None:
    """Each backup would say that a file in the inbox is missing, and its note would stay for ever."""
    path = desk.drop("a", "broken")
    placement.place([failed(claimed(desk, path)[0])])
    (scan,) = desk.ledger.filed()
    desk.ledger.recall([move_of(scan, desk.home.inbox / "a", "superseded")])
    scan.place.unlink()
    assert [one.state for one in placement.resume()] == ["superseded"]
    assert desk.ledger.retried() == []
    assert desk.filed() == set()


def test_a_file_that_went_away_is_closed(desk: Desk, placement: Placement) -> None:
    """Its row would be 'moving' for ever."""
    path = desk.drop("a")
    claims = claimed(desk, path)
    path.unlink()
    (closed,) = placement.place([judged(claims[0])])
    assert (closed.state, closed.again) == ("failed", False)
    (row,) = desk.rows()
    assert (row["state"], row["destination"]) == ("failed", None)
    assert "went away" in row["error"]
    assert desk.filed() == set()


def test_a_file_that_was_replaced_is_looked_at_again(desk: Desk, placement: Placement) -> None:
    """The verdict on one file would move another."""
    path = desk.drop("a")
    claims = claimed(desk, path)
    desk.drop("a", "unknown, something else")
    (closed,) = placement.place([judged(claims[0])])
    assert (closed.state, closed.again) == ("superseded", True)
    assert path.read_text() == "unknown, something else"
    assert desk.filed() == set()


@pytest.mark.parametrize("moved", [False, True], ids=["before", "after"])
def test_a_crash_around_the_move_is_made_good(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, moved: bool
) -> None:
    """A power cut at the wrong moment would file a scan twice, or lose sight of it."""

    class PowerCutError(Exception):
        pass

    def cut(moves: Any) -> Any:
        if moved:
            file_away(moves)
        raise PowerCutError

    path = desk.drop("a")
    with monkeypatch.context() as patch:
        patch.setattr(carrying, "file_away", cut)
        with pytest.raises(PowerCutError):
            Placement(desk.ledger, desk.home).place([judged(claimed(desk, path)[0])])
    assert desk.states() == {"a": "moving"}
    (closed,) = Placement(desk.ledger, desk.home).resume()
    assert closed.state == "filed"
    assert desk.filed() == {"sorted/ticket/a"}
    assert not path.exists()
    assert Placement(desk.ledger, desk.home).resume() == []


def test_second_copies_are_set_aside_under_free_names(desk: Desk, placement: Placement) -> None:
    """With 'duplicates = skip' one copy would overwrite another."""
    paths = [desk.drop(f"{folder}/a.png", "ticket") for folder in ("x", "y")]
    closed = placement.set_aside(claimed(desk, *paths))
    assert [one.state for one in closed] == ["duplicate", "duplicate"]
    assert desk.filed() == {"duplicates/a.png", "duplicates/a (2).png"}


@pytest.mark.parametrize("name", [b"caf\xe9.png", b"two\nlines.png", b"a" * 251 + b".png"])
def test_odd_names_are_kept(desk: Desk, placement: Placement, name: bytes) -> None:
    """A file would change its name, or could not be filed at all."""
    path = desk.drop(name)
    placement.place([failed(claimed(desk, path)[0])])
    found = {os.fsencode(path.name) for path in desk.home.failed.iterdir()}
    assert name in found
    assert len(found) == 2


def test_trouble_names_the_folder_of_the_destination(
    desk: Desk, placement: Placement, mount: Mount
) -> None:
    """Who reads it must know which file, where, why, and what to do."""
    mount(desk.home.review)
    subprocess.run(["mount", "-o", "remount,ro", desk.home.review], check=True)
    placement.place([judged(claimed(desk, desk.drop("sub/a.png"))[0], "unknown")])
    assert placement.trouble == (
        "1 scan cannot be filed: review: Read-only file system (file inbox/sub/a.png)."
        " Mount it so that it can be written"
    )


def test_trouble_names_the_folder_of_the_source(
    desk: Desk, placement: Placement, mount: Mount
) -> None:
    """It said "review: Operation not permitted" while the inbox was closed."""
    mount(desk.home.inbox)
    paths = [desk.home.inbox / name for name in ("a.png", "b.png")]
    for path in paths:
        path.write_text(path.name)
    claims = claimed(desk, *paths)
    subprocess.run(["mount", "-o", "remount,ro", desk.home.inbox], check=True)
    placement.place([judged(claim, "unknown") for claim in claims])
    assert placement.trouble.startswith(
        "2 scans cannot be filed: inbox: Read-only file system (file inbox/a.png)."
    )


@pytest.mark.parametrize(
    ("folder", "number", "advice"),
    [
        ("sorted/ticket", errno.ENOSPC, "Make room there"),
        ("sorted/ticket", errno.EACCES, "Give the user of the service leave"),
        ("inbox", errno.EPERM, "Give the user of the service leave"),
        ("inbox", errno.EIO, "Look at the disk"),
    ],
)
def test_trouble_names_what_was_refused(
    desk: Desk, placement: Placement, monkeypatch: pytest.MonkeyPatch,
    folder: str, number: int, advice: str,
) -> None:  # fmt: skip
    """A move touches two folders, and each may be the cause."""
    (claim,) = claimed(desk, desk.drop("a.png"))
    refused = desk.home.root / folder

    def refuse(source: Path, target: Path, **_: object) -> None:
        if target.parent == refused:
            raise OSError(number, os.strerror(number), source, None, target)
        real(source, target)

    call = "link" if folder != "inbox" else "rename"
    real = getattr(os, call)
    monkeypatch.setattr(os, call, refuse)
    with monkeypatch.context() as patched:
        patched.setattr(noreplace, "LINKS_REFUSED", frozenset())
        placement.place([judged(claim)])
    assert placement.trouble.startswith(
        f"1 scan cannot be filed: {folder}: {os.strerror(number)} (file inbox/a.png). {advice}"
    )


def test_trouble_names_the_note(
    desk: Desk, placement: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has been moved by then: looking for it in the inbox would be in vain."""
    (claim,) = claimed(desk, desk.drop("a.png", "broken"))
    monkeypatch.setattr(module, "put_note", refuse)
    placement.place([failed(claim)])
    assert placement.trouble == (
        "1 scan cannot be filed: failed: the note cannot be written: Permission denied"
        " (file failed/a.png). Give the user of the service leave to read and write there"
    )


def test_an_error_of_an_open_file_names_it(tmp_path: Path) -> None:
    """A copy reads one folder and writes another, and write(2) says nothing of either."""
    source = tmp_path / "a.png"
    source.write_bytes(b"x")
    with (
        source.open("rb") as file,
        open("/dev/full", "wb", buffering=0) as full,
        pytest.raises(OSError, match="No space left") as caught,
    ):
        files.copy_open(file.fileno(), full.fileno())
    assert caught.value.filename == "/dev/full"


def test_a_time_that_cannot_be_set_is_trouble_and_no_crash(
    desk: Desk, placement: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """utime(2) by a descriptor names that number, where a path is expected."""
    (claim,) = claimed(desk, desk.drop("a.png"))

    def refuse(descriptor: int, **_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM), descriptor)

    behave_as("copy", desk.home.inbox, monkeypatch)
    monkeypatch.setattr(os, "utime", refuse)
    placement.place([judged(claim)])
    assert placement.trouble.startswith("1 scan cannot be filed: sorted/ticket: Operation not")
