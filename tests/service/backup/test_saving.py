from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.errors import UsageError
from config.home import Home
from config.settings import Settings
from service.desk.backup import saving as saving_module
from service.desk.backup.restoring import restore
from service.desk.backup.saving import back_up
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.verifying import verify
from storage.database import Database
from storage.filing.notes import ENDING
from storage.ledger import Ledger
from storage.presence import PresenceBook
from tests.service.fakes import Desk, Judge


@contextmanager
def opened(root: Path, settings: Settings | None = None) -> Iterator[Desk]:
    """The home at ``root``, as a command opens it."""
    home = Home.of(root, settings or Settings())
    with closing(Database.open_existing(home.database)) as database:
        yield Desk(home, Ledger(database, home))


def contents(root: Path) -> dict[str, str]:
    """Every file of a home but ledger and cache: its hash, by its path."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and not str(path.relative_to(root)).startswith(("pigeonhole.db", "cache"))
    }


def meanwhile(act: Any) -> Any:
    """A progress that does something once, after the snapshot and the first file."""

    @contextmanager
    def progress(_total: int) -> Iterator[Any]:
        acts = [act]

        def advance() -> None:
            if acts:
                acts.pop()()

        yield advance

    return progress


def test_a_home_comes_back_as_it_was(desk: Desk, tmp_path: Path) -> None:
    """A person would find out after the disk has died that the backup lacks half of it."""
    for name, word in {"a.png": "ticket 1", "b.png": "unknown", "c.png": "broken", b"\xe9.png": "ticket 2"}.items():  # fmt: skip
        desk.drop(name, word)
    desk.once(Judge(), ticket_outputs=("text",))
    desk.drop("d.png", "ticket 1")
    desk.once(Judge(), duplicates="skip")
    desk.drop("waits.png", "ticket 3")
    (desk.home.support / "ticket").mkdir()
    (desk.home.support / "ticket" / "1.png").write_text("an example")
    (desk.home.support / "empty").mkdir()
    (desk.home.detectors / "banana").mkdir()
    (desk.home.detectors / "banana" / "manifest.json").write_text("{}")
    (desk.home.removed / "ticket").mkdir(parents=True)
    (desk.home.removed / "ticket" / "old.png").write_text("taken out")
    (desk.home.sorted / "ticket" / "mine.txt").write_text("a stranger")
    before, rows = contents(desk.home.root), desk.rows()
    saved = back_up(desk.home, tmp_path / "home.tar.gz", with_files=True)
    assert (saved.scans, saved.left_out) == (5, ())
    made = restore(tmp_path / "home.tar.gz", tmp_path / "new")
    assert contents(made.home) == before == contents(desk.home.root)
    assert (made.home / "support" / "empty").is_dir()
    with opened(made.home) as other:
        assert other.rows() == rows
        assert [one.kind for one in verify(other.home, other.ledger)] == ["stranger"]
        other.once(Judge())
        assert other.states()["waits.png"] == "filed"


def test_modes_keep_the_ledger_and_the_settings_private(desk: Desk, tmp_path: Path) -> None:
    """Other users of the machine would read the texts of receipts, or get a set-uid file."""
    place = desk.drop("a.png")
    place.chmod(0o6755)
    back_up(desk.home, tmp_path / "home.tar.gz", with_files=True)
    assert os.stat(tmp_path / "home.tar.gz").st_mode & 0o7777 == 0o600
    made = restore(tmp_path / "home.tar.gz", tmp_path / "new")
    modes = {
        name: os.stat(made.home / name).st_mode & 0o7777
        for name in ("pigeonhole.toml", "pigeonhole.db", "inbox/a.png")
    }
    assert modes == {"pigeonhole.toml": 0o600, "pigeonhole.db": 0o600, "inbox/a.png": 0o644}


@pytest.mark.parametrize("with_secrets", [False, True])
def test_secrets_stay_at_home_unless_asked_for(
    desk: Desk, tmp_path: Path, with_secrets: bool
) -> None:
    """A backup on a share would hand the token to whoever may read the share."""
    text = '# mine\nport = 9000\napi_token = "hush-hush-hush-hush"  # do not tell\n'
    desk.home.settings_file.write_text(text)
    back_up(desk.home, tmp_path / "home.tar.gz", with_secrets=with_secrets)
    with tarfile.open(tmp_path / "home.tar.gz") as tar:
        found = {one.name: tar.extractfile(one).read() for one in tar if one.isfile()}
    assert any(b"hush" in data for data in found.values()) == with_secrets
    made = restore(tmp_path / "home.tar.gz", tmp_path / "new")
    restored = (made.home / "pigeonhole.toml").read_text()
    assert restored.startswith("# mine\nport = 9000\n")
    assert with_secrets == (restored == text)


@pytest.mark.parametrize("with_secrets", [False, True])
def test_a_file_with_the_token_stays_at_home_unless_asked_for(
    desk: Desk, tmp_path: Path, with_secrets: bool
) -> None:
    """It may lie in a folder that is saved, under one name or several."""
    token = desk.home.support / "token.txt"
    token.write_text("hush-hush-hush-hush")
    os.link(token, desk.home.support / "again.txt")
    back_up(desk.home, tmp_path / "x.tar.gz", with_secrets=with_secrets, token_file=token)
    with tarfile.open(tmp_path / "x.tar.gz") as tar:
        found = {one.name for one in tar if one.name.endswith(".txt")}
    assert found == ({"support/token.txt", "support/again.txt"} if with_secrets else set())


def test_what_could_not_be_restored_is_not_saved_and_named(desk: Desk, tmp_path: Path) -> None:
    """A backup would be refused by 'restore' as a whole, on the day on which it is needed."""
    deep = desk.home.sorted.joinpath(*["d"] * 250)
    deep.mkdir(parents=True)
    (deep / "a.png").write_text("deep")
    desk.drop("b.png", "ticket 1")
    desk.once(Judge())
    saved = back_up(desk.home, tmp_path / "x.tar.gz", with_files=True)
    (left_out,) = saved.left_out
    assert left_out.place.endswith("/d/d/a.png")
    assert left_out.reason == "has a path that is too long or too deep for an archive"
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    assert (made.home / "sorted/ticket/b.png").read_text() == "ticket 1"


def test_a_daemon_may_file_while_it_is_saved(desk: Desk, tmp_path: Path) -> None:
    """The ledger of one moment with the files of a later one: scans would be missing or double."""
    desk.drop("first.png", "ticket 1")
    desk.drop("moved.png", "ticket 2")
    desk.once(Judge())
    desk.drop("waits.png", "ticket 3")
    desk.drop("fails.png", "broken")
    (desk.home.support / "cylinder").mkdir()
    (desk.home.support / "cylinder" / "1.png").write_text("an example")

    def work() -> None:
        say_what_it_is(desk.home, desk.ledger, 2, "cylinder", "api")
        desk.drop("late.png", "ticket 4")
        desk.once(Judge())

    saved = back_up(desk.home, tmp_path / "x.tar.gz", with_files=True, progress=meanwhile(work))
    assert saved.left_out == ()
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    with opened(made.home) as other:
        assert [one.kind for one in verify(other.home, other.ledger)] == []
        other.once(Judge())
        notes = [path for path in other.filed() if path.endswith(ENDING)]
        assert other.filed() - set(notes) == {
            "sorted/ticket/first.png", "sorted/ticket/moved.png", "sorted/ticket/waits.png",
            "failed/fails.png",
        }  # fmt: skip
        assert [one.kind for one in verify(other.home, other.ledger)] == []


def test_what_waited_when_it_began_is_saved(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan that is claimed between two looks would be in neither."""
    desk.drop("a.png", "ticket 1")
    snapshot = saving_module.snapshot

    def late(*paths: Path) -> None:
        snapshot(*paths)
        desk.once(Judge())

    def early(*paths: Path) -> None:
        desk.once(Judge())
        snapshot(*paths)

    for number, change in enumerate((early, late)):
        monkeypatch.setattr(saving_module, "snapshot", change)
        desk.drop("b.png", "ticket 2")
        saved = back_up(desk.home, tmp_path / f"{number}.tar.gz", with_files=True)
        assert saved.left_out == ()
        made = restore(saved.file, tmp_path / f"new{number}")
        with opened(made.home) as other:
            other.once(Judge())
            assert len(other.filed()) == number + 2
            assert list(verify(other.home, other.ledger)) == []


def test_a_person_may_drag_while_it_is_saved(desk: Desk, tmp_path: Path) -> None:
    """The scan would be in the backup twice, or not at all."""
    for number in range(4):
        desk.drop(f"{number}.png", f"ticket {number}")
    desk.once(Judge())

    def drag() -> None:
        (desk.home.sorted / "cylinder").mkdir()
        for number in range(4):
            place = desk.home.sorted / "ticket" / f"{number}.png"
            place.rename(desk.home.sorted / "cylinder" / place.name)

    saved = back_up(desk.home, tmp_path / "x.tar.gz", with_files=True, progress=meanwhile(drag))
    assert saved.left_out == ()
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    found = [path for path in made.home.joinpath("sorted").rglob("*") if path.is_file()]
    assert sorted(path.name for path in found) == ["0.png", "1.png", "2.png", "3.png"]


def test_what_the_ledger_names_and_is_nowhere_is_reported(desk: Desk, tmp_path: Path) -> None:
    """The backup would be believed to be whole."""
    place = desk.drop("a.png")
    desk.once(Judge())
    (desk.home.sorted / "ticket" / place.name).unlink()
    saved = back_up(desk.home, tmp_path / "x.tar.gz", with_files=True)
    assert [(one.scan_id, one.place, one.reason) for one in saved.left_out] == [
        (1, "sorted/ticket/a.png", "is not there")
    ]


def test_what_a_person_took_away_is_not_missed(desk: Desk, tmp_path: Path) -> None:
    """Every nightly backup would fail because somebody once deleted a scan."""
    desk.drop("a.png")
    desk.once(Judge())
    (desk.home.sorted / "ticket" / "a.png").unlink()
    PresenceBook(desk.ledger.database, desk.home).note_gone([1])
    assert back_up(desk.home, tmp_path / "x.tar.gz", with_files=True).left_out == ()


def test_a_file_that_a_person_changed_is_saved_as_it_is(desk: Desk, tmp_path: Path) -> None:
    """What somebody cropped by hand would be missing."""
    desk.drop("a.png")
    desk.once(Judge())
    (desk.home.sorted / "ticket" / "a.png").write_text("cropped")
    saved = back_up(desk.home, tmp_path / "x.tar.gz", with_files=True)
    assert saved.left_out == ()
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    assert (made.home / "sorted" / "ticket" / "a.png").read_text() == "cropped"


def test_moves_under_way_are_finished_in_the_new_home(desk: Desk, tmp_path: Path) -> None:
    """The restored service would move files of the original home."""
    desk.drop("a.png", "ticket 1")

    class Died(BaseException):
        pass

    close = Ledger.decide

    def decided(ledger: Ledger, *args: Any) -> Any:
        close(ledger, *args)
        raise Died

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Ledger, "decide", decided)
        with pytest.raises(Died):
            desk.once(Judge())
    assert len(desk.ledger.moves()) == 1
    before = contents(desk.home.root)
    assert back_up(desk.home, tmp_path / "x.tar.gz", with_files=True).left_out == ()
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    with opened(made.home) as other:
        (move,) = other.ledger.moves()
        assert move.source == made.home / "inbox" / "a.png"
        assert move.destination.is_relative_to(made.home)
        other.once(Judge())
        assert other.filed() == {"sorted/ticket/a.png"}
        assert list(verify(other.home, other.ledger)) == []
    assert contents(desk.home.root) == before


def test_writers_are_neither_waited_for_nor_held_up(desk: Desk, tmp_path: Path) -> None:
    """Scans would wait until the backup has ended, or the backup for the scans."""
    desk.drop("a.png")
    desk.once(Judge())
    with closing(sqlite3.connect(desk.home.database, isolation_level=None, timeout=0)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        back_up(desk.home, tmp_path / "1.tar.gz")
        writer.execute("ROLLBACK")

        def write() -> None:
            writer.execute("UPDATE scans SET attempts = 7")

        back_up(desk.home, tmp_path / "2.tar.gz", progress=meanwhile(write))
    made = restore(tmp_path / "2.tar.gz", tmp_path / "new")
    with opened(made.home) as other:
        assert other.rows()[0]["attempts"] == 0


@pytest.mark.parametrize("with_files", [True, False])
def test_folders_that_lie_elsewhere(tmp_path: Path, with_files: bool) -> None:
    """The restored home would file into the folders of the original, or know no scan of them."""
    outside = tmp_path / "nas"
    text = f'sorted_dir = "{outside}/sorted"  # the share\nreview_dir = "../review"\nreject = 0.1\n'
    settings = Settings.model_validate(
        {"sorted_dir": outside / "sorted", "review_dir": Path("../review")}
    )
    home = Home.of(tmp_path / "home", settings)
    home.lay_out()
    home.support.mkdir()
    home.settings_file.write_text(text)
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        desk.drop("a.png", "ticket 1")
        desk.drop("b.png", "unknown")
        desk.once(Judge())
    before = contents(tmp_path / "nas")
    assert back_up(home, tmp_path / "x.tar.gz", with_files=with_files).left_out == ()
    made = restore(tmp_path / "x.tar.gz", tmp_path / "deep" / "new")
    assert set(made.brought_in if with_files else made.outside) == {"sorted", "review"}
    from config.settings import load_settings

    restored = load_settings(made.home / "pigeonhole.toml")
    assert restored.reject == 0.1
    with opened(made.home, restored) as other:
        assert other.home.sorted == (made.home if with_files else outside) / "sorted"
        assert other.home.review == (made.home if with_files else tmp_path) / "review"
        assert list(verify(other.home, other.ledger)) == []
        place = other.ledger.place(1)
        assert place == other.home.sorted / "ticket" / "a.png"
        assert place.is_file()
    assert contents(tmp_path / "nas") == before


def test_a_scan_in_a_folder_of_earlier_settings_is_saved(desk: Desk, tmp_path: Path) -> None:
    """A row whose file lies in no folder of today would lose it."""
    earlier = Home.of(desk.home.root, Settings.model_validate({"sorted_dir": tmp_path / "old"}))
    ledger = Ledger(desk.ledger.database, earlier)
    Desk(earlier, ledger).drop("a.png", "ticket 1")
    Desk(earlier, ledger).once(Judge())
    assert back_up(desk.home, tmp_path / "x.tar.gz", with_files=True).left_out == ()
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    with opened(made.home) as other:
        place = other.ledger.place(1)
        assert place is not None
        assert place.is_relative_to(made.home)
        assert place.read_text() == "ticket 1"


def test_a_target_that_cannot_be(desk: Desk, tmp_path: Path) -> None:
    """A file of the person's would be overwritten, or the backup be sorted as a scan."""
    (tmp_path / "mine").write_text("precious")
    blocked = tmp_path / "mine" / "x.tar.gz"
    for target in (tmp_path / "mine", desk.home.inbox / "x.tar.gz", blocked):
        with pytest.raises(UsageError):
            back_up(desk.home, target)
    assert (tmp_path / "mine").read_text() == "precious"
    assert [path.name for path in desk.home.inbox.iterdir()] == []


def test_a_name_that_is_taken_meanwhile_is_not_replaced(desk: Desk, tmp_path: Path) -> None:
    """Somebody else's file of that name would be gone."""
    target = tmp_path / "out" / "x.tar.gz"
    target.parent.mkdir()
    with pytest.raises(UsageError, match="exists already"):
        back_up(desk.home, target, progress=meanwhile(lambda: target.write_text("theirs")))
    assert target.read_text() == "theirs"
    assert [path.name for path in target.parent.iterdir()] == ["x.tar.gz"]


def test_a_full_disk_leaves_nothing(desk: Desk, tmp_path: Path, mount: Any) -> None:
    """Half an archive would look like a whole one, and fill the disk for good."""
    disk = mount(tmp_path / "disk", "size=1m")
    (desk.home.support / "ticket").mkdir()
    (desk.home.support / "ticket" / "1.png").write_bytes(os.urandom(2 << 20))
    with pytest.raises(UsageError, match="no space left"):
        back_up(desk.home, disk / "x.tar.gz")
    assert list(disk.iterdir()) == []


def test_what_a_killed_backup_left_goes_and_another_at_work_stays(
    desk: Desk, tmp_path: Path
) -> None:
    """The disk would fill with hidden files, or two nightly backups destroy one another."""
    folder = tmp_path / "out"
    folder.mkdir()
    dead, busy, theirs = (folder / f".pigeonhole-backup-{letter * 32}.part" for letter in "abc")
    named = folder / ".pigeonhole-backup-mine.part"  # a person's name: no backup has it
    for path in (dead, busy, theirs, named):
        path.write_text("x")
    if os.geteuid() == 0:
        os.chown(theirs, 12345, -1)
    else:
        theirs.unlink()
    with busy.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        back_up(desk.home, folder / "x.tar.gz")
    stay = [path for path in (busy, theirs, named) if path.exists()]
    assert len(stay) == (3 if os.geteuid() == 0 else 2)
    assert sorted(folder.iterdir()) == sorted([*stay, folder / "x.tar.gz"])
    assert not [path for path in desk.home.cache.rglob("*") if path.is_file()]


def test_links_are_not_followed(desk: Desk, tmp_path: Path) -> None:
    """Whoever may write to the inbox would have the service copy files that they may not read."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (desk.home.inbox / "link.png").symlink_to(secret)
    (desk.home.support / "ticket").mkdir()
    (desk.home.support / "ticket" / "link.png").symlink_to(secret)
    back_up(desk.home, tmp_path / "x.tar.gz", with_files=True)
    with tarfile.open(tmp_path / "x.tar.gz") as tar:
        assert not [name for name in tar.getnames() if "link" in name]
