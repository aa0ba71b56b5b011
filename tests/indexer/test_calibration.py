from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import WeightsError
from indexer.calibration import Calibration
from indexer.cohort import Cohort

DIM = 4
CALIBRATION = Calibration(
    sharpness=14.0,
    known=(6.0, -15.0, -2.0, -4.0),
    choice=20.0,
    shares=(0.001, 0.01, 0.05, 0.2, 0.9),
    crowds=(1, 10),
    limits=((4.0, 3.0, 1.5, 0.0, -5.0), (5.0, 4.0, 2.5, 1.0, -4.0)),
    kin=(0.05, 0.1, 0.15, 0.2, 0.3),
    cohort=Cohort.of([("letter", np.eye(DIM, dtype=np.float32)[:2])]),
)
distances = st.floats(0, 2)
rejects = st.floats(1e-6, 0.999)


def score(distances: list[float], cohort_distance: float = math.inf) -> float:
    """The score of a scan at these distances."""
    return CALIBRATION.score(distances, CALIBRATION.odds(distances, cohort_distance))


@given(distances, distances, st.none() | st.floats(0, 2))
def test_farther_is_never_surer(one: float, other: float, gap: float | None) -> None:
    """A worse match would be reported with more confidence."""
    near, far = sorted((one, other))
    scores = [score([d] if gap is None else [d, d + gap]) for d in (far, near)]
    assert 0 <= scores[0] <= scores[1] <= 1


@given(distances, st.floats(0, 2), st.floats(0, 2))
def test_a_runner_up_far_off_is_never_less_sure(far: float, one: float, other: float) -> None:
    """A close call would be reported with more confidence than a clear one."""
    narrow, wide = sorted((one, other))
    scores = [score([far, far + gap]) for gap in (narrow, wide)]
    assert scores[0] <= scores[1]


def test_two_classes_alike_are_a_toss_up() -> None:
    """A scan that lies as near to one class as to the other would be filed with confidence."""
    clear = score([0.1, 0.9])
    assert score([0.1, 0.1]) == pytest.approx(clear / 2, rel=1e-6)


@given(st.floats(-20, 20))
def test_a_score_without_a_rival_is_the_probability_of_its_odds(shift: float) -> None:
    """The score of a single class would be no probability."""
    distance = (6.0 - shift) / 15
    odds = CALIBRATION.odds([distance], math.inf)
    assert odds == pytest.approx(shift)
    assert score([distance]) / (1 - score([distance])) == pytest.approx(math.exp(shift), rel=1e-3)


@given(distances, distances, distances)
def test_the_nearer_to_a_stranger_the_less_sure(own: float, one: float, other: float) -> None:
    """A typed page would be filed as a ticket where no class of typed pages is."""
    near, far = sorted((one, other))
    assert score([own], near) <= score([own], far) <= score([own])
    assert own > far or score([own], far) == score([own]), (
        "farther than the class, it tells nothing"
    )


@given(st.floats(-20, 20), st.floats(0, 2), st.lists(st.floats(0, 2), max_size=4))
def test_a_score_tells_the_odds_that_it_was_made_of(
    odds: float, nearest: float, gaps: list[float]
) -> None:
    """A scan that was judged before would be decided otherwise than one judged now."""
    distances = [nearest, *(nearest + gap for gap in sorted(gaps))]
    found = CALIBRATION.odds_of(CALIBRATION.score(distances, odds), distances)
    assert found == pytest.approx(odds, abs=1e-5)


@given(rejects, rejects, st.integers(1, 10_000))
def test_whoever_accepts_more_strangers_accepts_more(one: float, other: float, n: int) -> None:
    """`reject` would work backwards."""
    strict, lax = sorted((one, other))
    assert CALIBRATION.limit(strict, n) >= CALIBRATION.limit(lax, n)


def test_a_measured_share_has_its_measured_limit() -> None:
    """What the user accepts and what was measured would not meet."""
    for crowd, row in zip(CALIBRATION.crowds, CALIBRATION.limits, strict=True):
        for share, limit in zip(CALIBRATION.shares, row, strict=True):
            assert CALIBRATION.limit(share, crowd) == pytest.approx(limit)
    assert 1.5 < CALIBRATION.limit(0.05, 3) < 2.5


def test_outside_what_was_measured_nothing_is_made_up() -> None:
    """A thousand classes or an odd `reject` would give no limit, or any."""
    assert CALIBRATION.limit(1e-9, 1) == 4.0
    assert CALIBRATION.limit(0.999, 10_000) == -4.0


@given(distances, st.none() | distances)
def test_an_image_is_confused_the_more_the_nearer_the_other_class(
    other: float, own: float | None
) -> None:
    """`classes check` would name the classes that are well apart."""
    far, near = CALIBRATION.confusion(own, np.array([other + 0.1, other]))
    assert 0 <= far <= near <= 1


def test_what_is_not_known_of_a_class_is_what_is_usual() -> None:
    """A class of one example could be as close to another as it likes."""
    near, far = CALIBRATION.confusion(None, np.array([0.0, 1.0]))
    assert near > 0.8
    assert far < 0.01
    assert CALIBRATION.confusion(0.3, np.array(0.3)) == pytest.approx(0.5)


def test_a_manifest_keeps_it_whole() -> None:
    """The threshold would be another after a restart."""
    stored = json.loads(json.dumps(CALIBRATION.stored()))
    assert Calibration.of(stored, DIM) == CALIBRATION
    assert hash(Calibration.of(stored, DIM)) == hash(CALIBRATION)


WHOLE = CALIBRATION.stored()


@pytest.mark.parametrize(
    "stored",
    [
        {},
        *({key: value for key, value in WHOLE.items() if key != gone} for gone in WHOLE),
        WHOLE | {"sharpness": 0},
        WHOLE | {"choice": -1.0},
        WHOLE | {"known": [1.0, -2.0]},
        WHOLE | {"known": [6.0, 15.0, -2.0, -4.0]},
        WHOLE | {"known": [6.0, -15.0, -2.0, 4.0]},
        WHOLE | {"known": [float("nan"), -15.0, -2.0, -4.0]},
        WHOLE | {"known": 3},
        WHOLE | {"known": list("abcd")},
        WHOLE | {"shares": [], "limits": [[], []]},
        WHOLE | {"shares": [0.1]},
        WHOLE | {"shares": [0.0, 0.2], "limits": [[0.2, 0.1]] * 2},
        WHOLE | {"shares": [0.1, 1.0], "limits": [[0.2, 0.1]] * 2},
        WHOLE | {"shares": [0.1, 0.2], "limits": [[0.2, 0.3]] * 2},
        WHOLE | {"limits": WHOLE["limits"][:1]},
        WHOLE | {"crowds": [0, 10]},
        WHOLE | {"crowds": [10, 1]},
        WHOLE | {"crowds": [], "limits": []},
        WHOLE | {"kin": []},
        WHOLE | {"kin": [0.2, 0.1]},
        WHOLE | {"choice": None},
        WHOLE | {"cohort": 3},
        WHOLE | {"cohort": {"letter": "%"}},
        WHOLE | {"cohort": {"letter": "AAAA"}},
        WHOLE | {"cohort": {"letter": "ADwAAA==", "ticket": "ADw="}},
        WHOLE | {"cohort": {"letter": "AHwAAA=="}},
    ],
)
def test_half_a_calibration_is_refused_at_the_start(stored: dict[str, Any]) -> None:
    """The first scan would end in a traceback, or every scan in the wrong folder."""
    with pytest.raises(WeightsError, match="calibration") as caught:
        Calibration.of(stored, DIM)
    assert "\n" not in str(caught.value)
