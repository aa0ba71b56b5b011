from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from config.errors import DataError
from indexer.background import Background
from indexer.calibration import Calibration
from indexer.cohort import Cohort
from indexer.fitting import _ascending, fit_calibration, fit_logistic
from indexer.index import Example, SupportIndex
from indexer.verdict import UNKNOWN, decide


def clusters(
    number: int, seed: int, *, images: int = 12, spread: float = 0.15, dim: int = 16
) -> list[NDArray[np.float32]]:
    """Classes as a branch would leave them: unit rows around centres of their own."""
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((number, 1, dim))
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    rows = rows + spread * rng.standard_normal((number, images, dim))
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    return list(rows.astype(np.float32))


def fit(
    held: list[NDArray[np.float32]], *, groups: int = 1, episodes: int = 200, seed: int = 0
) -> Calibration:
    """A calibration by these classes."""
    names = [f"g{key % groups}" for key in range(len(held))]
    background = Background(held, names, np.random.default_rng(seed))
    return fit_calibration([background], episodes=episodes)


@pytest.fixture(scope="module")
def fitted() -> Calibration:
    """Fitted on some classes; tests ask about others."""
    return fit(clusters(120, 1), episodes=500, seed=1)


def asked(
    calibration: Calibration, most_ways: int, least_shots: int, most_shots: int, reject: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_], float, float]:
    """Scores, whether each was right, and the shares of strangers and of known let in."""
    classes, rng = clusters(120, 2), np.random.default_rng(3)
    scores, right = [], []
    strangers_in, known_in = [], []
    for _ in range(800):
        ways = int(rng.integers(min(2, most_ways), most_ways + 1))
        shots = int(rng.integers(least_shots, most_shots + 1))
        *shown, stranger = rng.choice(len(classes), ways + 1, replace=False)
        is_known = rng.random() < 0.6
        key = shown[0] if is_known else stranger
        images = rng.permutation(len(classes[key]))
        support = [classes[one][images[1 : 1 + shots]] for one in shown]
        examples = [Example(f"{n:03}", f"{n}/{k}", "") for n in range(ways) for k in range(shots)]
        index = SupportIndex(
            examples, np.concatenate(support), "b", sharpness=calibration.sharpness
        )
        (matches,) = index.search(classes[key][images[:1]])
        verdict = decide(
            matches, cohort_distance=math.inf, calibration=calibration, n_classes=ways,
            reject=reject, branch_id="b", index_id="i",
        )  # fmt: skip
        scores.append(verdict.score)
        right.append(bool(is_known and matches[0].class_name == "000"))
        (known_in if is_known else strangers_in).append(verdict.class_name != UNKNOWN)
    return np.array(scores), np.array(right), float(np.mean(strangers_in)), float(np.mean(known_in))


def calibration_error(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al., 2017)."""
    bins = np.minimum((scores * 10).astype(int), 9)
    return sum(
        float(np.mean(bins == one)) * abs(scores[bins == one].mean() - right[bins == one].mean())
        for one in np.unique(bins)
    )


@pytest.mark.parametrize("most_ways", [1, 20])
def test_a_score_is_the_share_that_is_right(fitted: Calibration, most_ways: int) -> None:
    """A score of 0.9 would not mean that nine of ten are right."""
    scores, right, _, _ = asked(fitted, most_ways, 1, 5, 0.05)
    assert calibration_error(scores, right) < 0.05
    assert scores[right].mean() > scores[~right].mean() + 0.5


@pytest.mark.parametrize(("ways", "shots"), [(1, 1), (5, 1), (15, 1), (5, 5)])
@pytest.mark.parametrize("reject", [0.05, 0.3])
def test_the_share_of_strangers_let_in_is_the_one_accepted(
    fitted: Calibration, ways: int, shots: int, reject: float
) -> None:
    """`reject` would mean one thing with two classes and another with twenty."""
    _, _, strangers, known = asked(fitted, ways, shots, shots, reject)
    assert reject / 3 < strangers < reject * 2
    assert known > 0.7


def test_more_classes_never_let_in_more(fitted: Calibration) -> None:
    """With a class more a home would file a scan that it did not file before, by chance alone."""
    assert len(fitted.limits) > 3
    for row, following in pairwise(fitted.limits):
        assert all(one <= other for one, other in zip(row, following, strict=True))


def test_the_nearest_sequence_that_ascends() -> None:
    """Limits would be moved though they were in order, or not be in order in the end."""
    assert _ascending(np.array([1.0, 2.0, 2.0, 5.0])).tolist() == [1, 2, 2, 5]
    assert _ascending(np.array([3.0, 1.0, 2.0, 4.0])).tolist() == [2, 2, 2, 4]
    assert _ascending(np.array([4.0, 3.0, 2.0])).tolist() == [3, 3, 3]


def test_the_same_data_give_the_same_calibration() -> None:
    """Two trainings on the same data would ship two thresholds."""
    held = clusters(30, 4)
    first, again = (fit(held, seed=5) for _ in range(2))
    assert first == again
    assert fit(held, seed=6) != first


def test_what_is_fitted_can_be_stored_and_read(fitted: Calibration) -> None:
    """A training of hours would end in weights that are refused."""
    assert Calibration.of(fitted.stored(), fitted.cohort.rows().shape[1]) == fitted
    assert fitted.known[1] < 0 < fitted.choice
    assert list(fitted.kin) == sorted(fitted.kin)


@pytest.mark.parametrize("number", [3, 8, 21])
def test_few_classes_are_enough(number: int) -> None:
    """A training that holds out one alphabet would end in a traceback."""
    assert fit(clusters(number, 7, images=4), groups=3, episodes=100).limits


@pytest.mark.parametrize(
    "held", [[], clusters(2, 1), [*clusters(3, 1), clusters(1, 2, images=1)[0]]]
)
def test_too_little_is_refused_with_both_numbers(held: list[NDArray[np.float32]]) -> None:
    """A training of hours would end in a traceback."""
    with pytest.raises(DataError, match=f"{len(held)} classes .* 3 classes of 2 images"):
        fit(held, episodes=10)


def test_a_cohort_that_tells_is_counted() -> None:
    """Strangers of kinds that are known would be let in like any other."""
    held = clusters(60, 5, spread=0.4)
    cohort = Cohort.of([(str(key), one) for key, one in enumerate(held)])
    backgrounds = [
        Background(held, ["g"] * 60, np.random.default_rng(seed), cohort=cohort) for seed in (1, 2)
    ]
    found = fit_calibration(backgrounds, cohort=cohort, episodes=200)
    assert found.cohort == cohort
    assert found.known[3] < -1
    assert fit(held).known[3] == 0


def test_a_few_of_several_backgrounds_limit_the_crowd() -> None:
    """A fold of five classes would be asked for a support set of forty."""
    backgrounds = [
        Background(clusters(size, size), ["g"] * size, np.random.default_rng(size))
        for size in (5, 60)
    ]
    assert fit_calibration(backgrounds, episodes=100).crowds == (1, 2, 4)


def test_single_images_that_say_little_make_a_dull_kernel() -> None:
    """The nearest example would decide alone where it is nearest by chance."""
    vague, clear = (
        fit(clusters(60, 5, spread=spread), episodes=300).sharpness for spread in (0.5, 0.1)
    )
    assert vague < clear


def test_logistic_regression_finds_what_made_the_data() -> None:
    """Every score would be wrong alike."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=(20_000, 2))
    p = 1 / (1 + np.exp(-(0.5 - 2 * x[:, 0] + x[:, 1])))
    found = fit_logistic(x, rng.random(20_000) < p)
    assert found == pytest.approx((0.5, -2.0, 1.0), abs=0.1)


@pytest.mark.parametrize("right", [[False, False, True, True], [True] * 4, [False] * 4])
def test_data_without_an_overlap_stay_finite(right: list[bool]) -> None:
    """A branch without errors would have no score."""
    found = fit_logistic(np.array([[1.0], [0.9], [0.1], [0.0]]), np.array(right))
    assert np.isfinite(found).all()
    near, far = (1 / (1 + np.exp(-(found[0] + found[1] * x))) for x in (0.05, 0.95))
    if len(set(right)) == 2:
        assert near > 0.9
        assert far < 0.1
