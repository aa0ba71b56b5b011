from __future__ import annotations

import numpy as np
import pytest

from indexer.cohort import NOBODY, Cohort, cohort_distances, unclaimed

ROWS = np.eye(5, dtype=np.float32)


def test_a_kind_is_the_mean_of_its_images() -> None:
    """A kind would be as its last image is."""
    cohort = Cohort.of([("letter", ROWS[:2]), ("map", ROWS[2:3])])
    assert [name for name, _ in cohort.centres] == ["letter", "map"]
    expected = [[0.5**0.5, 0.5**0.5, 0, 0, 0], [0, 0, 1, 0, 0]]
    np.testing.assert_allclose(cohort.rows(), expected, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(cohort.rows(), axis=1), 1, atol=1e-6)


def test_a_manifest_keeps_it_whole() -> None:
    """Strangers would be told otherwise after a restart."""
    cohort = Cohort.of([("letter", ROWS[:2]), ("map", ROWS[2:3])])
    assert Cohort.read(cohort.stored()) == cohort
    assert Cohort.read(NOBODY.stored()) == NOBODY


def test_a_class_claims_its_kind() -> None:
    """A class of tickets would have to be told from tickets."""
    support = np.array([[0.9, 0.1, 0, 0, 0], [0.8, 0, 0.2, 0, 0]], np.float32)
    np.testing.assert_array_equal(unclaimed(ROWS[:3], support), ROWS[1:3])
    assert len(unclaimed(ROWS[:3], ROWS)) == 0
    np.testing.assert_array_equal(unclaimed(ROWS, ROWS[:0]), ROWS)
    assert len(unclaimed(NOBODY.rows(), ROWS)) == 0


def test_a_distance_is_to_the_nearest_kind() -> None:
    """A stranger of one kind would be asked whether it is of another."""
    found = cohort_distances(np.concatenate([ROWS[:2], -ROWS[:1]]), ROWS[1:3])
    np.testing.assert_allclose(found, [1, 0, 1])
    np.testing.assert_allclose(cohort_distances(-ROWS[:1], ROWS[:1]), [2])


def test_without_a_kind_all_are_infinitely_far() -> None:
    """A branch that knows no kinds would refuse everything, or end in a traceback."""
    assert cohort_distances(ROWS, ROWS[:0]) == pytest.approx(np.full(5, np.inf))
    assert cohort_distances(ROWS, NOBODY.rows()) == pytest.approx(np.full(5, np.inf))
