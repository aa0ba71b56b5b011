"""Detectors beside a plain network of the kind that tutorials train, on the same pictures.

POSITIVES and OTHERS are folders of pictures. Every approach of the product, and a plain
convolutional network with and without augmentation, learn and are judged in the same rounds:
whole groups of pictures take turns at being the test.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from config.errors import PigeonholeError
from config.settings import Settings
from indexer.evaluation.detectors import summarise_trial
from indexer.evaluation.measures import auroc
from models.detector.judging.rounds import rounds_of
from models.detector.pictures.gathering import gather
from models.detector.pictures.picture import labels_of
from models.siamese.weights import SHIPPED
from service.cli.output import notice, print_json
from service.cli.progress import progress_bar
from service.workers.engine import limits_of
from service.workers.judge import open_embedder


def main() -> int:
    """Print one JSON object an approach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("positives", type=Path)
    parser.add_argument("others", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("own", "plain"), help="leave the others out")
    asked = parser.parse_args()
    settings = Settings()
    gathered = gather([asked.positives], [asked.others], limits_of(settings), progress_bar)
    pictures = gathered.pictures
    rounds = rounds_of(pictures, seed=asked.seed)
    threads = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as cache:
        embedder = open_embedder(SHIPPED, Path(cache), threads=threads)
        from detector_lines.plain import PlainWay

        from models.detector.judging.contest import judged, measured
        from service.desk.detectors.entering import entered
        from service.desk.detectors.exam import exam_of

        exam, _ = exam_of(
            pictures, rounds, embedder, let_in=settings.reject, one_class=False,
            seed=asked.seed, watch=progress_bar,
        )  # fmt: skip
        entry = entered("all", None, Path(cache), one_class=False)
        for approach, reason in entry.skipped.items():
            notice(f"{approach} is skipped: {reason}")
        own, plain = entry.ways, (PlainWay(), PlainWay(augmented=True))
        ways = {"own": own, "plain": plain, None: (*own, *plain)}[asked.only]
        labels = labels_of(pictures)
        for way in ways:
            found = measured(lambda way=way: judged(way, exam))  # type: ignore[misc]
            summary = summarise_trial(found.trial, labels)
            cost, scores = found.trial.cost, found.trial.scores
            assert cost is not None
            print_json(
                {
                    "approach": way.title,
                    "seed": asked.seed,
                    "positives": int(labels.sum()),
                    "others": int((~labels).sum()),
                    "auroc": round(summary.area.value, 4),
                    "auroc of scores": round(auroc(scores[labels], scores[~labels]) or 0.0, 4),
                    "interval": [round(summary.area.low, 4), round(summary.area.high, 4)],
                    "kept": [summary.kept.count, summary.kept.total],
                    "let_in": [summary.let_in.count, summary.let_in.total],
                    "grounds": {
                        name: {
                            "auroc": round(one.area.value, 4),
                            "loss": round(one.loss.value, 4),
                            "interval": [round(one.loss.low, 4), round(one.loss.high, 4)],
                        }
                        for name, one in summary.grounds.items()
                    },
                    "train_seconds": round(cost.train_seconds, 1),
                    "use_milliseconds": round(cost.use_milliseconds, 2),
                    "disk_bytes": cost.disk_bytes,
                }
            )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PigeonholeError as error:
        notice(f"{error}")
        sys.exit(error.exit_code)
