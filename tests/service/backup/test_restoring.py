from __future__ import annotations

import fcntl
import gzip
import math
import os
import shutil
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.errors import DatabaseError, DataError, HomeError, SettingsError
from config.home import Home
from config.settings import Settings
from service.desk.backup import archive as archive_module
from service.desk.backup.manifest import escaped, unescaped
from service.desk.backup.restoring import restore
from service.desk.backup.saving import back_up
from storage.database import Database
from storage.tables import HEAD
from tests.service.backup.crafting import (
    changed,
    ledger_at,
    nothing_left,
    with_file,
    with_ledger,
    with_manifest,
)
from tests.service.fakes import Desk


def test_a_home_that_holds_anything_is_refused(saved: Path, tmp_path: Path) -> None:
    """Files of another home would be overwritten, or mixed with those of this one."""
    for make in (
        lambda root: (root.mkdir(), (root / ".hidden").write_text("x")),
        lambda root: (root.mkdir(), (root / "inbox").mkdir()),
        lambda root: root.write_text("a file"),
        lambda root: root.symlink_to(tmp_path / "nowhere"),
    ):
        root = tmp_path / "taken"
        make(root)
        with pytest.raises(HomeError) as caught:
            restore(saved, root)
        assert caught.value.advice
        shutil.rmtree(root) if root.is_dir() else root.unlink()
    assert nothing_left(tmp_path)


def test_an_empty_folder_is_taken_with_its_mode(saved: Path, tmp_path: Path) -> None:
    """An administrator makes the folder, and says who may enter it."""
    (tmp_path / "new").mkdir(mode=0o750)
    restore(saved, tmp_path / "new")
    assert stat.S_IMODE(os.stat(tmp_path / "new").st_mode) == 0o750
    assert (tmp_path / "new" / "sorted" / "ticket" / "a.png").is_file()


def test_a_home_that_is_made_meanwhile_stays(saved: Path, tmp_path: Path) -> None:
    """'pigeonhole watch' started too early would lose what it sorted."""

    def make() -> None:
        (tmp_path / "new").mkdir(exist_ok=True)
        (tmp_path / "new" / "pigeonhole.toml").write_text("theirs")

    with pytest.raises(HomeError, match="not empty any more"):
        restore(saved, tmp_path / "new", make)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["pigeonhole.toml"]
    assert nothing_left(tmp_path, "new")


def test_two_restores_to_one_place(saved: Path, tmp_path: Path) -> None:
    """The later one would unpack everything, to be refused in the end."""
    stage = tmp_path / ".pigeonhole-restore-new-0a1b2c_3"
    stage.mkdir(mode=0o700)
    fd = os.open(stage, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    with pytest.raises(HomeError, match="another process"):
        restore(saved, tmp_path / "new")
    (stage / "half").write_text("half a file")
    (stage / "sorted").mkdir()
    (stage / "link").symlink_to(tmp_path)
    os.close(fd)
    restore(saved, tmp_path / "new")
    assert not (tmp_path / "new" / "half").exists()
    assert nothing_left(tmp_path, "new")


def test_a_hidden_folder_that_somebody_else_made_is_not_used(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In /tmp another user could make it first, and would own the home."""
    names = ("", "-0a1b2c_3", "-0a1b2c_4", "-other-0a1b2c_5")
    made = [tmp_path / f".pigeonhole-restore-new{name}" for name in names]
    for folder in made:
        folder.mkdir()
        folder.chmod(0o700 if folder == made[2] else 0o777)
        (folder / "theirs").write_text("theirs")
    made[3].chmod(0o700)  # of a restore to another place
    status, owner = os.fstat, os.stat(made[2])

    def foreign(fd: int) -> os.stat_result:
        found = status(fd)
        if found.st_ino == owner.st_ino:
            return os.stat_result((*found[:4], os.geteuid() + 1, *found[5:]))
        return found

    monkeypatch.setattr(os, "fstat", foreign)
    restore(saved, tmp_path / "new")
    assert [(folder / "theirs").read_text() for folder in made] == ["theirs"] * 4
    assert not (tmp_path / "new" / "theirs").exists()
    assert nothing_left(tmp_path, "new", *(folder.name for folder in made))


def test_the_hidden_folder_is_closed_to_others(saved: Path, tmp_path: Path) -> None:
    """They could put a file into the home while it is unpacked."""
    seen = set[int]()

    def look() -> None:
        (stage,) = tmp_path.glob(".pigeonhole-restore-*")
        seen.add(stat.S_IMODE(stage.stat().st_mode))

    restore(saved, tmp_path / "new", look)
    assert seen == {0o700}


def test_the_mode_of_somebody_elses_folder_is_not_taken_over(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that another user opened for everybody would open the home for everybody."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new").chmod(0o777)
    if os.geteuid() == 0:
        os.chown(tmp_path / "new", 12345, 12345)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    restore(saved, tmp_path / "new")
    assert not (tmp_path / "new").stat().st_mode & stat.S_IWOTH


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_archive_is_refused(saved: Path, tmp_path: Path, share: float) -> None:
    """A download that broke off would become a home without its last scans."""
    data = saved.read_bytes()
    saved.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(DataError, match="cannot be restored"):
        restore(saved, tmp_path / "new")
    assert nothing_left(tmp_path)


def test_a_changed_byte_is_refused(saved: Path, tmp_path: Path) -> None:
    """A failing disk would put other bytes in place of a receipt."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        for number, (header, data) in enumerate(members):
            if header.name == "sorted/ticket/a.png":
                members[number] = (header, data.swapcase())

    with pytest.raises(DataError, match="png is not as the manifest says"):
        restore(changed(saved, change), tmp_path / "new")
    assert nothing_left(tmp_path)


def test_a_missing_file_is_refused(saved: Path, tmp_path: Path) -> None:
    """A scan that the ledger names would not be there."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[:] = [one for one in members if one[0].name != "sorted/ticket/a.png"]

    with pytest.raises(DataError, match="is not as the manifest says"):
        restore(changed(saved, change), tmp_path / "new")


@pytest.mark.parametrize(
    ("name", "kind", "link"),
    [
        ("../outside.png", tarfile.REGTYPE, ""),
        ("sorted/../../outside.png", tarfile.REGTYPE, ""),
        ("{tmp}/outside.png", tarfile.REGTYPE, ""),
        ("sorted/outside.png", tarfile.SYMTYPE, "../../outside.png"),
        ("sorted/outside.png", tarfile.LNKTYPE, "pigeonhole.toml"),
        ("sorted/outside.png", tarfile.FIFOTYPE, ""),
        ("sorted/outside.png", tarfile.CHRTYPE, ""),
        ("pigeonhole.db-wal", tarfile.REGTYPE, ""),
        ("pigeonhole.db/x", tarfile.REGTYPE, ""),
        ("pigeonhole.db-wal", tarfile.DIRTYPE, ""),
        ("pigeonhole.db-shm/x", tarfile.REGTYPE, ""),
        ("pigeonhole.db-journal/x", tarfile.REGTYPE, ""),
        ("sorted/" + "d/" * 400 + "x", tarfile.REGTYPE, ""),
        ("sorted/" + "d/" * 1800 + "x", tarfile.REGTYPE, ""),
        ("sorted" + "/d" * 1000, tarfile.DIRTYPE, ""),
        ("sorted" + f"/{'d' * 250}" * 20, tarfile.DIRTYPE, ""),
        ("cache/daemon.lock", tarfile.REGTYPE, ""),
        ("./sorted/outside.png", tarfile.REGTYPE, ""),
        ("sorted//outside.png", tarfile.REGTYPE, ""),
        ("cache", tarfile.DIRTYPE, ""),
        ("support/ticket/1.png", tarfile.REGTYPE, ""),
        ("support/ticket/1.png/inner", tarfile.REGTYPE, ""),
        ("support/ticket/1.png", tarfile.DIRTYPE, ""),
    ],
)
def test_what_no_backup_holds_is_refused(
    saved: Path, tmp_path: Path, name: str, kind: bytes, link: str
) -> None:
    """An archive from a stranger would write outside the home, or into what SQLite trusts."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        header = tarfile.TarInfo(name.format(tmp=tmp_path))
        header.type, header.linkname = kind, link
        members.insert(-1, (header, b"evil"))

    with pytest.raises(DataError, match="cannot be restored"):
        restore(changed(saved, change), tmp_path / "new")
    assert nothing_left(tmp_path)


def test_a_set_uid_bit_is_not_taken_over(saved: Path, tmp_path: Path) -> None:
    """A program in the archive would run as whoever restores."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        for header, _ in members:
            header.mode = 0o6777

    made = restore(changed(saved, change), tmp_path / "new")
    assert stat.S_IMODE(os.stat(made.home / "sorted/ticket/a.png").st_mode) == 0o644
    assert stat.S_IMODE(os.stat(made.home / "pigeonhole.db").st_mode) == 0o600


@pytest.mark.parametrize(
    "name",
    [
        "../outside", "/outside", "", "cache", "pigeonhole.db", "d/" * 400 + "x",
        f"{'d' * 250}/" * 20 + "x",
    ],
)  # fmt: skip
def test_folders_of_a_manifest_stay_in_the_home(saved: Path, tmp_path: Path, name: str) -> None:
    """The settings of a restored home would name a folder that the archive's author chose."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["folders"]["sorted"]["name"] = name

    with pytest.raises(DataError, match="folders that no home has"):
        restore(with_manifest(saved, change), tmp_path / "new")
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("place", ["relative", "", "/mnt/%00"])
def test_places_of_a_manifest_are_paths(saved: Path, tmp_path: Path, place: str) -> None:
    """A traceback, or rows that name nothing."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["folders"]["sorted"].update(at=place, outside=True, saved=False)

    with pytest.raises(DataError, match="folders that no home has"):
        restore(with_manifest(saved, change), tmp_path / "new")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"sorted_dir = 5\n",
        b"[",
        b'sorted_dir = "~no/x"\n',
        b"ignore = " + b"[" * 5000 + b"]" * 5000,
    ],
)
def test_settings_that_are_none(saved: Path, tmp_path: Path, data: bytes) -> None:
    """A traceback for an archive that somebody has packed by hand."""
    path = with_file(saved, "pigeonhole.toml", data)
    if data.startswith(b'sorted_dir = "'):
        text = (restore(path, tmp_path / "new").home / "pigeonhole.toml").read_text()
        assert text.startswith("#sorted_dir")
        return
    with pytest.raises((DataError, SettingsError)):
        restore(path, tmp_path / "new")
    assert nothing_left(tmp_path)


def test_a_newer_format_is_refused(saved: Path, tmp_path: Path) -> None:
    """An old program would restore what it does not understand."""
    path = with_manifest(saved, lambda manifest: manifest.update(format=2))
    with pytest.raises(DataError, match="newer Pigeonhole"):
        restore(path, tmp_path / "new")


def test_a_file_that_is_no_archive(tmp_path: Path) -> None:
    """A traceback of tarfile instead of one line."""
    bomb = tarfile.TarInfo("x")
    bomb.type, bomb.size = tarfile.XHDTYPE, 1 << 32
    for data in (b"", b"Dear Sir", gzip.compress(b"Dear Sir" * 1000), gzip.compress(b""),
                 gzip.compress(bomb.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))):  # fmt: skip
        (tmp_path / "letter").write_bytes(data)
        with pytest.raises(DataError):
            restore(tmp_path / "letter", tmp_path / "new")
    with pytest.raises(DataError, match="cannot be read"):
        restore(tmp_path / "none", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_headers_that_tarfile_does_not_take(tmp_path: Path) -> None:
    """A traceback of tarfile for an archive that somebody has crafted."""
    chained = tarfile.TarInfo("x")
    chained.type, chained.size = tarfile.GNUTYPE_LONGNAME, 512
    chain = (chained.tobuf(tarfile.GNU_FORMAT) + b"a" * 511 + b"\0") * 3000
    sparse = tarfile.TarInfo("sorted/x")
    sparse.pax_headers = {"GNU.sparse.map": "a,b"}
    for data in (chain, sparse.tobuf(tarfile.PAX_FORMAT)):
        (tmp_path / "letter").write_bytes(gzip.compress(data + bytes(1024)))
        with pytest.raises(DataError, match="cannot be restored"):
            restore(tmp_path / "letter", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_much_behind_the_archive_is_refused(saved: Path, tmp_path: Path) -> None:
    """A few kilobytes would be unpacked for hours."""
    with saved.open("ab") as file:
        file.write(gzip.compress(bytes(3 << 20)))
    with pytest.raises(DataError, match="goes on after"):
        restore(saved, tmp_path / "new")
    assert nothing_left(tmp_path)


def test_too_little_room_is_said_before_the_disk_is_full(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small archive may unpack to terabytes."""

    class Disk(NamedTuple):
        f_bavail: int = 100
        f_frsize: int = 4096
        f_blocks: int = 1 << 30

    monkeypatch.setattr(os, "statvfs", lambda _path: Disk())
    with pytest.raises(DataError, match="does not fit"):
        restore(saved, tmp_path / "new")
    assert nothing_left(tmp_path)


ODD_ROWS = """
INSERT INTO journal (scan_id, source, destination, sha256, size, final_state, created_at)
    VALUES (1, x'2f61', x'2f62', 'aa', 1, 'filed', '2026-01-31');
INSERT INTO outputs (scan_id, kind, place, place_path) VALUES (1, 'text', 'a', x'61');
INSERT INTO reclassified (run, scan_id, done_at, class_name, place_before, verdict_before, matches_before)
    VALUES (1, 1, '2026-01-31', 'ticket', x'61', '{}', '[]');
UPDATE scans SET destination_path = x'61';
"""


def test_an_older_ledger_is_brought_up_to_date(saved: Path, tmp_path: Path) -> None:
    """A backup would be worthless after an update."""
    old = ledger_at(tmp_path / "old.db", "0008")
    made = restore(with_ledger(saved, old), tmp_path / "new")
    with closing(sqlite3.connect(made.home / "pigeonhole.db")) as ledger:
        assert ledger.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert ledger.execute("SELECT count(*) FROM results").fetchone() == (1,)
    assert [path.name for path in made.home.glob("pigeonhole.db*")] == ["pigeonhole.db"]


@pytest.mark.parametrize(
    "change",
    [
        "scans SET destination_path = 'text'",
        "scans SET destination_path = 5",
        "scans SET destination_path = x'612f0062'",
        "scans SET source = x'00'",
        "scans SET source = 'text'",
        "journal SET destination = 7",
        "journal SET source = x'2f0061'",
        "outputs SET place_path = x'00'",
        "reclassified SET place_before = 'text'",
    ],
)
def test_a_ledger_whose_paths_are_none_is_refused(saved: Path, tmp_path: Path, change: str) -> None:
    """A traceback with each look at the scan, in a home that is taken for whole."""
    path = tmp_path / "odd.db"
    ledger_at(path, "head")
    with closing(sqlite3.connect(path)) as ledger:
        ledger.executescript(ODD_ROWS)
        ledger.execute(f"UPDATE {change}")
        ledger.commit()
    with pytest.raises(DataError, match="names a path that is none"):
        restore(with_ledger(saved, path.read_bytes()), tmp_path / "new")
    assert nothing_left(tmp_path, "odd.db")


def test_scans_are_counted_in_the_ledger(saved: Path, tmp_path: Path) -> None:
    """An archive would say how many scans it has, and nobody would miss those that are not there."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["scans"] = 1_000_000

    assert restore(with_manifest(saved, change), tmp_path / "new").scans == 1


@pytest.mark.parametrize("how", ["newer", "other", "damaged"])
def test_a_ledger_that_cannot_be_used_is_refused(saved: Path, tmp_path: Path, how: str) -> None:
    """A home with a ledger that does not open would be in the way of the next try."""
    path = tmp_path / "old.db"
    data = ledger_at(path, "head")
    with closing(sqlite3.connect(path)) as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")
        ledger.commit()
    data = {"newer": path.read_bytes(), "other": b"Dear Sir", "damaged": data[:40_000]}[how]
    with pytest.raises(DatabaseError):
        restore(with_ledger(saved, data), tmp_path / "new")
    assert nothing_left(tmp_path, "old.db")


def test_a_ledger_that_lay_elsewhere_lies_in_the_new_home(tmp_path: Path) -> None:
    """The restored home would go on writing into the ledger of the original."""
    url = f"sqlite:///{tmp_path}/elsewhere.db"
    home = Home.of(tmp_path / "home", Settings.model_validate({"database_url": url}))
    home.lay_out()
    home.settings_file.write_text(f'database_url = "{url}"\n')
    Database.open(home.database).close()
    before = home.database.read_bytes()
    back_up(home, tmp_path / "x.tar.gz")
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    text = (made.home / "pigeonhole.toml").read_text()
    assert text == '#database_url = ""  # restored into this home\n'
    assert (made.home / "pigeonhole.db").is_file()
    assert home.database.read_bytes() == before


def test_a_file_that_grows_while_it_is_copied_is_reported_and_not_restored(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an example would be restored as if it were whole."""
    (desk.home.support / "ticket").mkdir()
    example = desk.home.support / "ticket" / "1.png"
    example.write_text("an example")
    read = archive_module._Hashed.read

    def grow(content: Any, size: int = -1) -> bytes:
        if os.fstat(content._fd).st_ino == example.stat().st_ino:
            example.write_text("cut")
        return read(content, size)

    monkeypatch.setattr(archive_module._Hashed, "read", grow)
    saved = back_up(desk.home, tmp_path / "x.tar.gz")
    assert [one.place for one in saved.left_out] == ["support/ticket/1.png"]
    made = restore(tmp_path / "x.tar.gz", tmp_path / "new")
    assert list((made.home / "support" / "ticket").iterdir()) == []


@pytest.mark.parametrize("name", ["plain", "50 % off", "é", "caf\udce9%41", "a/b"])
def test_names_survive_the_manifest(name: str) -> None:
    """A file whose name is not UTF-8 could not be restored."""
    escaped(name).encode()
    assert unescaped(escaped(name)) == name


def test_a_home_whose_path_is_not_utf_8_is_refused_at_once(saved: Path, tmp_path: Path) -> None:
    """Everything would be unpacked before."""
    unpacked: list[int] = []
    with pytest.raises(HomeError, match="not UTF-8"):
        restore(saved, tmp_path / "caf\udce9" / "new", lambda: unpacked.append(1))
    assert not unpacked
    assert nothing_left(tmp_path)


def test_folders_above_the_home_go_when_it_cannot_be_made(saved: Path, tmp_path: Path) -> None:
    """Every failed try would leave empty folders; one that holds something stays."""

    def meanwhile() -> None:
        (tmp_path / "a" / "theirs").mkdir(exist_ok=True)

    path = with_file(saved, "pigeonhole.db", b"Dear Sir")
    with pytest.raises(DatabaseError):
        restore(path, tmp_path / "a" / "b" / "new")
    assert nothing_left(tmp_path)
    with pytest.raises(DatabaseError):
        restore(path, tmp_path / "a" / "b" / "new", meanwhile)
    assert nothing_left(tmp_path, "a")
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["theirs"]


@pytest.mark.parametrize(
    "moment", [-2_145_916_800, -1.5, 13_569_465_600, 1e300, -1e300, float("inf"), float("nan")]
)
def test_files_are_dated_in_any_century(saved: Path, tmp_path: Path, moment: float) -> None:
    """Files from before 1970 and after 2242 would be dated today."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        for header, _ in members:
            header.pax_headers = {"mtime": str(moment)}

    made = restore(changed(saved, change), tmp_path / "new")
    dated = (made.home / "sorted/ticket/a.png").stat().st_mtime_ns
    if math.isfinite(moment):
        nearest = round(max(-62_135_596_800, min(253_402_300_799, moment)) * 1e9)
        os.utime(tmp_path / "x.tar.gz", ns=(nearest, nearest))  # as this file system keeps it
        assert dated == (tmp_path / "x.tar.gz").stat().st_mtime_ns


def test_settings_of_any_size_are_not_taken(saved: Path, tmp_path: Path) -> None:
    """They are read as a whole."""
    path = with_file(saved, "pigeonhole.toml", b"#" * ((1 << 20) + 1))
    with pytest.raises(DataError, match=r"pigeonhole\.toml"):
        restore(path, tmp_path / "new")
