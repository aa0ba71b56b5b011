"""Which signals tell strangers from the known, and how true scores are on kinds never fitted on.

Give the weights the calls that trained them: what training held out of each source is a domain.
Whatever is fitted is fitted on the other domains and, with ``--leave classes``, on the other half
of the domain's own classes: users' images are of kinds that are not here, but some are of families
that are. Strangers are of the same domain: the hard case. ``docs/rejection.md`` holds what came out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rejection_study.signals import OF_SEVERAL, SIGNALS
from rejection_study.trial import FITS, SETTINGS, Asked, ask, fit

from indexer.calibration import Calibration
from indexer.evaluation.measures import auroc, calibration_error, kept_at, reliability
from models.episodes.spec import FORM, DataSpec
from models.siamese.weights import SHIPPED
from service.workers.judge import open_embedder

RESAMPLES = 200


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", action="append", required=True, metavar=FORM)
    parser.add_argument("--pages", action="append", default=[], metavar=FORM)
    parser.add_argument("--hold-out", action="append", default=[], metavar="NAME")
    parser.add_argument("--manifest", type=Path, default=SHIPPED)
    parser.add_argument("--images", type=int, default=40, help="at most so many of a class")
    parser.add_argument("--queries", type=int, default=1000, help="of each domain and setting")
    parser.add_argument("--leave", choices=("domain", "classes"), default="domain")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        embedder = open_embedder(asked.manifest, Path(folder), threads=1)
        # Keras, beneath it, is set up by the line above.
        from rejection_study.domains import held_domains

        domains = held_domains(
            [DataSpec.parse(text) for text in asked.data],
            [DataSpec.parse(text, "--pages") for text in asked.pages],
            frozenset(asked.hold_out),
            embedder.embed,
            images=asked.images,
            seed=asked.seed,
        )
    cohort = Calibration.of(embedder.calibration, embedder.dim).cohort
    found: dict[str, dict[str, Asked]] = {setting.name: {} for setting in SETTINGS}
    for domain in domains:
        others = [one for one in domains if one is not domain]
        left = domain
        if asked.leave == "classes":
            left, rest = domain.halves()
            others.append(rest)
        fitted = fit(others, cohort, asked.seed)
        for setting in SETTINGS:
            answer = ask(left, setting, fitted, asked.queries, asked.seed)
            if answer is not None:
                found[setting.name][domain.name] = answer
    report = {
        "branch_id": embedder.branch_id,
        "domains": {one.name: len(one.classes) for one in domains},
        "queries": asked.queries,
        "left out": asked.leave,
        "settings": {name: _setting(answers) for name, answers in found.items()},
    }
    if asked.json:
        json.dump(report, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        _show(report)


def _setting(answers: dict[str, Asked]) -> dict[str, Any]:
    """Means over domains with class-wise intervals, and each domain's own figures."""
    each = list(answers.values())
    signals = [
        name
        for name in (*SIGNALS, "odds as shipped", "score as shipped")
        if each[0].n_classes > 1 or name not in OF_SEVERAL
    ]
    return {
        "signals": {
            name: {
                "auroc": _interval(each, partial(_auroc, name)),
                "kept": _interval(each, partial(_kept, name)),
            }
            for name in signals
        },
        "right": {name: _interval(each, partial(_right, name)) for name in each[0].right},
        "ece": {name: _interval(each, partial(_ece, name)) for name in FITS},
        "ece_pooled": {name: _pooled_ece(each, name) for name in FITS},
        "domains": {name: _domain(one) for name, one in answers.items()},
    }


def _domain(one: Asked) -> dict[str, float]:
    rows = np.arange(len(one.known))
    return {
        "classes": one.n_classes,
        "right": _right("kernel of 5", one, rows),
        "AUROC of odds": _auroc("odds as shipped", one, rows),
        "ECE": _ece("as shipped", one, rows),
        "strangers let in": float(one.accepted[~one.known].mean()),
        "known let in": float(one.accepted[one.known].mean()),
    }


def _values(name: str, one: Asked) -> NDArray[np.float64]:
    return one.scores["as shipped"] if name == "score as shipped" else one.signals[name]


def _right(name: str, one: Asked, rows: NDArray[np.int64]) -> float:
    return float(one.right[name][rows][one.known[rows]].mean())


def _auroc(name: str, one: Asked, rows: NDArray[np.int64]) -> float:
    values, known = _values(name, one)[rows], one.known[rows]
    return auroc(values[known], values[~known]) or 0.0


def _kept(name: str, one: Asked, rows: NDArray[np.int64]) -> float:
    values, known = _values(name, one)[rows], one.known[rows]
    kept = kept_at(values[known], values[~known], 0.05)
    return (kept.share if kept else None) or 0.0


def _ece(name: str, one: Asked, rows: NDArray[np.int64]) -> float:
    right = one.right["kernel of 5"][rows]
    return calibration_error(reliability(one.scores[name][rows], right.tolist())) or 0.0


def _pooled_ece(each: Sequence[Asked], name: str) -> float:
    scores = np.concatenate([one.scores[name] for one in each])
    right = np.concatenate([one.right["kernel of 5"] for one in each])
    return calibration_error(reliability(scores, right.tolist())) or 0.0


def _interval(
    each: Sequence[Asked], measure: Callable[[Asked, NDArray[np.int64]], float]
) -> tuple[float, float, float]:
    """The mean over domains, and its 95 % interval by drawing classes anew (bootstrap)."""
    rng = np.random.default_rng(0)
    all_rows = [np.arange(len(one.known)) for one in each]
    mean = float(np.mean([measure(one, rows) for one, rows in zip(each, all_rows, strict=True)]))
    members = [
        [np.flatnonzero(one.classes == key) for key in np.unique(one.classes)] for one in each
    ]
    means = []
    for _ in range(RESAMPLES):
        values = []
        for one, held in zip(each, members, strict=True):
            drawn = rng.integers(len(held), size=len(held))
            rows = np.concatenate([held[key] for key in drawn])
            if one.known[rows].any() and not one.known[rows].all():
                values.append(measure(one, rows))
        means.append(np.mean(values))
    low, high = np.quantile(means, [0.025, 0.975])
    return mean, float(low), float(high)


def _show(report: dict[str, Any]) -> None:
    classes = ", ".join(f"{name} {n}" for name, n in report["domains"].items())
    print(
        f"branch {report['branch_id']}; classes: {classes}; {report['queries']} queries each; "
        f"fitted without the {report['left out']} asked for"
    )
    for name, one in report["settings"].items():
        print(f"\n## {name}\n\n| signal | AUROC | known kept at 5 % strangers |\n|---|---|---|")
        for signal, values in one["signals"].items():
            print(f"| {signal} | {_span(values['auroc'])} | {_span(values['kept'])} |")
        right = "; ".join(f"{way} {_span(value)}" for way, value in one["right"].items())
        print(f"\nnearest class right: {right}")
        errors = "; ".join(
            f"{way} {_span(value)}, pooled {one['ece_pooled'][way]:.3f}"
            for way, value in one["ece"].items()
        )
        print(f"expected calibration error: {errors}\n")
        columns = list(next(iter(one["domains"].values())))
        print(f"| domain | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 1)}")
        for domain, values in one["domains"].items():
            cells = (f"{values[column]:.3f}".removesuffix(".000") for column in columns)
            print(f"| {domain} | {' | '.join(cells)} |")


def _span(value: Sequence[float]) -> str:
    return f"{value[0]:.3f} ({value[1]:.3f} to {value[2]:.3f})"


if __name__ == "__main__":
    main()
