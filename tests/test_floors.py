"""The house: every package is known to the tools, and each floor keeps what is its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "indexer", "models", "service", "storage")
HEAVY = {
    "alembic",
    "cv2",
    "faiss",
    "fastapi",
    "keras",
    "numpy",
    "plotly",
    "PIL",
    "pydantic",
    "pytesseract",
    "rich",
    "sqlalchemy",
    "starlette",
    "tensorflow",
    "uvicorn",
    "watchdog",
}


def imported_by(*statements: str) -> set[str]:
    """The top-level modules that a new interpreter holds after these statements."""
    code = "\n".join([*statements, "import json, sys", "print(json.dumps(list(sys.modules)))"])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def modules(package: str) -> list[str]:
    """The dotted name of every module of a package; migrations run inside Alembic alone."""
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


@pytest.fixture(scope="module")
def pyproject() -> dict:
    """What the tools are told."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_top_level_package_is_known_to_every_tool(pyproject: dict) -> None:
    """A new package would be neither linted for floors, nor typed, nor installed."""
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found == set(PACKAGES)
    assert set(pyproject["tool"]["importlinter"]["root_packages"]) == found
    assert set(pyproject["tool"]["mypy"]["packages"]) == found
    include = pyproject["tool"]["setuptools"]["packages"]["find"]["include"]
    assert all(any(fnmatch(package, glob) for glob in include) for package in found)
    # And nothing else of this repository would be installed.
    others = {path.name for path in ROOT.iterdir() if path.is_dir()} - found
    assert not [name for name in others if any(fnmatch(name, glob) for glob in include)]


def test_every_folder_of_modules_is_a_package() -> None:
    """A folder without __init__.py is left out of the installed program without a word."""
    folders = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_no_folder_of_tests_shadows_a_package() -> None:
    """`import models` would find the tests of models."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_module_is_longer_than_one_idea() -> None:
    """A module over 350 lines is two that nobody has taken apart."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 350} == {}


def test_every_package_says_what_it_is() -> None:
    """A reader who opens a folder finds no sentence about it."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("__init__.py"):
            assert path.read_text(encoding="utf-8").startswith('"""'), path


@pytest.mark.parametrize(
    ("package", "foreign"),
    [
        ("config", {"tensorflow", "keras", "faiss", "sqlalchemy", "alembic", "cv2", "numpy"}),
        ("models", {"faiss", "sqlalchemy", "alembic", "typer", "watchdog"}),
        ("storage", {"tensorflow", "keras", "faiss", "cv2", "typer", "watchdog"}),
        ("indexer", {"tensorflow", "keras", "sqlalchemy", "alembic", "typer", "watchdog"}),
    ],
)
def test_a_floor_brings_in_no_library_of_another(package: str, foreign: set[str]) -> None:
    """A change of one library would reach all of the program, and every command pay for it."""
    statements = [f"import {name}" for name in modules(package)]
    # As the runtime module does: Keras must not write into anybody's home folder.
    statements.insert(0, "import os; os.environ['KERAS_HOME'] = os.devnull")
    assert imported_by(*statements) & foreign == set()


def test_the_command_line_imports_nothing_heavy() -> None:
    """`pigeonhole --help` would take seconds."""
    found = imported_by("import service.cli.commands")
    assert found & HEAVY == set()
    assert {"service", "typer"} <= found


def test_help_is_answered_by_the_installed_command_without_a_heavy_import() -> None:
    """The command itself, not only its module, would take seconds to say what it can do."""
    command = shutil.which("pigeonhole", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("pigeonhole is not installed beside this Python")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", command, "--help"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "watch" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported & HEAVY == set()


def test_importing_a_module_does_nothing(tmp_path: Path) -> None:
    """A mere import would make a home, read settings or say something."""
    names = [name for package in ("config", "indexer") for name in modules(package)]
    code = "; ".join(f"import {name}" for name in [*names, "service.cli.commands"])
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"],
        cwd=tmp_path,
        env={"PATH": "", "HOME": str(tmp_path), "PIGEONHOLE_PORT": "no number"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert list(tmp_path.iterdir()) == []
