"""Which approaches take part, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import WeightsError
from service.desk.detectors import entering
from service.desk.detectors.entering import entered


@pytest.fixture(autouse=True)
def _no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that has no weights of MobileNet and no network."""

    def none(*_: object, **__: object) -> None:
        raise WeightsError("MobileNetV2 has no weights here", "Bring them")

    monkeypatch.setattr(entering, "_transfer", none)


def test_what_lacks_its_weights_is_skipped_and_the_others_go_on(tmp_path: Path) -> None:
    """Where there is no network nothing could be trained."""
    found = entered("all", None, tmp_path, one_class=False)
    assert [one.title for one in found.ways] == ["branch, nearest", "branch, logistic", "cnn"]
    assert found.skipped == {"transfer": "MobileNetV2 has no weights here. Bring them"}
    found.keep()


def test_from_the_class_alone_no_network_is_trained(tmp_path: Path) -> None:
    """A network that has seen nothing else would take everything for the class."""
    found = entered("all", None, tmp_path, one_class=True)
    assert [one.title for one in found.ways] == ["branch, distance"]
    assert set(found.skipped) == {"cnn", "transfer"}


def test_weights_that_are_named_are_not_skipped(tmp_path: Path) -> None:
    """A person who mistypes a name would get a detector without it."""
    with pytest.raises(WeightsError, match="no weights here"):
        entered("all", tmp_path / "weights.h5", tmp_path, one_class=False)
