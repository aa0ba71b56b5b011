from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.errors import DataError
from models.training.folder import FORMAT, RunFolder, replaced
from models.training.run_state import State

SETTINGS: dict[str, Any] = {"plan": {"seed": 1, "epochs": 9}, "widths": (1, 2)}
CLASSES = ("a/x", "a/y\udcfc")


def commit(folder: RunFolder, epoch: int, *, best: bool = True) -> None:
    """Keep an epoch."""
    old = folder.state
    state = State(
        epoch=epoch,
        training=f"t{epoch}",
        best_epoch=epoch if best else old.best_epoch,
        best_weights=f"b{epoch}" if best else old.best_weights,
        best_rate=0.5,
    )
    folder.commit(
        state,
        {"epoch": epoch},
        lambda part: part.write_text(f"training {epoch}"),
        (lambda part: part.write_text(f"best {epoch}")) if best else None,
    )


def contents(path: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(one.relative_to(path)): one.read_bytes() for one in path.rglob("*") if one.is_file()
    }


def test_a_new_folder_says_what_was_asked(tmp_path: Path) -> None:
    """Nobody would know how the network came about."""
    folder = RunFolder(tmp_path / "deep" / "run")
    with folder.opened(SETTINGS, CLASSES):
        assert folder.state == State()
        assert folder.history() == []
    settings = json.loads((folder.path / "settings.json").read_text())
    assert settings == {"format": FORMAT, "plan": SETTINGS["plan"], "widths": [1, 2]}
    names = (folder.path / "classes.txt").read_text(errors="surrogateescape")
    assert names.splitlines() == list(CLASSES)


def test_a_run_is_gone_on_with_from_its_last_epoch(tmp_path: Path) -> None:
    """Hours would be lost with a power cut."""
    folder = RunFolder(tmp_path)
    with folder.opened(SETTINGS, CLASSES):
        commit(folder, 1)
        commit(folder, 2, best=False)
    again = RunFolder(tmp_path)
    with again.opened(SETTINGS, CLASSES):
        assert again.state == folder.state
        assert (again.state.epoch, again.state.best_epoch) == (2, 1)
        assert again.history() == [{"epoch": 1}, {"epoch": 2}]
    kept = {name for name in contents(tmp_path) if name.startswith("checkpoint")}
    assert kept == {"checkpoint/t2", "checkpoint/b1", "checkpoint/state.json"}


@pytest.mark.parametrize("dies", ["training", "best", "history", "state"])
def test_an_epoch_that_was_cut_short_never_was(
    tmp_path: Path, dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run would go on from half a state, or its history have an epoch twice."""
    folder = RunFolder(tmp_path)
    names = {"training": "t2", "best": "b2", "history": "history.jsonl", "state": "state.json"}
    with folder.opened(SETTINGS, CLASSES):
        commit(folder, 1)
        put = Path.replace

        def die(part: Path, target: Path) -> Path:
            if target.name == names[dies]:
                raise KeyboardInterrupt
            return put(part, target)

        monkeypatch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            commit(folder, 2)
        monkeypatch.undo()
    again = RunFolder(tmp_path)
    with again.opened(SETTINGS, CLASSES):
        assert again.state.epoch == 1
        assert again.history() == [{"epoch": 1}]
        assert (again.checkpoint / again.state.training).read_text() == "training 1"
        assert (again.checkpoint / again.state.best_weights).read_text() == "best 1"
        commit(again, 2)
        assert again.history() == [{"epoch": 1}, {"epoch": 2}]
    kept = {name for name in contents(tmp_path) if name.startswith("checkpoint")}
    assert kept == {"checkpoint/t2", "checkpoint/b2", "checkpoint/state.json"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"plan": {"seed": 2, "epochs": 9}}, "has plan.seed 1, this command has 2"),
        ({"plan": {"seed": 1}}, "has plan.epochs 9, this command has none"),
        ({"widths": (1, 2, 3)}, r"has widths \[1, 2\], this command has \[1, 2, 3\]"),
        ({"sources": {"a": {"images": 7}}}, "has sources none, this command has"),
    ],
)
def test_other_settings_are_refused_with_both_values(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    """Half of the run would be trained in another way."""
    folder = RunFolder(tmp_path)
    with folder.opened(SETTINGS, CLASSES):
        commit(folder, 1)
    before = contents(tmp_path)
    with pytest.raises(DataError, match=said), RunFolder(tmp_path).opened(SETTINGS | changed, ()):
        pass
    assert contents(tmp_path) == before


def test_another_format_is_refused_with_both_numbers(tmp_path: Path) -> None:
    """A run of another version would be taken for one of this."""
    (tmp_path / "settings.json").write_text(json.dumps({"format": 99, **SETTINGS}))
    said = f"holds a run of format 99, this version goes on with {FORMAT}"
    with pytest.raises(DataError, match=said), RunFolder(tmp_path).opened(SETTINGS, ()):
        pass
    assert list(contents(tmp_path)) == ["settings.json"]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", "null"])
def test_settings_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    """A traceback would come from the depths of json."""
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(DataError, match=r"settings\.json is not the settings of a run"):
        RunFolder(tmp_path).refuse_taken()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("siamese.manifest.json", "already holds a trained network"),
        ("thesis.txt", "holds files, but no settings.json of a run"),
    ],
)
def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path, file: str, said: str) -> None:
    """Yesterday's weights, or somebody's thesis, would be overwritten."""
    (tmp_path / file).write_text("dear")
    with pytest.raises(DataError, match=said), RunFolder(tmp_path).opened(SETTINGS, ()):
        pass
    assert contents(tmp_path) == {file: b"dear"}


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    """The run would begin anew, over what was there."""
    folder = RunFolder(tmp_path)
    with folder.opened(SETTINGS, CLASSES):
        commit(folder, 1)
    (folder.checkpoint / "state.json").write_text("{")
    with (
        pytest.raises(DataError, match=r"state\.json is not the state of a run"),
        RunFolder(tmp_path).opened(SETTINGS, CLASSES),
    ):
        pass


def test_two_cannot_train_in_one_folder(tmp_path: Path) -> None:
    """Each would overwrite the other's states."""
    with (
        RunFolder(tmp_path).opened(SETTINGS, CLASSES),
        pytest.raises(DataError, match="another process trains in"),
        RunFolder(tmp_path).opened(SETTINGS, CLASSES),
    ):
        pass
    with RunFolder(tmp_path).opened(SETTINGS, CLASSES):
        pass


def test_a_start_that_was_cut_short_is_no_obstacle(tmp_path: Path) -> None:
    """The same command would be refused by its own leftovers."""
    (tmp_path / ".settings.json").write_text('{"form')
    with RunFolder(tmp_path).opened(SETTINGS, CLASSES):
        pass
    assert set(contents(tmp_path)) == {"settings.json", "classes.txt"}


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """A full disk would leave half a manifest."""
    file = tmp_path / "file"
    file.write_text("old")

    def fail(part: Path) -> None:
        part.write_text("ne")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replaced(file, fail)
    assert file.read_text() == "old"
    replaced(file, lambda part: part.write_text("new"))
    assert contents(tmp_path) == {"file": b"new"}


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    """The user would see a traceback."""
    with (
        pytest.raises(DataError, match="/proc/run cannot be made"),
        RunFolder(Path("/proc/run")).opened(SETTINGS, CLASSES),  # nobody can, not even root
    ):
        pytest.fail("opened")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("history.jsonl", "{", "history.jsonl is not the history of a run"),
        ("history.jsonl", "", "history.jsonl has 0 epochs, the run has come to epoch 1"),
        ("history.jsonl", "5\n", "history.jsonl has no epoch 1 in line 1"),
        ("history.jsonl", None, "history.jsonl cannot be read: no such file"),
        ("checkpoint/state.json", '{"epoch": "x"}', "state.json is not the state of a run"),
        ("checkpoint/state.json", '{"epoch": -1}', "state.json is not the state of a run"),
        ("checkpoint/state.json", '{"epochs": 1}', "state.json is not the state of a run"),
        ("checkpoint/state.json", "[]", "state.json is not the state of a run"),
        ("checkpoint/state.json", '{"best_rate": NaN}', "state.json is not the state of a run"),
        ("checkpoint/b1", None, "checkpoint/b1 is missing"),
        ("checkpoint/t1", None, "checkpoint/t1 is missing"),
    ],
)
def test_a_broken_run_is_refused_before_any_work(
    tmp_path: Path, file: str, text: str | None, said: str
) -> None:
    """It would be trained to its last epoch, and end in a traceback."""
    folder = RunFolder(tmp_path)
    with folder.opened(SETTINGS, CLASSES):
        commit(folder, 1)
    if text is None:
        (tmp_path / file).unlink()
    else:
        (tmp_path / file).write_text(text)
    before = contents(tmp_path)
    with pytest.raises(DataError) as caught:
        RunFolder(tmp_path).refuse_taken()
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(DataError), RunFolder(tmp_path).opened(SETTINGS, CLASSES):
        pytest.fail("opened")
    assert contents(tmp_path) == before


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of training would end in a traceback, and nobody know that the run goes on."""
    folder = RunFolder(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with folder.opened(SETTINGS, CLASSES):
        commit(folder, 1)
        monkeypatch.setattr(Path, "write_text", full)
        with pytest.raises(DataError, match="cannot be written: no space left on device"):
            commit(folder, 2)
        with pytest.raises(DataError, match="cannot be written: no space left on device"):
            folder.keep("weights", full)
        monkeypatch.undo()
    with RunFolder(tmp_path).opened(SETTINGS, CLASSES):
        assert folder.state.epoch == 1


def test_a_name_that_no_system_takes_is_refused() -> None:
    """The user would see a traceback."""
    with pytest.raises(DataError, match="file name too long"):
        RunFolder(Path("x" * 300)).refuse_taken()


def test_a_class_is_a_line_whatever_its_name(tmp_path: Path) -> None:
    """The classes after it would have the labels of others."""
    with RunFolder(tmp_path).opened(SETTINGS, ("a/x\ny", "b/é\r")):
        pass
    assert (tmp_path / "classes.txt").read_text() == "a/x\\ny\nb/é\\r\n"
