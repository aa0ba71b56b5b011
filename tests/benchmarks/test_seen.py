from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.recognition_lines.bench import Bench, Network
from benchmarks.recognition_lines.kinds import PUZZLE, TICKET, is_unseen, pictures_of
from benchmarks.recognition_lines.seen import Seen
from models.episodes.mixture import mix
from models.episodes.spec import DataSpec
from models.page.prepare import Recipe


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder of twelve classes of three images each, and a collection with a manifest."""
    rng = np.random.default_rng(0)
    for name in range(12):
        folder = tmp_path / "toys" / f"class-{name}"
        folder.mkdir(parents=True)
        for number in range(3):
            image(folder / f"{number}.png", rng)
    folder = tmp_path / "sudoku_photos"
    folder.mkdir()
    rows = ["path\tlabel\tgroup"]
    for number in range(4):
        image(folder / f"{number}.png", rng)
        rows.append(f"{number}.png\tsudoku\t{'one' if number < 2 else ''}")
    (folder / "MANIFEST.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def image(path: Path, rng: np.random.Generator) -> None:
    """A small picture unlike all others."""
    Image.fromarray(rng.integers(0, 255, (24, 24)).astype(np.uint8)).save(path)


def digests(folder: Path) -> set[str]:
    """Of all images below a folder."""
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.png")}


def test_what_was_held_out_is_what_training_holds_out(data: Path) -> None:
    """Figures would be of classes that were trained on."""
    command = "pigeonhole train --data elsewhere/toys,held=0.4,weight=2 --hold-out class-3 --out x"
    kept = mix(
        [DataSpec.parse(f"{data / 'toys'},held=0.4")],
        Recipe(),
        hold_out=frozenset({"class-3"}),
        drawings=2,
        seed=0,
    ).sources[0]
    assert 0 < len(kept.classes) < 11
    seen = Seen.of({"command": command}, [data])
    expected = [digests(data / "toys" / one.name) for one in kept.classes]
    assert seen.digests == set.union(*expected)
    assert seen.hold_out == {"class-3"}
    assert seen.unlisted == ()


def test_training_data_that_are_not_here_are_named(data: Path) -> None:
    """What nobody knows would be taken for never trained on."""
    seen = Seen.of({"command": "pigeonhole train --data gone/secret,drawn --hold-out form"}, [data])
    assert seen.unlisted == ("secret",)
    assert "invoice" in seen.drawn
    assert "form" not in seen.drawn


def test_every_command_of_a_manifest_is_followed(data: Path) -> None:
    """The images of a part that was trained by itself would count as unseen."""
    command = f"pigeonhole train --data {data}/toys --hold-out class-1"
    seen = Seen.of({"sources": [], "part": {"command": command}}, [data])
    assert len(seen.digests) == 11 * 3


def test_both_halves_of_a_training_are_followed(data: Path) -> None:
    """Documents that only the texture eye learned from would be asked for as never seen."""
    eye = "pigeonhole train --data toys --hold-out class-1 --hold-out class-2 --hold-out form"
    join = (
        "pigeonhole train --eye run --data toys,only=class-2 --pages toys,only=class-1+class-3 "
        "--pages sudoku_photos --pages gone/away --hold-out class-1 --hold-out form --out x"
    )
    seen = Seen.of({"command": join, "join": {"seed": 1}, "eye": {"command": eye}}, [data])
    unseen = digests(data / "toys" / "class-1")
    assert seen.digests == digests(data) - unseen
    assert seen.hold_out == {"class-1", "form"}
    assert seen.unlisted == ("away",)
    assert {"ticket", "invoice"} <= seen.drawn
    assert "form" not in seen.drawn


def test_a_kind_that_one_collection_holds_out_is_held_out_of_all(data: Path) -> None:
    """Training holds it out of all: images would be left out that were never seen."""
    shutil.copytree(data / "toys" / "class-1", data / "more" / "sheet")
    command = (
        "pigeonhole train --eye run --data toys,only=class-0 "
        "--pages toys,only=class-1+class-2,as=sheet+list --pages more,held=0.99 --out x"
    )
    seen = Seen.of({"command": command}, [data])
    assert seen.digests == digests(data / "toys" / "class-0") | digests(data / "toys" / "class-2")


def test_a_kind_is_seen_if_one_of_its_images_was(data: Path) -> None:
    """A kind never trained on would have been."""
    seen = Seen.of({"command": "pigeonhole train --data sudoku_photos"}, [data])
    pictures = pictures_of(PUZZLE, data, seen, 64)
    assert [one.trained_on for one in pictures] == [True] * 4
    assert not is_unseen(PUZZLE, pictures, seen)
    origins = [one.picture.origin for one in pictures]
    assert len(set(origins)) == 3  # two are of one document


def test_a_kind_is_unseen_only_if_training_says_so(data: Path) -> None:
    """Behind data that are not here, every kind would count as unseen."""
    for command, unseen in (
        ("pigeonhole train --data toys", True),
        ("pigeonhole train --data gone", False),
        ("pigeonhole train --data gone --hold-out sudoku_photo", True),
        ("pigeonhole train --data sudoku_photos --hold-out sudoku", True),
    ):
        seen = Seen.of({"command": command}, [data])
        assert is_unseen(PUZZLE, pictures_of(PUZZLE, data, seen, 64), seen) is unseen, command


def test_a_kind_that_the_data_lack_is_named(data: Path) -> None:
    """A traceback would say it."""
    from config.errors import DataError

    with pytest.raises(DataError, match="receipts_sroie"):
        pictures_of(TICKET, data, Seen.of({}, [data]), 64)


def test_an_image_seen_in_another_collection_is_left_out(data: Path, tmp_path: Path) -> None:
    """Icons that several collections share would be asked for though they were trained on."""
    shared = sorted((data / "toys" / "class-0").iterdir())
    fresh = sorted((data / "toys" / "class-1").iterdir())
    with zipfile.ZipFile(data / "set.zip", "w") as archive:
        for name, files in (("a", [*fresh[:2], shared[0]]), ("b", [*shared[:2], fresh[2]])):
            for file in files:
                archive.write(file, f"{name}/{file.parent.name}-{file.name}")
    seen = Seen.of({"command": "train --data toys,only=class-0"}, [data])
    network = Network(tmp_path, _Gallery(), None, seen)  # type: ignore[arg-type]
    found = Bench(data, network, trials=1, seed=0).unseen_classes("set.zip")
    assert [(one.name, len(one.pictures)) for one in found] == [("a", 2)]
    assert found[0].pictures[0].pixels().shape == (24, 24)


class _Gallery:
    """Of an embedder, what reading images asks for."""

    class embedder:  # noqa: N801
        """See above."""

        recipe = Recipe()
