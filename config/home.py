"""The layout of a home: the folder that holds one installation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.errors import HomeError
from config.mountinfo import held_by, lies_in, mounts, on_disk
from config.private import make_private_folder, private
from config.settings import Settings
from config.settings_file import settings_toml

SETTINGS_FILE = "pigeonhole.toml"
DATABASE_FILE = "pigeonhole.db"
_ALSO_MOUNTED = ", which is mounted a second time"


@dataclass(frozen=True, slots=True)
class Home:
    """Absolute paths of everything in a home; the five folders of scans may lie elsewhere."""

    root: Path
    inbox: Path
    support: Path
    sorted: Path
    review: Path
    failed: Path
    duplicates: Path
    detectors: Path
    cache: Path
    settings_file: Path
    database: Path

    @classmethod
    def of(cls, root: Path, settings: Settings) -> Home:
        """The layout of the home at ``root`` under ``settings``.

        Raises:
            HomeError: the folders contradict one another: a loop from output to input, say; or
                the path of the home is not UTF-8.
        """
        root = Path(os.path.abspath(root))
        check_utf8(root)
        database = settings.database_url.removeprefix("sqlite:///")
        home = cls(
            root=root,
            inbox=_under(root, settings.inbox_dir),
            support=_under(root, settings.support_dir),
            sorted=_under(root, settings.sorted_dir),
            review=_under(root, settings.review_dir),
            failed=_under(root, settings.failed_dir),
            duplicates=root / "duplicates",
            detectors=root / "detectors",
            cache=root / "cache",
            settings_file=root / SETTINGS_FILE,
            database=_under(root, Path(database)) if database else root / DATABASE_FILE,
        )
        home.check_apart()
        return home

    @property
    def scan_folders(self) -> dict[str, Path]:
        """The folders that hold users' files, by the name a person knows them by."""
        return {
            "inbox": self.inbox,
            "support": self.support,
            "sorted": self.sorted,
            "review": self.review,
            "failed": self.failed,
            "duplicates": self.duplicates,
        }

    @property
    def removed(self) -> Path:
        """What was taken out of a class lies here: nothing of a user's is deleted."""
        return self.root / "removed"

    @property
    def lock_file(self) -> Path:
        """The file that the one daemon of this home holds locked."""
        return self.cache / "daemon.lock"

    def exists(self) -> bool:
        """Whether a home was laid out here."""
        return os.path.isfile(self.settings_file) or os.path.isfile(self.database)

    def relative(self, path: Path) -> str:
        """``path`` as the ledger shows it: relative to the home, or absolute when outside."""
        try:
            return str(path.relative_to(self.root))
        except ValueError:
            return str(path)

    def lay_out(self) -> None:
        """Make what is missing. Nothing that exists is touched; ``support`` is not made here.

        The folders of scans follow the umask, for people share them; ``cache`` and the settings
        file are for this user alone.

        Raises:
            HomeError: a folder cannot be made.
        """
        shared = (
            self.root, self.inbox, self.sorted, self.review, self.failed, self.detectors,
        )  # fmt: skip
        named_in: set[Path] = set()
        for folder in (*shared, self.cache):
            named_in |= {folder.parent, *(one.parent for one in folder.parents if not one.exists())}
            try:
                if folder in shared:
                    folder.mkdir(parents=True, exist_ok=True)
                else:
                    make_private_folder(folder)
            except OSError as error:
                raise HomeError(
                    f"cannot make {folder}: {error.strerror}", "Choose another place with --home"
                ) from None
        try:
            with open(self.settings_file, "x", encoding="utf-8", opener=private) as file:
                file.write(settings_toml())
        except FileExistsError:
            pass
        except OSError as error:
            raise HomeError(f"cannot write {self.settings_file}: {error.strerror}") from None
        for path in (self.settings_file, *named_in):
            _sync(path)

    def check_apart(self) -> None:
        """See that no folder of scans is, or lies inside, another: files would be taken twice.

        Raises:
            HomeError: one does.
        """
        real = {name: Path(os.path.realpath(path)) for name, path in self.scan_folders.items()}
        root = Path(os.path.realpath(self.root))
        own = {
            name: Path(os.path.realpath(root / name)) for name in ("detectors", "cache", "removed")
        }
        database = Path(os.path.realpath(self.database))
        found = mounts()

        def is_in(path: Path, folder: Path) -> bool:
            """Also where a folder is mounted at two places."""
            device, place = on_disk(os.fspath(path), found)
            shown = held_by(os.fspath(folder), found)
            return (
                path.is_relative_to(folder)
                or any(device == other and lies_in(place, around) for other, around in shown)
                or _is_same(path, folder)
            )

        for name, path in real.items():
            if is_in(root, path):
                raise HomeError(
                    f"the home {root} lies inside its own {name} folder {path}",
                    f"Set {name}_dir to a folder of its own",
                )
            if is_in(database, path):
                raise HomeError(
                    f"the database {database} lies inside the {name} folder {path}",
                    "Set database_url to a file elsewhere",
                )
            for other, other_path in (real | own).items():
                if name != other and is_in(path, other_path):
                    raise HomeError(
                        f"the {name} folder {path} lies inside the {other} folder {other_path}"
                        f"{'' if path.is_relative_to(other_path) else _ALSO_MOUNTED}",
                        f"Set {name}_dir or {other}_dir so that neither holds the other"
                        if other in real
                        else f"Set {name}_dir to a folder of its own",
                    )
        for link, target in _links_in(self.sorted):
            for other, other_path in real.items():
                if other != "sorted" and (is_in(target, other_path) or is_in(other_path, target)):
                    raise HomeError(
                        f"the link {link} leads to the {other} folder {other_path}",
                        "Remove that link",
                    )


def _is_same(one: Path, other: Path) -> bool:
    """Whether two names lead to one folder: on some disks ``Scans`` and ``scans`` do."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _links_in(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Links to folders directly in a folder, and where they lead; nothing is filed behind those of others."""
    with suppress(OSError), os.scandir(folder) as entries:
        for one in entries:
            ours = one.stat(follow_symlinks=False).st_uid in (0, os.geteuid())
            if one.is_symlink() and one.is_dir() and ours:
                yield Path(one.path), Path(os.path.realpath(one.path))


def check_utf8(root: Path) -> None:
    """Refuse a path of a home that is not UTF-8; the folders of scans may have any.

    The libraries that read networks take text for a path.

    Raises:
        HomeError: it is not.
    """
    try:
        os.fspath(root).encode()
    except UnicodeEncodeError:
        shown = os.fsencode(root).decode("utf-8", "backslashreplace")
        raise HomeError(
            f"the path of the home is not UTF-8: {shown}",
            "Rename that folder, choose another with --home, or name a symbolic link to it",
        ) from None


def _under(root: Path, path: Path) -> Path:
    try:
        return Path(os.path.abspath(root / path.expanduser()))
    except RuntimeError:
        raise HomeError(f"{path} lies in the home folder of no user of this machine") from None


def _sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable: a scan is lost with the folder it is filed into.

    Where that is refused (not ours to read, no sync on that mount), the home is of use all the same.
    """
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
