"""Saved detectors: the same answers again, or one line that says why there are none."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import WeightsError
from models.detector.features.cnn import CnnShape, CnnSpace
from models.detector.features.transfer import TransferSpace
from models.detector.heads.heads import DenseHead, DistanceHead, Head, NearestHead
from models.detector.heads.probability import Sigmoid
from models.detector.pictures.plane import plane_of
from models.detector.saved import running
from models.detector.saved.checking import check_detector
from models.detector.saved.manifest import (
    HEAD_FILE,
    MANIFEST_FILE,
    NETWORK_FILE,
    Manifest,
    read_manifest,
)
from models.detector.saved.running import Detector, load_detector
from models.detector.saved.saving import save_detector, saved_size
from tests.models.detector.mobilenets import random_mobilenet
from tests.models.detector.scenes import scene

BRANCH = "0123456789abcdef"
SHAPE = CnnShape(((4, 8),), words=4, dim=8)
PAGES = [scene(seed, side) for seed, side in ((1, 224), (2, 300), (3, 120))]
EMBEDDINGS = np.eye(3, 8, dtype=np.float32)

Wrong = Callable[[Path], None]


def saved(folder: Path, head: Head, **more: Any) -> Path:
    """A detector of embeddings in a folder."""
    folder.mkdir(parents=True)
    manifest = Manifest(folder.name, "branch", head.kind, 3.0, -0.5, 0.6, {}, **more)
    save_detector(folder, manifest, head, {})
    return folder


@pytest.fixture(scope="module")
def cnn() -> CnnSpace:
    """A small one that has learned."""
    space = CnnSpace(SHAPE)
    space.learn(np.stack([plane_of(page) for page in PAGES]), seed=0)
    return space


@pytest.fixture(scope="module")
def of_cnn(cnn: CnnSpace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector of the kind that has a network of its own."""
    folder = tmp_path_factory.mktemp("cnn") / "banana"
    head = DenseHead(np.linspace(-1, 1, 64), 0.1)
    folder.mkdir()
    manifest = Manifest("banana", "cnn", "dense", 3.0, -0.5, 0.6, {}, asdict(SHAPE))
    save_detector(folder, manifest, head, {NETWORK_FILE: cnn.save})
    return folder


@pytest.fixture(scope="module")
def of_branch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector of the product's embeddings."""
    folder = tmp_path_factory.mktemp("branch") / "ticket"
    return saved(folder, DenseHead(np.arange(8.0), -1.0), branch_id=BRANCH)


@pytest.fixture
def broken(of_branch: Path, tmp_path: Path) -> Path:
    """A copy of it, to be spoilt."""
    return Path(shutil.copytree(of_branch, tmp_path / of_branch.name))


def written(folder: Path, **changes: Any) -> None:
    """The manifest, changed; the hashes are those of the files."""
    file = folder / MANIFEST_FILE
    found = json.loads(file.read_text())
    for name in found["files"]:
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        found["files"][name] = digest
    file.write_text(json.dumps(found | changes))


def refused(folder: Path) -> str:
    """What is said of a detector that cannot be used: one line, with advice."""
    with pytest.raises(WeightsError) as caught:
        load_detector(folder, branch_id=BRANCH)
    assert caught.value.advice
    assert "\n" not in caught.value.message
    return str(caught.value)


@pytest.mark.parametrize(
    "head",
    [
        DenseHead(np.arange(8.0), -1.0),
        NearestHead(EMBEDDINGS[:2], EMBEDDINGS[2:]),
        DistanceHead(EMBEDDINGS[:2]),
    ],
    ids=lambda head: head.kind,
)
def test_a_detector_of_embeddings_answers_as_before(head: Head, tmp_path: Path) -> None:
    """What was judged is what the service uses."""
    folder = saved(tmp_path / "ticket", head, branch_id=BRANCH)
    found = load_detector(folder, branch_id=BRANCH)
    expected = Sigmoid(3.0, -0.5)(head.scores(EMBEDDINGS))
    assert np.array_equal(found.probabilities(PAGES, EMBEDDINGS), expected)
    assert (found.name, found.threshold) == ("ticket", 0.6)
    assert found.detector_id == read_manifest(folder).detector_id


def test_a_detector_with_a_network_answers_as_before(cnn: CnnSpace, of_cnn: Path) -> None:
    """With pages of any size."""
    found = load_detector(of_cnn, branch_id="any")
    rows = cnn.features(np.stack([plane_of(page) for page in PAGES]), EMBEDDINGS)
    expected = DenseHead(np.linspace(-1, 1, 64), 0.1).scores(rows)
    assert np.allclose(found.scores(PAGES, EMBEDDINGS), expected, atol=1e-6)


def test_a_detector_of_mobilenet_answers_as_before(
    tmp_path: Path,
) -> None:
    """It holds the whole network: nothing is fetched when it is loaded."""
    space = TransferSpace(random_mobilenet(3))
    rows = space.features(np.stack([plane_of(page) for page in PAGES[:2]]), EMBEDDINGS)
    head = DistanceHead(rows[:1])
    folder = tmp_path / "banana"
    folder.mkdir()
    manifest = Manifest("banana", "transfer", "distance", 3.0, -0.5, 0.6, {})
    save_detector(folder, manifest, head, {NETWORK_FILE: space.save})
    found = load_detector(folder, branch_id="any")
    assert np.allclose(found.scores(PAGES[:2], EMBEDDINGS), head.scores(rows), atol=1e-5)


def test_a_network_is_at_work_before_the_first_page(
    of_cnn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the first scan after a start would wait for TensorFlow."""
    asked: list[int] = []
    features = CnnSpace.features

    def counting(self: CnnSpace, planes: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        asked.append(len(planes))
        return features(self, planes, embeddings)

    monkeypatch.setattr(CnnSpace, "features", counting)
    load_detector(of_cnn, branch_id="any")
    assert asked == [1]


def test_the_size_is_known_before_it_is_saved(cnn: CnnSpace, of_cnn: Path) -> None:
    """The comparison tells it of detectors that are not kept."""
    files = [of_cnn / HEAD_FILE, of_cnn / NETWORK_FILE]
    size = saved_size(DenseHead(np.linspace(-1, 1, 64), 0.1), {NETWORK_FILE: cnn.save})
    assert size == pytest.approx(sum(file.stat().st_size for file in files), abs=64)


def test_what_does_not_decide_leaves_the_identity(of_branch: Path, broken: Path) -> None:
    """Two trainings that came to the same are the same detector; another threshold is another."""
    before = read_manifest(of_branch).detector_id
    written(broken, made_at="2030", scores={"auroc": 0.1}, training={"seed": 2})
    assert read_manifest(broken).detector_id == before
    written(broken, threshold=0.61)
    assert read_manifest(broken).detector_id != before


def _head(folder: Path, **arrays: np.ndarray) -> None:
    np.savez(folder / HEAD_FILE, **arrays)
    written(folder)


def _bytes(folder: Path, data: bytes) -> None:
    (folder / HEAD_FILE).write_bytes(data)
    written(folder)


def _claiming(folder: Path) -> None:
    """An array that says it holds a million million numbers."""
    with (
        zipfile.ZipFile(folder / HEAD_FILE, "w") as archive,
        archive.open("weights.npy", "w") as member,
    ):
        header = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
        np.lib.format.write_array_header_1_0(member, header)
        member.write(bytes(64))
    written(folder)


def _packed(folder: Path) -> None:
    np.savez_compressed(folder / HEAD_FILE, weights=np.zeros(8), bias=np.array(0.0))
    written(folder)


def _fifo(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)


def _link(folder: Path) -> None:
    (folder / HEAD_FILE).rename(folder / "elsewhere")
    (folder / HEAD_FILE).symlink_to("elsewhere")


def _renamed(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest | {"name": "receipt"}))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (shutil.rmtree, "cannot be read: no such file"),
        (lambda at: (at / MANIFEST_FILE).unlink(), "cannot be read: no such file"),
        (lambda at: _fifo(at, MANIFEST_FILE), "is no file"),
        (lambda at: (at / MANIFEST_FILE).write_bytes(b" " * (5 << 20)), "larger than 4 MiB"),
        (lambda at: (at / MANIFEST_FILE).write_bytes(b"\xff\xfe"), "is not a manifest"),
        (lambda at: (at / MANIFEST_FILE).write_text("[" * 10**5), "is not a manifest"),
        (lambda at: (at / MANIFEST_FILE).write_text("[]"), "not a JSON object"),
        (lambda at: written(at, format=2), "another version of Pigeonhole"),
        (lambda at: written(at, branch_id="another"), "trained with other weights"),
        (_renamed, "a folder was renamed"),
        (lambda at: written(at, approach="magic"), "approach: "),
        (lambda at: written(at, slope="3"), "slope: "),
        (lambda at: written(at, slope=float("nan")), "no probability"),
        (lambda at: written(at, slope=-1.0), "no probability"),
        (lambda at: written(at, offset=float("inf")), "no probability"),
        (lambda at: written(at, threshold=1.5), "threshold is no probability"),
        (lambda at: written(at, threshold=True), "threshold: "),
        (lambda at: written(at, files={}), "its files are not head.npz"),
        (lambda at: written(at, files={HEAD_FILE: 3}), "files: "),
        (lambda at: written(at, files={HEAD_FILE: "", "../../passwd": ""}), "its files are not"),
        (lambda at: written(at, files={HEAD_FILE: "", "a\0b": ""}), "its files are not"),
        (lambda at: written(at, files={HEAD_FILE: "", "..": ""}), "its files are not"),
        (lambda at: written(at, approach="cnn"), "head.npz and network.weights.h5"),
        (lambda at: written(at, files={HEAD_FILE: "0" * 64}), "not the one of its manifest"),
        (lambda at: (at / HEAD_FILE).unlink(), "cannot be read: no such file"),
        (lambda at: _fifo(at, HEAD_FILE), "is no file"),
        (_link, "is no file"),
        (lambda at: os.truncate(at / HEAD_FILE, 1 << 30), "larger than 256 MiB"),
        (lambda at: _bytes(at, b""), "does not fit"),
        (lambda at: _bytes(at, b"PK\x03\x04 and no more"), "does not fit"),
        (lambda at: _bytes(at, b"\x80\x04K\x01."), "does not fit"),
        (lambda at: _bytes(at, (at / HEAD_FILE).read_bytes()[:-30]), "does not fit"),
        (_claiming, "weights does not hold the numbers"),
        (_packed, "weights is packed"),
        (lambda at: _head(at, weights=np.zeros(8)), "'bias' is missing"),
        (lambda at: _head(at, weights=np.zeros((2, 4)), bias=np.array(0.0)), "no row of numbers"),
        (lambda at: _head(at, weights=np.full(8, np.nan), bias=np.array(0.0)), "no number"),
        (lambda at: _head(at, weights=np.array(["1"] * 8), bias=np.array(0.0)), "the numbers"),
        (lambda at: _head(at, weights=np.zeros(8, complex), bias=np.array(0.0)), "the numbers"),
    ],
)
def test_what_is_spoilt_is_told_in_one_line(broken: Path, spoil: Wrong, said: str) -> None:
    """Anything else would end the service, or leave nobody the wiser."""
    spoil(broken)
    assert said in refused(broken)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda at: written(at, settings={}), "its layers are others"),
        (lambda at: written(at, settings=asdict(SHAPE) | {"words": 10**9}), "no codebook"),
        (lambda at: written(at, settings=asdict(SHAPE) | {"words": "4"}), "settings: words"),
        (lambda at: written(at, settings=asdict(SHAPE) | {"strides": [[4, 16]]}), None),
        (lambda at: written(at, approach="transfer"), "its layers are others"),
        (lambda at: _head(at, weights=np.zeros(63), bias=np.array(0.0)), "does not fit"),
    ],
)
def test_a_network_that_does_not_fit_is_told(
    of_cnn: Path, tmp_path: Path, spoil: Wrong, said: str | None
) -> None:
    """When it is loaded, not with the first page. Another grid is a network like any other."""
    folder = Path(shutil.copytree(of_cnn, tmp_path / of_cnn.name))
    spoil(folder)
    if said is None:
        assert isinstance(load_detector(folder, branch_id=BRANCH), Detector)
    else:
        assert said in refused(folder)


def test_a_damaged_network_is_told(of_cnn: Path, tmp_path: Path) -> None:
    """Cut short, another's, or full of what is no number."""
    folder = Path(shutil.copytree(of_cnn, tmp_path / of_cnn.name))
    file = folder / NETWORK_FILE
    whole = file.read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"\x89HDF\r\n\x1a\n"):
        file.write_bytes(data)
        written(folder)
        assert "it is damaged" in refused(folder)
    space = CnnSpace(SHAPE)
    space._fisher.take(_codebook(np.nan))
    space.save(file)
    written(folder)
    assert "its weights are no numbers" in refused(folder)
    space._fisher.take(_codebook(-1.0))
    space.save(file)
    written(folder)
    assert "answers with what is no number" in refused(folder)


def _codebook(variance: float) -> Any:
    from models.detector.features.fisher import Codebook

    return Codebook(
        np.zeros(128, np.float32),
        np.zeros((128, 8), np.float32),
        np.zeros((4, 8), np.float32),
        np.full((4, 8), variance, np.float32),
        np.full(4, 0.25, np.float32),
    )


def test_want_of_memory_is_nobodys_damage(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service tries again later; a detector that is called damaged stays out."""

    def none(*_: object) -> None:
        raise RuntimeError("std::bad_alloc")

    monkeypatch.setattr(running, "read_arrays", none)
    with pytest.raises(MemoryError):
        load_detector(broken, branch_id=BRANCH)


def test_a_check_needs_no_network(of_cnn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """'detector list' holds files against manifests, for it shall be quick."""
    monkeypatch.setattr(running, "_space_of", lambda *_: pytest.fail("it was loaded"))
    check_detector(of_cnn, read_manifest(of_cnn), branch_id="any")


def _read_or_refused(folder: Path) -> None:
    """Whichever it is, it is nothing else."""
    found: Detector | WeightsError
    try:
        found = load_detector(folder, branch_id=BRANCH)
    except WeightsError as error:
        found = error
    if isinstance(found, Detector):
        assert found.manifest.name == folder.name
    else:
        assert found.advice
        assert "\n" not in found.message


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["cnn", "dense", HEAD_FILE, "/etc/passwd", "\ud800", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "name", "approach", "head", "slope", "offset", "threshold", "files", "settings", "branch_id",
    "made_at", "training", "scores", "format",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(changes=st.dictionaries(st.sampled_from(FIELDS), VALUES, min_size=1, max_size=3))
def test_no_manifest_raises_anything_else(of_branch: Path, changes: dict[str, Any]) -> None:
    """It is read, or it is a `WeightsError` of one line."""
    folder = of_branch.parent / "fuzzed" / of_branch.name
    if not folder.exists():
        shutil.copytree(of_branch, folder)
    found = json.loads((of_branch / MANIFEST_FILE).read_text())
    (folder / MANIFEST_FILE).write_text(json.dumps(found | changes))
    _read_or_refused(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(place=st.integers(0, 10**4), value=st.integers(0, 255), cut=st.booleans())
def test_no_damage_raises_anything_else(of_branch: Path, place: int, value: int, cut: bool) -> None:
    """Of a head whose hash was made to fit."""
    folder = of_branch.parent / "damaged" / of_branch.name
    if not folder.exists():
        shutil.copytree(of_branch, folder)
    data = bytearray((of_branch / HEAD_FILE).read_bytes())
    place %= len(data)
    data[place] = value
    _bytes(folder, bytes(data[: place + 1] if cut else data))
    _read_or_refused(folder)


def test_the_head_is_an_archive_that_anybody_can_read(of_branch: Path) -> None:
    """NumPy reads it as well: what is on the disk belongs to the person."""
    assert zipfile.is_zipfile(of_branch / HEAD_FILE)
    with np.load(of_branch / HEAD_FILE) as held:
        assert set(held) == {"weights", "bias"}
