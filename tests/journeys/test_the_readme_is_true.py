"""What the README says is done, word for word."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np

from models.drawing.tickets import draw_ticket
from tests.journeys.running import COMMAND, Service

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_sql_examples_run(service: Service) -> None:
    """An example that fails is worse than none."""
    ticket = draw_ticket(np.random.default_rng(9), width=560, photo=False, strength=0.2)
    service.wait_closed(service.drop(ticket.pixels, "one.png"))
    statements = "".join(_blocks("sql"))
    found = re.findall(r'sqlite3 \S+ "(.*?)"', README)
    assert found
    # A comment may hold a semicolon; one that ends its line ends a statement.
    for statement in (*found, *filter(str.strip, re.split(r";$", statements, flags=re.MULTILINE))):
        with closing(sqlite3.connect(service.home / "pigeonhole.db")) as connection:
            connection.execute(statement).fetchall()


def test_the_commands_it_shows_exist() -> None:
    """A person would type a command that is not there."""
    shown = set(re.findall(r"\.venv/bin/pigeonhole (\w+)", README))
    told = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    assert shown
    for command in shown:
        assert re.search(rf"^  {command}\s", told, re.MULTILINE), command


def test_the_make_targets_it_shows_exist() -> None:
    """The first thing that a stranger types."""
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert shutil.which("make")
        done = subprocess.run(
            ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_every_command_is_in_the_readme() -> None:
    """A command that nobody is told of is not there for them."""
    told = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    for command in re.findall(r"^  (\w+)\s{2,}", told.split("Commands:")[1], re.MULTILINE):
        assert command in README, command


def test_the_pictures_it_shows_exist() -> None:
    """A broken picture at the top of the page."""
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    assert all((ROOT / name).is_file() for name in pictures)
