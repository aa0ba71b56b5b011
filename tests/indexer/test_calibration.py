from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import WeightsError
from indexer.calibration import Calibration

CALIBRATION = Calibration(
    alone=(6.5, -24.0),
    among=(2.8, -19.0, 14.0),
    settled=(3.0, -19.0, 14.0, -1.5),
    shares=(1e-5, 1e-3, 0.01, 0.05, 0.2, 0.9),
    distances=(0.05, 0.1, 0.2, 0.3, 0.5, 0.9),
    crowding=0.5,
    tolerance=2.0,
)
distances = st.floats(0, 2)
rejects = st.floats(1e-6, 0.999)
counts = st.dictionaries(st.text(), st.integers(1, 10_000), min_size=1, max_size=30)


@given(distances, distances, st.none() | st.floats(0, 2))
def test_farther_is_never_surer(one: float, other: float, gap: float | None) -> None:
    """A worse match would be reported with more confidence."""
    near, far = sorted((one, other))
    assert 0 <= CALIBRATION.score(far, gap) <= CALIBRATION.score(near, gap) <= 1


@given(distances, st.floats(0, 2), st.floats(0, 2))
def test_a_runner_up_far_off_is_never_less_sure(far: float, one: float, other: float) -> None:
    """A close call would be reported with more confidence than a clear one."""
    narrow, wide = sorted((one, other))
    assert CALIBRATION.score(far, narrow) <= CALIBRATION.score(far, wide)


@given(distances, st.floats(0, 2), st.floats(0, 2), st.floats(0, 2))
def test_a_class_that_varies_less_is_surer_of_less(
    far: float, gap: float, one: float, other: float
) -> None:
    """A cone would be a cylinder with 99 percent, however alike the cylinders are."""
    tight, loose = sorted((one, other))
    assert CALIBRATION.score(far, gap, tight) <= CALIBRATION.score(far, gap, loose)


@given(counts, rejects, rejects)
def test_whoever_accepts_more_strangers_accepts_more(
    held: dict[str, int], one: float, other: float
) -> None:
    """`reject` would work backwards."""
    strict, lax = sorted((one, other))
    assert CALIBRATION.threshold(held, strict) <= CALIBRATION.threshold(held, lax)


@given(counts, rejects)
def test_more_chances_for_a_stranger_make_it_stricter(held: dict[str, int], reject: float) -> None:
    """Every class that is added would let in more strangers."""
    now = CALIBRATION.threshold(held, reject)
    assert CALIBRATION.threshold({**held, "one more \0": 1}, reject) <= now
    assert CALIBRATION.threshold({name: n + 5 for name, n in held.items()}, reject) <= now


def test_a_measured_share_has_its_measured_distance() -> None:
    """What the user accepts and what was measured would not meet."""
    for share, distance in zip(CALIBRATION.shares, CALIBRATION.distances, strict=True):
        assert CALIBRATION.threshold({"c": 1}, share) == pytest.approx(distance)


def test_outside_what_was_measured_nothing_is_made_up() -> None:
    """A thousand classes or an odd `reject` would give no threshold, or any."""
    crowd = {str(n): 100 for n in range(1000)}
    assert CALIBRATION.threshold(crowd, 0.001) == 0.05
    assert CALIBRATION.threshold({"c": 1}, 0.999) == 0.9


def test_a_manifest_keeps_it_whole() -> None:
    """The threshold would be another after a restart."""
    stored = json.loads(json.dumps(CALIBRATION.stored()))
    assert Calibration.of(stored) == CALIBRATION
    assert hash(Calibration.of(stored)) == hash(CALIBRATION)


WHOLE = CALIBRATION.stored()


@pytest.mark.parametrize(
    "stored",
    [
        {},
        *({key: value for key, value in WHOLE.items() if key != gone} for gone in WHOLE),
        WHOLE | {"alone": [1.0]},
        WHOLE | {"among": [1.0, 2.0]},
        WHOLE | {"among": 3},
        WHOLE | {"alone": ["a", "b"]},
        WHOLE | {"shares": [], "distances": []},
        WHOLE | {"shares": [0.1]},
        WHOLE | {"shares": [0.0, 0.2], "distances": [0.1, 0.2]},
        WHOLE | {"shares": [0.1, 0.2], "distances": [0.3, 0.2]},
        WHOLE | {"crowding": None},
    ],
)
def test_half_a_calibration_is_refused_at_the_start(stored: dict[str, Any]) -> None:
    """The first scan would end in a traceback, or every scan in the wrong folder."""
    with pytest.raises(WeightsError, match="calibration") as caught:
        Calibration.of(stored)
    assert "\n" not in str(caught.value)
