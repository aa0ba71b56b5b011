from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.errors import HomeError
from config.home import Home
from config.settings import Settings
from service.first_run import lay_out_home


def test_a_new_home_has_two_ready_classes(tmp_path: Path) -> None:
    """The embedded defaults would sort nothing."""
    home = Home.of(tmp_path / "home", Settings())
    lay_out_home(home)
    found = {path.name: len(list(path.iterdir())) for path in home.support.iterdir()}
    assert set(found) == {"cylinder", "ticket"}
    assert all(found.values())
    assert not [path for path in home.root.iterdir() if path.name.startswith(".")]
    shutil.rmtree(home.support / "cylinder")
    lay_out_home(home)
    assert {path.name for path in home.support.iterdir()} == {"ticket"}


def test_a_users_own_classes_stay_alone(home: Home) -> None:
    """Ready classes would appear beside a user's own, or after he deleted all."""
    lay_out_home(home)
    assert list(home.support.iterdir()) == []


def test_an_interrupted_first_run_is_begun_anew(tmp_path: Path) -> None:
    """A support folder that is half made would count as the user's own."""
    home = Home.of(tmp_path / "home", Settings(support_dir=tmp_path / "else" / "where"))
    home.support.parent.mkdir()
    home.support.symlink_to(tmp_path / "nothing")
    with pytest.raises(HomeError):
        lay_out_home(home)
    assert [path.name for path in home.support.parent.iterdir()] == ["where"]
