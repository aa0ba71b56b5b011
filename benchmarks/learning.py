"""Whether learning from corrections helps, and whether it can be poisoned, on real scans.

DATA is the folder of real data (its README says what lies where). Classes are shown with one
example each; then scans come one by one. A person corrects whatever went wrong, and confirms some of
what went right. Another half of the scans, of other source documents, tells how many are judged
rightly: before, with every correction learned, and with those that weighing lets pass. Then one
correction after the other is wrong on purpose.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from recognition_lines.bench import Network
from recognition_lines.kinds import KINDS, pictures_of
from recognition_lines.pictures import EmbeddedClass, PictureClass

from config.errors import DataError, PigeonholeError
from config.settings import Settings
from indexer.evaluation.measures import Proportion
from indexer.index import Example
from indexer.verdict import UNKNOWN
from models.page.scan import Scan
from models.siamese.weights import SHIPPED
from service.cli.output import notice, print_json
from service.workers.judge import Judge
from service.workers.weighing import Known, flips_of

LEAST: Final = 12
"""Images without which a kind is no class here."""
Row = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan in a trial: what it is, and its embedding."""

    name: str
    class_name: str
    row: Row


@dataclass
class Home:
    """Classes, and what a person has said.

    Attributes:
        network: that judges.
        examples: of the classes.
        said: what was corrected or confirmed, each with what it was said to be.
        weighs: whether a correction is weighed before it is learned.
    """

    network: Network
    examples: list[Seen]
    weighs: bool
    said: list[Seen] = field(default_factory=list)

    def judge(self) -> Judge:
        """By the examples of now."""
        return Judge.of(
            [_example(one) for one in self.examples],
            np.stack([one.row for one in self.examples]),
            self.network.calibration,
            reject=Settings().reject,
            branch_id="branch",
        )

    def learn(self, scan: Seen) -> bool:
        """A person says what a scan is; whether it becomes an example."""
        flips = flips_of(
            self.judge(), _example(scan), scan.row,
            [Known(n, Scan(Path(one.name), one.name, 1), one.class_name) for n, one in enumerate(self.said)],
            {one.name: one.row for one in self.said},
        )[0] if self.weighs else []  # fmt: skip
        self.said.append(scan)
        if not flips:
            self.examples.append(scan)
        return not flips


def main() -> int:
    """Measure and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of real data")
    parser.add_argument("--trials", type=int, default=20, help="draws of examples and orders")
    parser.add_argument("--confirmed", type=float, default=0.2, help="share that is confirmed")
    parser.add_argument("--slips", type=int, default=5, help="wrong corrections after each trial")
    parser.add_argument("--trained-on", action="store_true", help="use images of training, too")
    asked = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="pigeonhole-") as cache:
            _measure(asked, Network.opened(SHIPPED, [asked.data], Path(cache)))
    except PigeonholeError as error:
        notice(f"learning: {error}")
        return int(error.exit_code)
    return 0


def _measure(asked: argparse.Namespace, network: Network) -> None:
    classes = network.gallery.embed(list(_classes(asked, network)))
    if len(classes) < 2:
        raise DataError(f"{asked.data} has {len(classes)} kinds with {LEAST} images that are new")
    notice(", ".join(f"{one.name} {len(one)}" for one in classes))
    counts: Counter[str] = Counter()
    for seed in range(asked.trials):
        _trial(asked, network, classes, seed, counts)
    for name in sorted(counts):
        if not name.endswith(" of"):
            found = Proportion(counts[name], counts[f"{name} of"])
            low, high = found.interval
            share = round(found.count / max(1, found.total), 4)
            interval = [round(low, 4), round(high, 4)]
            print_json(
                {"what": name, "number": found.count, "of": found.total, "share": share,
                 "interval": interval}
            )  # fmt: skip


def _trial(
    asked: argparse.Namespace,
    network: Network,
    classes: Sequence[EmbeddedClass],
    seed: int,
    counts: Counter[str],
) -> None:
    rng = np.random.default_rng(seed)
    shown, coming, kept = _divided(classes, rng)
    confirms = rng.random(len(coming)) < asked.confirmed
    _count(counts, "1 right before", Home(network, shown, weighs=False), kept)
    for way, weighs in (("learned blindly", False), ("weighed", True)):
        home = Home(network, list(shown), weighs)
        for scan, confirmed in zip(coming, confirms, strict=True):
            (verdict,) = home.judge().judge(scan.row[None])
            if verdict.class_name != scan.class_name:
                counts[f"2 right corrections that became examples, {way}"] += home.learn(scan)
                counts[f"2 right corrections that became examples, {way} of"] += 1
            elif confirmed:
                home.said.append(scan)
        _count(counts, f"3 right after, {way}", home, kept)
        names = [one.class_name for one in shown]
        slip_rng = np.random.default_rng(seed)
        held = {one.name for one in home.said}
        fresh = [one for one in coming if one.name not in held]
        for number in slip_rng.permutation(len(fresh))[: asked.slips]:
            scan = fresh[number]
            wrong = slip_rng.choice([name for name in names if name != scan.class_name])
            counts[f"4 wrong corrections that became examples, {way}"] += home.learn(
                Seen(scan.name, str(wrong), scan.row)
            )
            counts[f"4 wrong corrections that became examples, {way} of"] += 1
        _count(counts, f"5 right after {asked.slips} wrong corrections, {way}", home, kept)


def _count(counts: Counter[str], name: str, home: Home, kept: Sequence[Seen]) -> None:
    verdicts = home.judge().judge(np.stack([one.row for one in kept]))
    for one, verdict in zip(kept, verdicts, strict=True):
        nearest = verdict.nearest.class_name if verdict.nearest else UNKNOWN
        counts[f"{name}: filed to its class"] += verdict.class_name == one.class_name
        counts[f"{name}: filed to another"] += verdict.class_name not in {one.class_name, UNKNOWN}
        counts[f"{name}: nearest class right"] += nearest == one.class_name
        for what in ("filed to its class", "filed to another", "nearest class right"):
            counts[f"{name}: {what} of"] += 1


def _divided(
    classes: Sequence[EmbeddedClass], rng: np.random.Generator
) -> tuple[list[Seen], list[Seen], list[Seen]]:
    """One example a class; what comes; what is kept back, of other source documents."""
    shown: list[Seen] = []
    coming: list[Seen] = []
    kept: list[Seen] = []
    for one in classes:
        scans = [Seen(f"{one.name}/{n}", one.name, row) for n, row in enumerate(one.embeddings)]
        origins = rng.permutation(np.unique(one.origins))
        first = set(origins[: max(1, len(origins) // 2)].tolist())
        apart = [n for n in range(len(one)) if str(one.origins[n]) in first]
        if len(apart) == len(one):  # all of one source: then by halves
            apart = rng.permutation(len(one))[: len(one) // 2].tolist()
        order = rng.permutation(apart).tolist()
        shown.append(scans[order[0]])
        coming += [scans[n] for n in order[1:]]
        kept += [scan for n, scan in enumerate(scans) if n not in set(order)]
    return shown, [coming[n] for n in rng.permutation(len(coming))], kept


def _classes(asked: argparse.Namespace, network: Network) -> Iterator[PictureClass]:
    for kind in KINDS:
        found = pictures_of(kind, asked.data, network.seen, network.working_side)
        pictures = tuple(one.picture for one in found if asked.trained_on or not one.trained_on)
        if len(pictures) >= LEAST:
            yield PictureClass("", kind.name, pictures)


def _example(scan: Seen) -> Example:
    return Example(scan.class_name, scan.name, scan.name)


if __name__ == "__main__":
    sys.exit(main())
