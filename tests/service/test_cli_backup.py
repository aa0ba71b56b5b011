from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from config.errors import HomeError, PigeonholeError, UsageError
from service.cli.commands import app
from tests.service.fakes import Desk, Judge


def run(home: Path, *words: str | Path, code: int = 0) -> Result:
    """What the command answers, or the error that it ends with."""
    done = CliRunner().invoke(app, [*map(str, words), "--home", str(home)])
    if isinstance(done.exception, PigeonholeError):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def test_it_says_what_was_saved_and_what_is_not_in_it(desk: Desk, tmp_path: Path) -> None:
    """A person would believe that the scans themselves are in the archive."""
    desk.drop("a.png")
    desk.once(Judge())
    done = run(desk.home.root, "backup", tmp_path / "x.tar.gz")
    assert done.stdout.startswith("saved 2 files (")
    assert "the rows of 1 scan to " in done.stdout
    assert done.stderr == "the scans themselves are not in it: --with-files saves them too\n"
    done = run(tmp_path / "new", "restore", tmp_path / "x.tar.gz")
    assert done.stdout.startswith("restored 2 files (")
    assert "put their folders back before 'pigeonhole watch'" in done.stderr
    missing = run(tmp_path / "new", "verify", code=1)
    assert "missing    sorted/ticket/a.png (scan 1)" in missing.stdout
    (tmp_path / "new" / "sorted").rmdir() if (tmp_path / "new" / "sorted").exists() else None
    desk.home.sorted.rename(tmp_path / "new" / "sorted")
    assert run(tmp_path / "new", "verify").stdout == "1 file compared, 0 findings\n"


def test_json_has_the_same(desk: Desk, tmp_path: Path) -> None:
    """A script could not tell a whole backup from one with gaps."""
    desk.drop("a.png")
    desk.once(Judge())
    (desk.home.sorted / "ticket" / "a.png").unlink()
    done = run(desk.home.root, "backup", tmp_path / "x.tar.gz", "--with-files", "--json", code=1)
    told = json.loads(done.stdout)
    assert (told["scans"], told["files"], told["with_files"]) == (1, 2, True)
    assert told["size"] == (tmp_path / "x.tar.gz").stat().st_size
    assert told["left_out"] == [
        {"place": "sorted/ticket/a.png", "reason": "is not there", "scan_id": 1}
    ]
    assert done.stderr == "not saved: sorted/ticket/a.png is not there\n"
    told = json.loads(run(tmp_path / "new", "restore", tmp_path / "x.tar.gz", "--json").stdout)
    assert (told["home"], told["scans"], told["files"]) == (str(tmp_path / "new"), 1, 2)


def test_mistakes_are_one_line(desk: Desk, tmp_path: Path) -> None:
    """A traceback, or a home that is overwritten."""
    run(desk.home.root, "backup", tmp_path / "x.tar.gz")
    with pytest.raises(UsageError, match="exists already"):
        run(desk.home.root, "backup", tmp_path / "x.tar.gz")
    with pytest.raises(HomeError, match="is not empty"):
        run(desk.home.root, "restore", tmp_path / "x.tar.gz")
    with pytest.raises(HomeError, match="there is no home"):
        run(tmp_path / "none", "backup", tmp_path / "y.tar.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "x.tar.gz"]


def test_it_says_who_may_ask_a_restored_home(desk: Desk, tmp_path: Path) -> None:
    """An archive would open the new home to whoever made it, without a word."""
    settings = desk.home.settings_file
    for number, (lines, host, token_in, said) in enumerate([
        ("", "", "", ""),
        ('host = "::1"\n', "::1", "", ""),
        (
            'host = "0.0.0.0"\napi_token = "attackerattacker00"\n', "0.0.0.0", "pigeonhole.toml",
            ("the settings from the archive let other machines in: host is 0.0.0.0\n"
            "the token is the one in pigeonhole.toml, as the archive has it:"
            " change it unless the archive is yours alone\n"),
        ),
        (
            'api_token_file = "/etc/hostname"\n', "", "/etc/hostname",
            ("the token is the one in /etc/hostname, as the archive has it:"
            " change it unless the archive is yours alone\n"),
        ),
    ]):  # fmt: skip
        settings.write_text(lines)
        archive, new = tmp_path / f"{number}.tar.gz", tmp_path / f"new{number}"
        settings.chmod(0o600)
        run(desk.home.root, "backup", archive, "--with-secrets")
        done = run(new, "restore", archive, "--json")
        told = json.loads(done.stdout)
        assert (told["host"], told["token_in"]) == (host, token_in)
        assert done.stderr == said


def test_a_home_whose_path_is_not_utf_8_is_refused_by_commands_that_need_none(
    tmp_path: Path,
) -> None:
    """Only those that open a home refused it."""
    home = tmp_path / "caf\udce9"
    home.mkdir()
    for words in (["evaluate", "."], ["restore", "x.tar.gz"]):
        with pytest.raises(HomeError, match="not UTF-8"):
            run(home, *words)
