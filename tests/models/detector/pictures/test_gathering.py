from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from config.errors import DataError
from models.detector.pictures.gathering import gather
from models.detector.pictures.plane import Pixels
from models.page.limits import Limits
from tests.models.detector.scenes import scene

LIMITS = Limits(max_image_pixels=1_000_000, max_file_bytes=2_000_000, max_pages=5)


def put(path: Path, pixels: Pixels) -> Path:
    """A picture as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)
    return path


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Six pictures of the class and seven others, all of different scenes."""
    for number in range(6):
        put(tmp_path / "yes" / f"{number}.png", scene(number))
    for number in range(7):
        put(tmp_path / "no" / f"{number}.jpg", scene(100 + number))
    return tmp_path / "yes", tmp_path / "no"


def test_pictures_are_read_as_scans_are(folders: tuple[Path, Path]) -> None:
    """Colour turns grey, what is transparent turns white, large becomes 512, a PDF is a page."""
    yes, no = folders
    put(yes / "large.png", scene(30, 900)[:600])
    Image.new("RGBA", (40, 40), (10, 20, 30, 0)).save(yes / "clear.png")
    Image.fromarray(scene(31)).save(yes / "page.pdf")
    found = gather([yes], [no], LIMITS)
    by_name = {one.path.name: one for one in found.pictures}
    assert by_name["large.png"].grey.shape == (341, 512)
    assert by_name["clear.png"].grey.min() == 255
    assert by_name["page.pdf"].plane.shape == (224, 224)
    assert [one.positive for one in found.pictures] == [True] * 9 + [False] * 7
    assert len(by_name["0.png"].sha256) == 64
    assert not found.left_out
    assert found.independent(positive=True) == 9
    assert found.independent(positive=False) == 7


def test_what_is_no_picture_is_left_out_with_the_reason(folders: tuple[Path, Path]) -> None:
    """A damaged picture stops nobody; a hidden file is not even mentioned."""
    yes, no = folders
    (yes / "notes.txt").write_text("bought on Monday", encoding="utf-8")
    (yes / "cut.png").write_bytes((yes / "0.png").read_bytes()[:500])
    (yes / "empty.png").write_bytes(b"")
    (yes / ".hidden.png").write_bytes(b"nothing")
    (yes / "link.png").symlink_to(yes / "0.png")
    (yes / "elsewhere").symlink_to(no)
    put(yes / "huge.png", np.zeros((1500, 1500), np.uint8))
    found = gather([yes], [no], LIMITS)
    assert len(found.pictures) == 13
    reasons = {Path(path).name: reason for path, reason in found.left_out.items()}
    assert set(reasons) == {
        "notes.txt",
        "cut.png",
        "empty.png",
        "link.png",
        "elsewhere",
        "huge.png",
    }
    assert "no image" in reasons["notes.txt"]
    assert "symbolic link" in reasons["link.png"]
    assert "max_image_pixels" in reasons["huge.png"]


def test_the_same_bytes_count_once(folders: tuple[Path, Path]) -> None:
    """And not at all where they are said to be both: nobody knows what they are."""
    yes, no = folders
    (yes / "9.png").write_bytes((yes / "0.png").read_bytes())
    (no / "1.png").write_bytes((yes / "1.png").read_bytes())
    found = gather([yes], [no], LIMITS)
    assert found.left_out[str(yes / "9.png")] == f"is the same picture as {yes / '0.png'}"
    assert "both" in found.left_out[str(yes / "1.png")]
    assert "both" in found.left_out[str(no / "1.png")]
    assert len(found.pictures) == 12


def test_a_copy_among_the_others_is_told(folders: tuple[Path, Path]) -> None:
    """The same picture saved again has other bytes; it is kept, together, and said."""
    yes, no = folders
    put(no / "again.jpg", scene(2))
    found = gather([yes], [no], LIMITS)
    assert len(found.pictures) == 14
    assert len(found.notes) == 1
    assert "2.png" in found.notes[0]
    assert "again.jpg" in found.notes[0]
    groups = {one.path.name: one.group for one in found.pictures}
    assert groups["again.jpg"] == groups["2.png"]


def test_pictures_of_one_inner_folder_stay_together(folders: tuple[Path, Path]) -> None:
    """All apples are in the test, or none."""
    yes, no = folders
    for number in range(4):
        put(no / "apples" / ("red", "green")[number % 2] / f"{number}.png", scene(200 + number))
    found = gather([yes], [no], LIMITS)
    apples = {one.group for one in found.pictures if "apples" in one.path.parts}
    assert len(apples) == 1
    assert found.independent(positive=False) == 8


def test_two_folders_of_the_class_are_not_two_pictures(folders: tuple[Path, Path]) -> None:
    """Who sorts the class by colour can train it nevertheless, and is told how it was judged."""
    yes, no = folders
    for number in range(6):
        (yes / str(number % 2)).mkdir(exist_ok=True)
        (yes / f"{number}.png").rename(yes / str(number % 2) / f"{number}.png")
    found = gather([yes], [no], LIMITS)
    assert found.independent(positive=True) == 6
    assert "too few folders" in found.notes[0]


def test_a_class_of_one_form_is_judged_by_its_sheets(folders: tuple[Path, Path]) -> None:
    """All share the printed part: they are one scene, and still different sheets."""
    yes, no = folders
    form = scene(77)
    for number in range(6):
        sheet = form.copy()
        sheet[60:190, 40:200] = scene(300 + number)[60:190, 40:200]
        put(yes / f"{number}.png", sheet)
    found = gather([yes], [no], LIMITS)
    assert found.independent(positive=True) == 6
    assert "too few scenes" in found.notes[0]


def test_a_manifest_tells_groups(folders: tuple[Path, Path]) -> None:
    """Pictures of one writer stay together, though no two look alike."""
    yes, no = folders
    rows = "".join(f"yes/{number}.png\twriter{number // 2}\n" for number in range(4))
    (yes.parent / "MANIFEST.tsv").write_text(f"path\tgroup\n{rows}", encoding="utf-8")
    found = gather([yes], [no], LIMITS)
    assert found.independent(positive=True) == 4


def test_a_manifest_without_groups_says_nothing(folders: tuple[Path, Path]) -> None:
    """Nor is it a picture that cannot be read."""
    yes, no = folders
    (yes / "MANIFEST.tsv").write_text("path\tlabel\n0.png\tyes\n", encoding="utf-8")
    found = gather([yes], [no], LIMITS)
    assert not found.left_out
    assert found.independent(positive=True) == 6


def test_single_files_will_do(folders: tuple[Path, Path]) -> None:
    """Corrected scans lie wherever they were filed."""
    yes, _ = folders
    found = gather([yes / "0.png", yes / "1.png", yes], [], LIMITS)
    assert len(found.pictures) == 6
    assert not found.left_out


def test_steps_are_shown(folders: tuple[Path, Path]) -> None:
    """A bar that stands still looks like a program that does."""
    told: list[tuple[str, int, int]] = []

    @contextmanager
    def watch(label: str, total: int) -> Iterator[Callable[[], None]]:
        steps: list[None] = []
        yield lambda: steps.append(None)
        told.append((label, total, len(steps)))

    yes, no = folders
    gather([yes], [no], LIMITS, watch)
    assert told == [("reading pictures", 13, 13), ("comparing pictures", 13, 13)]


def test_folders_that_cannot_be_meant_are_refused(folders: tuple[Path, Path]) -> None:
    """Missing, empty, without a picture, or one within the other: one line says which."""
    yes, no = folders
    (yes.parent / "empty").mkdir()
    (yes.parent / "words").mkdir()
    (yes.parent / "words" / "a.txt").write_text("no picture", encoding="utf-8")
    with pytest.raises(DataError, match="gone does not exist"):
        gather([yes.parent / "gone"], [no], LIMITS)
    with pytest.raises(DataError, match="empty has no files"):
        gather([yes], [yes.parent / "empty"], LIMITS)
    with pytest.raises(DataError, match=r"no picture of the class can be used, 1 file left out"):
        gather([yes.parent / "words"], [no], LIMITS)
    with pytest.raises(DataError, match="no picture of the others"):
        gather([yes], [yes.parent / "words" / "a.txt"], LIMITS)
    with pytest.raises(DataError, match="lies within"):
        gather([yes], [yes.parent], LIMITS)
    with pytest.raises(DataError, match="lies within"):
        gather([yes.parent], [no], LIMITS)
    with pytest.raises(DataError, match=f"are in the same folder, {yes}"):
        gather([yes], [yes.parent / "no" / ".." / "yes"], LIMITS)
    with pytest.raises(DataError, match="no picture of the class"):
        gather([], [no], LIMITS)
