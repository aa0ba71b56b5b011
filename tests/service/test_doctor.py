from __future__ import annotations

import errno
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from config.home import Home
from config.settings import Settings
from models.siamese import weights
from service.desk import doctor
from service.desk.classes.classes import add_examples
from service.desk.doctor import Finding, examine_home
from storage.database import Database
from tests.conftest import Mount
from tests.detectors import put_detector
from tests.disks import fill
from tests.service.fakes import LIMITS, fault_of

Draw = Callable[..., Path]


def everything(root: Path) -> dict[Path, tuple[int, int]]:
    """Each path below, with its inode and time."""
    return {path: (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in root.rglob("*")}


def findings(home: Home, **settings: Any) -> dict[str, Finding]:
    """The worst of each kind."""
    order = ["ok", "warning", "problem"]
    found: dict[str, Finding] = {}
    for one in examine_home(home, Settings(**settings)):
        if one.what not in found or order.index(one.level) > order.index(found[one.what].level):
            found[one.what] = one
    return found


def test_a_sound_home_has_no_problem_and_nothing_is_left_behind(home: Home, drawn: Draw) -> None:
    """The doctor would litter the folders, or frighten for nothing."""
    Database.open(home.database).close()
    pdf = home.root.parent / "ticket.pdf"
    with Image.open(drawn("ticket")) as opened:
        opened.save(pdf)
    add_examples(home, "ticket", [drawn("ticket"), pdf], LIMITS, fault=fault_of)
    before = set(everything(home.root))
    found = findings(home)
    assert {one.level for one in found.values()} <= {"ok", "warning"}
    assert set(found) >= {
        "packages", "weights", "tesseract", "database", "inbox folder", "support folder",
        "sorted folder", "review folder", "failed folder", "disk", "classes",
    }  # fmt: skip
    assert found["classes"].level == "ok"
    assert set(everything(home.root)) - before <= {
        home.database.with_name(f"{home.database.name}-{end}") for end in ("wal", "shm")
    }


def test_classes_to_be_read_that_are_none_are_told(home: Home, drawn: Draw) -> None:
    """A slip of the pen would leave every ticket unread, and nobody would know why."""
    add_examples(home, "invoice", [drawn("invoice")], LIMITS, fault=fault_of)
    assert "read_classes" not in findings(home), "the default frightens nobody"
    assert "read_classes" not in findings(home, read_classes=["invoice"])
    found = findings(home, read_classes=["invoice", "invoce"])["read_classes"]
    assert found.level == "warning"
    assert "'invoce', which is no class" in found.detail
    assert found.advice == "Did you mean 'invoice'?"
    assert findings(home, read_classes=["xyz"])["read_classes"].advice == "The classes are invoice"


@pytest.mark.parametrize(
    ("host", "token", "level", "said"),
    [
        ("127.0.0.1", "", "ok", "for this machine"),
        ("127.0.0.1", "x" * 16, "ok", "whoever has the token"),
        ("127.0.0.1", "x" * 15, "warning", "fewer than 16 characters"),
        ("0.0.0.0", "x" * 16, "ok", "on 0.0.0.0, for whoever has the token"),
        ("0.0.0.0", "x" * 15, "problem", "fewer than 16 characters"),
        ("0.0.0.0", "", "problem", "without a token"),
        ("no.such.host.invalid", "", "problem", "no address"),
    ],
)
def test_a_token_that_the_server_refuses_is_named(
    home: Home, host: str, token: str, level: str, said: str
) -> None:
    """After an upgrade the page would be gone, and nobody know why."""
    found = findings(home, host=host, api_token=token)["access"]
    assert found.level == level
    assert said in found.detail
    assert bool(found.advice) == (level != "ok")


def test_a_folder_that_is_none_is_named(home: Home) -> None:
    """The doctor itself would end in a traceback."""
    home.review.rmdir()
    home.review.write_text("in the way")
    home.failed.rmdir()
    found = findings(home)
    for name in ("review", "failed"):
        assert found[f"{name} folder"].level == "problem"
        assert f"set {name}_dir" in found[f"{name} folder"].advice
    assert found["inbox folder"].level == "ok"
    assert home.review.read_text() == "in the way"


def test_a_folder_that_may_not_be_written_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scans would pile up; tests may run as root, who may write anywhere, so it is played."""
    write = Path.write_bytes

    def refused(path: Path, data: bytes) -> int:
        if path.parent == home.sorted:
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", refused)
    found = findings(home)
    assert found["sorted folder"].level == "problem"
    assert "Read-only file system" in found["sorted folder"].detail


def test_a_disk_without_links_is_no_problem(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sorts to a USB stick would be told that it cannot work; there is none, it is played."""

    def refused(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    found = findings(home)
    assert found["inbox folder"].level == "ok"
    assert "without links" in found["inbox folder"].detail
    assert list(home.inbox.iterdir()) == []


def test_a_missing_tesseract_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ticket would be filed without its text, and nobody know why."""
    monkeypatch.setenv("PATH", "/nowhere")
    found = findings(home)["tesseract"]
    assert found.level == "problem"
    assert "apt-get install" in found.advice


def test_a_missing_language_is_named(home: Home) -> None:
    """Tickets in another language would be read as noise."""
    found = findings(home, ocr_language="eng+tlh")["tesseract"]
    assert (found.level, "tlh" in found.detail) == ("problem", True)


def test_what_searchable_pdfs_need_is_looked_for(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every ticket would stay without its PDF, and only the log say why."""
    assert "searchable PDFs" not in findings(home)
    assert findings(home, ticket_outputs=("pdf",))["searchable PDFs"].level == "ok"
    monkeypatch.setenv("PATH", "/nowhere")
    found = findings(home, ticket_outputs=("pdf",))["searchable PDFs"]
    assert (found.level, "pdf.ttf" in found.detail) == ("problem", True)


def test_a_missing_reading_engine_is_named(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets the engine and forgets the extra would look for the mistake in the scans."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    found = findings(home, ocr_engine="rapidocr")["rapidocr"]
    assert (found.level, "[rapidocr]" in found.advice) == ("problem", True)


def test_damaged_weights_are_named(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An installation that was cut off would be found out by the first scan only."""
    damaged = tmp_path / weights.SHIPPED.name
    damaged.write_bytes(weights.SHIPPED.read_bytes())
    manifest = weights.read_manifest(damaged)
    (tmp_path / manifest.weights).write_bytes(b"not these")
    monkeypatch.setattr(weights, "SHIPPED", damaged)
    assert findings(home)["weights"].level == "problem"


def test_a_damaged_database_is_named(home: Home) -> None:
    """The next start would be the first to tell."""
    assert "not made yet" in findings(home)["database"].detail
    home.database.write_bytes(b"this is no database at all" * 100)
    assert findings(home)["database"].level == "problem"


def test_damage_inside_the_database_is_named(home: Home) -> None:
    """A disk that rots would be noticed when a table is needed, and the backup is gone."""
    Database.open(home.database).close()
    with home.database.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(os.urandom(10 * 4096))
    finding = next(one for one in examine_home(home, Settings()) if one.what == "database")
    assert finding.level == "problem"


def test_a_database_on_a_share_is_a_problem(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's locks do not hold there; there is no share here, so the mount table is played."""
    monkeypatch.setattr(doctor, "is_network", lambda _path: True)
    monkeypatch.setattr(doctor, "file_system_of", lambda _path: "cifs")
    found = findings(home)
    assert found["database"].level == "problem"
    assert "cifs" in found["database"].detail
    assert found["inbox folder"].level == "warning"


def test_no_room_in_a_folder_is_told_apart_from_no_leave(home: Home, mount: Mount) -> None:
    """Somebody would change permissions for an hour."""
    mount(home.review, "size=64k")
    fill(home.review)
    found = findings(home)["review folder"]
    assert (found.level, found.advice) == ("problem", "Make room")


def test_a_full_disk_is_warned_of(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk would fill up unannounced."""
    monkeypatch.setattr(doctor, "LEAST_FREE", 1 << 62)
    assert findings(home)["disk"].level == "warning"


def test_examples_that_do_not_count_are_warned_of(home: Home, drawn: Draw) -> None:
    """A class would seem to be there, and never be found."""
    assert findings(home)["classes"].level == "warning"
    add_examples(home, "ticket", [drawn("ticket")], LIMITS, fault=fault_of)
    (home.support / "ticket" / "notes.txt").write_text("no picture")
    found = findings(home)["classes"]
    assert found.level == "warning"
    assert "ticket/notes.txt" in found.detail


def test_detectors_that_are_not_used_are_warned_of(home: Home) -> None:
    """A detector would seem to be there, and never say anything."""
    assert "detectors" not in findings(home)
    branch = weights.read_manifest(weights.SHIPPED)
    zeros = np.zeros(branch.branch.dim)
    put_detector(home.detectors, "banana", zeros, 0.0, branch_id=branch.branch_id)
    found = findings(home, read_classes=("banana",))
    assert (found["detectors"].level, found["detectors"].detail) == ("ok", "banana")
    assert (found["classes"].level, "read_classes" in found) == ("ok", False)
    for name in ("old", "unknown"):
        put_detector(home.detectors, name, zeros, 0.0, branch_id="another")
    worst = findings(home)["detectors"]
    assert worst.level == "warning"
    assert "the detector old was trained with other weights of the network" in worst.detail
    assert "Train it again" in worst.advice


def test_a_package_of_another_distribution_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """'import config' would be somebody else's; another cannot be installed here, it is played."""
    monkeypatch.setattr(
        doctor.metadata, "packages_distributions", lambda: {"config": ["pigeonhole", "config"]}
    )
    found = findings(home)["packages"]
    assert found.level == "problem"
    assert "config (config)" in found.detail
