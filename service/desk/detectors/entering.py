"""Which approaches are tried, and why others are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from config.errors import WeightsError
from models.detector.features.space import Approach

if TYPE_CHECKING:
    from models.detector.approaches.approach import Way

Asked = Literal["cnn", "transfer", "branch", "all"]

_ALL: tuple[Approach, ...] = ("branch", "cnn", "transfer")


@dataclass(frozen=True, slots=True)
class Entered:
    """Those that take part.

    Attributes:
        ways: what is tried.
        skipped: what is not, with the reason, by approach.
        keep: call it afterwards: what can be used again is kept.
    """

    ways: tuple[Way, ...]
    skipped: Mapping[str, str]
    keep: Callable[[], None]


def entered(asked: Asked, weights: Path | None, cache: Path, *, one_class: bool) -> Entered:
    """What is asked for, as far as it can be tried. Keras must be set up before.

    Args:
        asked: which approach, or all.
        weights: of MobileNet; None for those of ImageNet.
        cache: where features are kept from one training to the next.
        one_class: others are not to be learned from.

    Raises:
        WeightsError: ``weights`` cannot be used.
    """
    ways: list[Way] = []
    skipped: dict[str, str] = {}
    keep: list[Callable[[], None]] = []
    for approach in _ALL if asked == "all" else (asked,):
        if approach == "branch":
            ways += _branch(one_class=one_class)
        elif approach == "cnn" and one_class:
            skipped["cnn"] = "it learns what tells the class from others: name some with --others"
        elif approach == "cnn":
            from models.detector.approaches.cnn import CnnWay

            ways.append(CnnWay())
        else:
            try:
                way, after = _transfer(weights, cache, one_class=one_class)
            except WeightsError as error:
                if weights is not None:
                    raise
                skipped["transfer"] = str(error)
            else:
                ways.append(way)
                keep.append(after)

    def keep_all() -> None:
        for one in keep:
            one()

    return Entered(tuple(ways), skipped, keep_all)


def _branch(*, one_class: bool) -> list[Way]:
    from models.detector.approaches.branch import LogisticWay, NearestWay
    from models.detector.approaches.one_class import DistanceWay

    return [DistanceWay()] if one_class else [NearestWay(), LogisticWay()]


def _transfer(
    weights: Path | None, cache: Path, *, one_class: bool
) -> tuple[Way, Callable[[], None]]:
    from models.detector.approaches.transfer import TransferWay
    from models.detector.features.transfer import keep_features, kept_features, open_mobilenet

    network, digest = open_mobilenet(weights)
    file = cache / "detectors" / f"mobilenet-{digest}.npz"
    kept = kept_features(file)

    def keep() -> None:
        if kept:
            keep_features(file, kept)

    return TransferWay(network, kept, "distance" if one_class else "dense"), keep
