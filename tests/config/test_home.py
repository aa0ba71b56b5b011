from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.errors import HomeError
from config.home import Home
from config.settings import Settings
from tests.disks import bound


def home_of(root: Path, **settings: object) -> Home:
    """The layout under these settings."""
    return Home.of(root, Settings(**settings))


def test_everything_lies_in_the_home_by_default(tmp_path: Path) -> None:
    """A first run would scatter files over the machine."""
    home = home_of(tmp_path / "home")
    paths = [*home.scan_folders.values(), home.detectors, home.cache, home.lock_file]
    paths += [home.settings_file, home.database]
    assert all(path.is_relative_to(tmp_path / "home") for path in paths)
    assert len(set(paths)) == len(paths)
    assert not home.root.exists()
    assert not home.exists()


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker in another folder would look elsewhere."""
    monkeypatch.chdir(tmp_path)
    assert home_of(Path("here/../home")).inbox == tmp_path / "home" / "inbox"


def test_folders_may_lie_elsewhere(tmp_path: Path) -> None:
    """A share for the inbox is what many homes have."""
    home = home_of(
        tmp_path / "home", inbox_dir=tmp_path / "share" / "in", sorted_dir=Path("../filed")
    )
    assert home.inbox == tmp_path / "share" / "in"
    assert home.sorted == tmp_path / "filed"
    home.lay_out()
    assert home.inbox.is_dir()
    assert home.sorted.is_dir()
    assert not (tmp_path / "home" / "inbox").exists()


def test_a_folder_may_lie_in_the_home_folder_of_a_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder called `~` would be made in the home."""
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert home_of(tmp_path / "home", inbox_dir=Path("~/scans")).inbox == tmp_path / "me" / "scans"


def test_a_user_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    """The daemon would leave with a traceback."""
    with pytest.raises(HomeError, match="~nosuchuser/scans"):
        home_of(tmp_path / "home", inbox_dir=Path("~nosuchuser/scans"))


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("inbox_dir", ".", "home .* inside its own inbox"),
        ("inbox_dir", "..", "home .* inside its own inbox"),
        ("sorted_dir", "/", "inside the sorted folder /"),
        ("inbox_dir", "sorted", "inbox .* sorted"),
        ("inbox_dir", "sorted/new", "inbox .* inside the sorted"),
        ("sorted_dir", "inbox/done", "sorted .* inside the inbox"),
        ("review_dir", "inbox", "review|inbox"),
        ("failed_dir", "support/x", "failed .* inside the support"),
        ("support_dir", "sorted", "support|sorted"),
        ("review_dir", "duplicates", "review .* duplicates"),
        ("inbox_dir", "cache", "inbox .* inside the cache"),
        ("support_dir", "detectors/mine", "support .* inside the detectors"),
        ("inbox_dir", "removed", "inbox .* inside the removed"),
        ("database_url", "sqlite:///inbox/p.db", "database .* inside the inbox"),
    ],
)
def test_folders_that_would_feed_one_another_are_refused(
    tmp_path: Path, setting: str, value: str, told: str
) -> None:
    """What was filed would be taken for new, again and again."""
    with pytest.raises(HomeError, match=told) as caught:
        home_of(tmp_path / "home", **{setting: value})
    assert setting in str(caught.value)
    assert "\n" not in str(caught.value)


def test_overlap_is_seen_through_symbolic_links(tmp_path: Path) -> None:
    """A link from `sorted` into the inbox is the same loop."""
    root = tmp_path / "home"
    (root / "inbox").mkdir(parents=True)
    (root / "sorted").symlink_to(root / "inbox")
    with pytest.raises(HomeError, match=r"sorted|inbox"):
        home_of(root)


@pytest.mark.parametrize("other", ["inbox", "inbox/sub", "support/ticket", "review"])
def test_the_folder_of_a_class_is_no_link_to_another_folder(tmp_path: Path, other: str) -> None:
    """Each ticket would be filed into the inbox, and taken again."""
    root = tmp_path / "home"
    for folder in ("sorted", "elsewhere", other):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "sorted" / "cylinder").symlink_to(root / "elsewhere")
    assert home_of(root)
    (root / "sorted" / "ticket").symlink_to(root / other)
    with pytest.raises(
        HomeError, match=rf"sorted/ticket leads to the {other.split('/', maxsplit=1)[0]} folder"
    ):
        home_of(root)


def test_a_home_that_a_link_puts_into_its_inbox_is_refused(tmp_path: Path) -> None:
    """The database would be taken for a scan."""
    (tmp_path / "scans").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "scans")
    with pytest.raises(HomeError, match="inside its own inbox"):
        home_of(tmp_path / "link" / "home", inbox_dir=tmp_path / "scans")


@pytest.mark.parametrize(
    ("folder", "mounted", "told"),
    [
        ("inbox", "review", "inbox .* lies inside the review .* mounted a second time"),
        ("inbox/done", "sorted", "sorted .* lies inside the inbox .* mounted a second time"),
        ("inbox", "failed/new", "inbox .* lies inside the failed .* mounted a second time"),
        (".", "inbox", "home .* inside its own inbox"),
    ],
)
def test_overlap_is_seen_through_mounts(
    tmp_path: Path, folder: str, mounted: str, told: str
) -> None:
    """In a container each folder is a mount: a slip of the pen would file each scan every second."""
    root = tmp_path / "home"
    for one in (folder, mounted):
        (root / one).mkdir(parents=True, exist_ok=True)
    with bound(root / folder, root / mounted), pytest.raises(HomeError, match=told):
        home_of(root)


def test_folders_of_one_disk_that_is_mounted_twice_do_not_overlap(tmp_path: Path) -> None:
    """Each folder of a volume may be mounted by itself."""
    for name in ("a", "ab", "inbox", "sorted"):
        (tmp_path / name).mkdir()
    with bound(tmp_path / "a", tmp_path / "inbox"), bound(tmp_path / "ab", tmp_path / "sorted"):
        home = home_of(
            tmp_path / "home", inbox_dir=tmp_path / "inbox", sorted_dir=tmp_path / "sorted"
        )
    assert home.inbox == tmp_path / "inbox"


def test_names_that_only_begin_alike_do_not_overlap(tmp_path: Path) -> None:
    """`inbox-done` beside `inbox` is a fair choice."""
    assert home_of(tmp_path / "h", sorted_dir="inbox-done").sorted == tmp_path / "h" / "inbox-done"


def test_the_database_may_lie_elsewhere(tmp_path: Path) -> None:
    """A home on a share needs its database on a disk."""
    home = home_of(tmp_path / "home", database_url=f"sqlite:///{tmp_path}/disk/p.db")
    assert home.database == tmp_path / "disk" / "p.db"
    assert home_of(tmp_path / "home", database_url="sqlite:///p.db").database == (
        tmp_path / "home" / "p.db"
    )


def test_laying_out_makes_a_home_but_no_classes(tmp_path: Path) -> None:
    """`support` is made once, whole, by the first run; an empty one would stand in its way."""
    home = home_of(tmp_path / "deep" / "home")
    home.lay_out()
    assert home.exists()
    made = {path.name for path in home.root.iterdir()}
    assert made >= {"inbox", "sorted", "review", "failed", "pigeonhole.toml"}
    assert "support" not in made


def test_laying_out_again_touches_nothing(tmp_path: Path) -> None:
    """A restart would undo a user's settings, or touch a user's files."""
    home = home_of(tmp_path / "home")
    home.lay_out()
    home.settings_file.write_text("workers = 2\n", encoding="utf-8")
    (home.inbox / "scan.png").write_bytes(b"pixels")
    home.inbox.chmod(0o750)
    before = {path: path.lstat() for path in sorted(home.root.rglob("*"))}
    home.lay_out()
    assert {path: path.lstat() for path in sorted(home.root.rglob("*"))} == before
    assert home.settings_file.read_text(encoding="utf-8") == "workers = 2\n"


def test_laying_out_makes_what_is_lacking(tmp_path: Path) -> None:
    """A folder that was deleted by mistake would stop the service."""
    home = home_of(tmp_path / "home")
    home.lay_out()
    home.review.rmdir()
    home.lay_out()
    assert home.review.is_dir()


def test_a_file_where_a_folder_must_be_is_one_line(tmp_path: Path) -> None:
    """The user would see a traceback instead of the name of the file."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "inbox").write_bytes(b"")
    with pytest.raises(HomeError, match=r"cannot make .*inbox") as caught:
        home_of(tmp_path / "home").lay_out()
    assert caught.value.advice


def test_a_path_is_shown_as_the_ledger_shows_it(tmp_path: Path) -> None:
    """`destination` would change when the home is moved."""
    home = home_of(tmp_path / "home")
    assert home.relative(home.sorted / "ticket" / "a.png") == os.path.join("sorted", "ticket/a.png")
    assert home.relative(tmp_path / "share" / "a.png") == str(tmp_path / "share" / "a.png")
    assert home.relative(tmp_path / "homework" / "a.png") == str(tmp_path / "homework" / "a.png")


def test_a_home_whose_path_is_not_utf8_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine ended with a message about C++ types; scans stayed 'working'."""
    odd = tmp_path / "caf\udce9"
    odd.mkdir()
    for root in (odd, odd / "home"):
        with pytest.raises(HomeError, match=r"is not UTF-8: .*/caf\\xe9") as caught:
            home_of(root)
        assert "symbolic link" in caught.value.advice
    monkeypatch.chdir(odd)
    with pytest.raises(HomeError, match="is not UTF-8"):
        home_of(Path("pigeonhole-home"))
    assert os.listdir(odd) == []
    link = tmp_path / "plain"
    link.symlink_to(odd)
    monkeypatch.chdir(tmp_path)
    assert home_of(link).root == link


def test_the_folders_of_scans_may_have_any_path(tmp_path: Path) -> None:
    """A share that was made on Windows long ago could not be watched."""
    odd = tmp_path / "caf\udce9"
    home = home_of(tmp_path / "home", inbox_dir=odd, database_url=f"sqlite:///{odd}.db")
    assert (home.inbox, home.database) == (odd, tmp_path / "caf\udce9.db")
