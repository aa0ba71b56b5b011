from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.cache import EmbeddingCache

FILE = "support-embeddings.npz"


def embeddings(number: int, dim: int = 8) -> dict[str, NDArray[np.float32]]:
    """Rows by a sha256 that is none."""
    rng = np.random.default_rng(number)
    return {f"{key:064x}": rng.standard_normal(dim).astype(np.float32) for key in range(number)}


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """Every start would embed every example again."""
    kept = embeddings(5)
    EmbeddingCache(tmp_path / "cache", "branch").save(kept)
    found = EmbeddingCache(tmp_path / "cache", "branch").load()
    assert list(found) == list(kept)
    for key, row in kept.items():
        assert found[key].dtype == np.float32
        assert np.array_equal(found[key], row)


def test_nothing_is_loaded_where_nothing_was_saved(tmp_path: Path) -> None:
    """A first start would fail."""
    cache = EmbeddingCache(tmp_path / "deep" / "cache", "branch")
    assert cache.load() == {}
    cache.save({})
    assert cache.load() == {}


def test_embeddings_of_another_branch_are_not_taken(tmp_path: Path) -> None:
    """Distances between two networks' embeddings mean nothing."""
    EmbeddingCache(tmp_path, "old").save(embeddings(3))
    assert EmbeddingCache(tmp_path, "new").load() == {}
    EmbeddingCache(tmp_path, "new").save(embeddings(2))
    assert len(EmbeddingCache(tmp_path, "new").load()) == 2
    assert EmbeddingCache(tmp_path, "old").load() == {}


def test_saving_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    """What was removed would come back, and the folder fill up."""
    cache = EmbeddingCache(tmp_path, "branch")
    cache.save(embeddings(5))
    cache.save(embeddings(2))
    assert len(cache.load()) == 2
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_save_that_was_cut_short_leaves_the_old_file(tmp_path: Path) -> None:
    """A crash would cost all embeddings."""
    cache = EmbeddingCache(tmp_path, "branch")
    cache.save(embeddings(3))
    (tmp_path / f"{FILE}.tmp").write_bytes(b"half")
    assert len(cache.load()) == 3
    cache.save(embeddings(4))
    assert len(cache.load()) == 4


def test_an_array_is_no_cache(tmp_path: Path) -> None:
    """Whatever lies there, the service starts."""
    cache = EmbeddingCache(tmp_path, "branch")
    with (tmp_path / FILE).open("wb") as file:
        np.save(file, np.zeros(3))
    assert cache.load() == {}
    (tmp_path / FILE).write_bytes(b"")
    assert cache.load() == {}
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    assert cache.load() == {}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A folder to damage files in, and the bytes of a good one."""
    folder = tmp_path_factory.mktemp("cache")
    EmbeddingCache(folder, "branch").save(embeddings(3))
    return folder, (folder / FILE).read_bytes()


@given(data=st.data())
def test_a_damaged_file_counts_as_empty(whole: tuple[Path, bytes], data: st.DataObject) -> None:
    """The service would not start until somebody deletes a file nobody told of."""
    folder, good = whole
    bad = bytearray(good)
    if data.draw(st.booleans()):
        del bad[data.draw(st.integers(0, len(bad) - 1)) :]
    for _ in range(data.draw(st.integers(1, 4))):
        if bad:
            bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    (folder / FILE).write_bytes(bad)
    found = EmbeddingCache(folder, "branch").load()
    assert found == {} or len(found) == 3


def test_one_process_holds_it_at_a_time(tmp_path: Path) -> None:
    """Two workers would embed the same examples, and one lose what the other saved."""
    cache = EmbeddingCache(tmp_path, "branch")
    asks = (
        "import fcntl, sys\n"
        "with open(sys.argv[1], 'w') as lock:\n"
        "    try:\n"
        "        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "    except BlockingIOError:\n"
        "        sys.exit(7)\n"
    )

    def other_process() -> int:
        lock = str(tmp_path / "support-embeddings.lock")
        return subprocess.run([sys.executable, "-c", asks, lock], check=False).returncode

    with cache.locked():
        assert other_process() == 7
    assert other_process() == 0


def test_it_is_let_go_after_an_error(tmp_path: Path) -> None:
    """One failure would stop every other worker for good."""
    cache = EmbeddingCache(tmp_path, "branch")
    with pytest.raises(RuntimeError), cache.locked():
        raise RuntimeError
    with (tmp_path / "support-embeddings.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
