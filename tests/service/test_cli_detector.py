"""``pigeonhole detector``: what it says where, and with which code it leaves."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forked
from tests.forked import COMMAND, Done
from tests.service.detectors.pictures import CLASS, cones, scenes


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four cones and five scenes."""
    root = tmp_path_factory.mktemp("root")
    cones(root / "cones", 4)
    scenes(root / "others", 5)
    return root


def run(root: Path, *words: str, home: str = "home", code: int = 0) -> Done:
    """``pigeonhole detector`` in that folder; nothing is ever a traceback."""
    done = forked.run("--home", home, "detector", *words, cwd=root, network=True)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr  # no bars, no colours: it is piped
    return done


@pytest.fixture(scope="module")
def trained(root: Path) -> Done:
    """The answer of a first training."""
    return run(root, "train", CLASS, "--positives", "cones", "--others", "others",
               "--approach", "branch")  # fmt: skip


def test_the_answer_is_on_stdout_and_the_rest_on_stderr(root: Path, trained: Done) -> None:
    """Who pipes the answer would get notices in it, or miss the verdict."""
    first, *rows = trained.stdout.splitlines()
    assert first == "4 pictures of cone and 5 others, 2 approaches, judged in 4 rounds"
    assert {row.split("\t")[0] for row in rows[:2]} == {"branch, nearest", "branch, logistic"}
    assert all(row.count("\t") == 8 for row in rows[:2])
    assert any(row.startswith("Of 4 pictures of cone it recognises ") for row in rows[2:])
    place = root / "home" / "detectors" / CLASS
    assert trained.stderr.splitlines()[-2:] == [
        f"the report is {place / 'report.html'}",
        f"the service uses it from now on: {place}",
    ]


def test_the_pictures_can_be_found_from_any_folder(root: Path, trained: Done) -> None:
    """Copies of them would be measured as new ones by who stands elsewhere."""
    assert trained.stdout
    table = (root / "home" / "detectors" / CLASS / "pictures.tsv").read_text()
    paths = {row.split("\t")[-1] for row in table.splitlines()[1:]}
    assert paths == {
        str(one) for folder in ("cones", "others") for one in (root / folder).iterdir()
    }


@pytest.mark.slow
def test_trained_again_old_and_new_stand_side_by_side(root: Path, trained: Done) -> None:
    """Nobody would know whether to keep the new one."""
    assert trained.stdout
    done = run(root, "train", CLASS, "--approach", "branch")
    assert "until now (branch, " in done.stdout
    assert "new one: AUROC\t" in done.stdout
    assert "on 4 and 5 pictures, each by what had not seen it" in done.stdout
    first, second, *_ = done.stderr.splitlines()
    assert first == f"as in the last training, pictures of cone: {root / 'cones'}"
    assert second == f"as in the last training, others: {root / 'others'}"
    aside = root / "home" / "removed" / "detectors" / CLASS
    assert f"the detector until now lies at {aside}" in done.stderr
    assert (aside / "report.html").is_file()


def test_a_bad_name_lays_out_no_home(root: Path) -> None:
    """A typing error would leave a folder behind, or a page of Python."""
    done = run(root, "train", "a/b", "--positives", "cones", home="nowhere", code=2)
    assert (done.stdout, done.stderr) == (
        "",
        "pigeonhole: 'a/b' is not the name of a folder. Choose a plain word, such as invoice\n",
    )
    assert not (root / "nowhere").exists()


def test_ctrl_c_is_one_line_and_changes_nothing(root: Path, trained: Done) -> None:
    """Who waits no longer would lose the detector that there is."""
    assert trained.stdout
    place = root / "home" / "detectors"
    before = {one: one.read_bytes() for one in place.rglob("*") if one.is_file()}
    with subprocess.Popen(
        [COMMAND, "--home", "home", "detector", "train", CLASS, "--approach", "cnn"],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert "as in the last training" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert rest.endswith("nothing is changed: cone was not trained to its end\n")
    assert "Traceback" not in rest
    assert {one: one.read_bytes() for one in place.rglob("*") if one.is_file()} == before
    assert [one.name for one in place.iterdir()] == [CLASS]


def test_help_needs_no_heavy_imports() -> None:
    """'--help' would take seconds."""
    for words in (("detector",), ("detector", "train")):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", COMMAND, *words, "--help"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        for heavy in ("numpy", "tensorflow", "keras", "cv2", "sqlalchemy", "plotly", "rich"):
            assert f" {heavy}\n" not in done.stderr
