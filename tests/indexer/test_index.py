from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.calibration import NEAREST_CLASSES
from indexer.index import Example, SupportIndex
from indexer.kernel import NEIGHBOURS
from indexer.verdict import Match

SHARPNESS = 14.0


def unit(rng: np.random.Generator, n: int, dim: int = 8) -> NDArray[np.float32]:
    """Rows of length 1."""
    rows = rng.standard_normal((n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def example(class_name: str, number: int) -> Example:
    """An example of a class."""
    return Example(class_name, f"{class_name}/{number}.png", f"{class_name}-{number}")


def index_of(
    examples: list[Example], rows: NDArray[np.float32], branch_id: str = "b"
) -> SupportIndex:
    """The index over these."""
    return SupportIndex(examples, rows, branch_id, sharpness=SHARPNESS)


def by_hand(
    examples: list[Example], rows: NDArray[np.float32], query: NDArray[np.float32]
) -> list[tuple[str, str, float]]:
    """What a search must find, one comparison at a time."""
    held: dict[str, list[tuple[float, str]]] = {}
    for one, row in zip(examples, rows, strict=True):
        far = float(1 - row.astype(np.float64) @ query.astype(np.float64))
        held.setdefault(one.class_name, []).append((far, one.name))
    shortlist = sorted(held, key=lambda name: min(held[name]))[: 2 * NEAREST_CLASSES]
    found = []
    for name in shortlist:
        near = [far for far, _ in sorted(held[name])[:NEIGHBOURS]]
        density = sum(math.exp(-SHARPNESS * far) for far in near) / len(near)
        found.append((name, min(held[name])[1], -math.log(density) / SHARPNESS))
    return sorted(found, key=lambda one: one[2])[:NEAREST_CLASSES]


def same(found: tuple[Match, ...], expected: list[tuple[str, str, float]]) -> bool:
    """Whether a search found this."""
    return [(match.class_name, match.support) for match in found] == [
        one[:2] for one in expected
    ] and np.allclose([match.distance for match in found], [one[2] for one in expected], atol=1e-5)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=9), st.integers(0, 2**32))
def test_a_search_is_exact(sizes: list[int], seed: int) -> None:
    """A nearer example would be overlooked."""
    rng = np.random.default_rng(seed)
    examples = [example(f"c{key}", n) for key, size in enumerate(sizes) for n in range(size)]
    rows, queries = unit(rng, len(examples)), unit(rng, 4)
    found = index_of(examples, rows).search(queries)
    assert len(found) == 4
    for matches, query in zip(found, queries, strict=True):
        assert same(matches, by_hand(examples, rows, query))


@pytest.mark.parametrize("crowd", [31, 32, 33, 255, 256, 257, 700])
def test_a_crowd_does_not_hide_the_runner_up(crowd: int) -> None:
    """With hundreds of tickets there would be no second class, and the score be too sure."""
    rng = np.random.default_rng(crowd)
    query = unit(rng, 1)
    near = query + 0.01 * rng.standard_normal((crowd, 8)).astype(np.float32)
    rows = np.vstack([near / np.linalg.norm(near, axis=1, keepdims=True), unit(rng, 3)])
    examples = [example("ticket", n) for n in range(crowd)]
    examples += [example(name, 0) for name in ("cone", "cube", "sphere")]
    matches = index_of(examples, rows.astype(np.float32)).search(query)[0]
    assert same(matches, by_hand(examples, rows.astype(np.float32), query[0]))
    assert len(matches) == 4


def test_queries_that_need_a_longer_look_keep_their_place() -> None:
    """One scan of a batch would get the verdict of another."""
    rng = np.random.default_rng(1)
    towards = unit(rng, 2)
    crowd = towards[0] + 0.01 * rng.standard_normal((300, 8)).astype(np.float32)
    rows = np.vstack([crowd / np.linalg.norm(crowd, axis=1, keepdims=True), unit(rng, 20)])
    examples = [example("many", n) for n in range(300)]
    examples += [example(f"c{n % 4}", n) for n in range(20)]
    index = index_of(examples, rows.astype(np.float32))
    queries = np.stack([towards[1], towards[0], rows[305].astype(np.float32), towards[0]])
    assert index.search(queries) == [index.search(query[None])[0] for query in queries]


def test_a_search_for_what_is_no_number_ends() -> None:
    """Faiss finds nothing near it, and the look for more classes went on for ever."""
    rows = unit(np.random.default_rng(0), 40)
    index = index_of([example(f"c{row % 4}", row) for row in range(40)], rows)
    assert len(index.search(np.full((1, 8), np.nan, np.float32))) == 1


def test_no_class_twice_and_nearest_first() -> None:
    """The gap to the runner-up would be one between two examples of a class."""
    rng = np.random.default_rng(2)
    examples = [example(f"c{n % 7}", n) for n in range(70)]
    for matches in index_of(examples, unit(rng, 70)).search(unit(rng, 20)):
        assert len({match.class_name for match in matches}) == len(matches) == NEAREST_CLASSES
        distances = [match.distance for match in matches]
        assert distances == sorted(distances)
        assert all(0 <= distance <= 2 for distance in distances)


@pytest.mark.parametrize("each", [1, 10])
def test_an_example_finds_itself(each: int) -> None:
    """A picture that was shown as a ticket would be filed elsewhere."""
    rows = unit(np.random.default_rng(3), 50)
    examples = [example(f"c{n // each}", n) for n in range(50)]
    # Its fellows count too, however far they are.
    most = 1e-6 if each == 1 else math.log(NEIGHBOURS) / SHARPNESS + 1e-6
    for one, matches in zip(examples, index_of(examples, rows).search(rows), strict=True):
        assert matches[0].support == one.name
        assert 0 <= matches[0].distance < most


def test_examples_that_agree_outweigh_one_that_is_nearer() -> None:
    """One odd example of a class would take the scans of another."""
    far = np.array([0.4, 0.42, 0.44, 0.30, 1.2])
    rows = np.stack([np.cos(far), np.sin(far)], axis=1).astype(np.float32)
    examples = [*(example("agreed", n) for n in range(3)), *(example("odd", n) for n in range(2))]
    query = np.array([[1.0, 0.0]], np.float32)
    first, second = index_of(examples, rows).search(query)[0]
    assert (first.class_name, first.support) == ("agreed", "agreed/0.png")
    assert (second.class_name, second.support) == ("odd", "odd/0.png")


def test_the_order_of_examples_changes_nothing() -> None:
    """A verdict would depend on how a folder is listed."""
    rng = np.random.default_rng(9)
    examples = [example(f"c{n % 4}", n) for n in range(24)]
    rows, queries = unit(rng, 24), unit(rng, 5)
    mixed = rng.permutation(24)
    other = index_of([examples[n] for n in mixed], rows[mixed])
    for one, again in zip(
        index_of(examples, rows).search(queries), other.search(queries), strict=True
    ):
        assert same(again, [(match.class_name, match.support, match.distance) for match in one])
    index = index_of(examples, rows)
    for held, row in zip(index.examples, index.embeddings, strict=True):
        assert (row == rows[examples.index(held)]).all()


def test_the_opposite_is_two_away() -> None:
    """A distance outside its range would break the calibration."""
    row = unit(np.random.default_rng(4), 1)
    assert index_of([example("c", 0)], row).search(-row)[0][0].distance == (pytest.approx(2.0))


def test_an_empty_index_answers_nothing() -> None:
    """A home without classes could not start; its scans go to review."""
    index = index_of([], np.zeros((0, 8), np.float32))
    assert len(index) == 0
    assert index.search(unit(np.random.default_rng(5), 3)) == [(), (), ()]
    assert len(index.index_id) == 16
    full = index_of([example("c", 0)], unit(np.random.default_rng(5), 1))
    assert full.search(np.zeros((0, 8), np.float32)) == []


def test_examples_are_counted_by_class() -> None:
    """The threshold depends on how many chances a stranger has."""
    examples = [example("a", 0), example("b", 0), example("a", 1)]
    index = index_of(examples, unit(np.random.default_rng(6), 3))
    assert index.examples_by_class == {"a": 2, "b": 1}
    assert len(index) == 3


def test_rows_and_examples_must_be_as_many() -> None:
    """Every match after the gap would name the wrong picture."""
    with pytest.raises(ValueError, match="1 examples but 2 embeddings"):
        index_of([example("a", 0)], unit(np.random.default_rng(7), 2))


def test_the_id_is_that_of_the_content() -> None:
    """A verdict would not say which support set judged."""
    examples = [example("a", 0), example("b", 0), example("a", 1)]
    rows = unit(np.random.default_rng(8), 3)

    def index_id(chosen: list[Example], branch_id: str = "b") -> str:
        return index_of(chosen, rows[: len(chosen)], branch_id).index_id

    first = index_id(examples)
    assert index_id(examples[::-1]) == first
    others = [
        index_id(examples[:2]),
        index_id(examples, "other"),
        index_id([*examples[:2], Example("a", "a/1.png", "other bytes")]),
        index_id([*examples[:2], Example("a", "a/9.png", "a-1")]),
        index_id([*examples[:2], Example("b", "b/1.png", "a-1")]),
    ]
    assert first not in others
    assert len(set(others)) == len(others)
    assert index_id([Example("\udcff", "\udcff/a.png", "x")])
