"""Training a detector as a use-case: gather, judge every approach, keep the best, tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import HomeError, UsageError
from config.home import Home
from config.settings import Settings
from indexer.evaluation.measures import auroc
from indexer.support import check_class_name, class_counts
from models.detector.judging.border import border_scores
from models.detector.judging.rounds import rounds_of
from models.detector.judging.trial import Comparison
from models.detector.saved.manifest import REPORT_FILE
from models.detector.saved.saving import save_detector
from models.episodes.classes import Watch, unwatched
from models.siamese.weights import SHIPPED
from service.desk.detectors.collecting import Collected, collected, told_left_out
from service.desk.detectors.entering import Entered, entered
from service.desk.detectors.judgement import with_judgement
from service.desk.detectors.known import write_known
from service.desk.detectors.publishing import (
    check_writable,
    publish_detector,
    reason_of,
    withhold_detector,
)
from service.desk.detectors.request import Request, completed
from service.desk.detectors.retraining import earlier_beside
from service.desk.detectors.telling import manifest_of
from service.reports.detectors.report import write_detector_report
from service.workers.engine import limits_of
from service.workers.judge import open_embedder

if TYPE_CHECKING:
    from models.detector.judging.contest import Entrant
    from models.siamese.embedder import Embedder

Tell = Callable[[str], None]


def train_detector(
    home: Home,
    settings: Settings,
    request: Request,
    *,
    threads: int,
    watch: Watch = unwatched,
    tell: Tell = lambda _line: None,
) -> Comparison:
    """Judge every approach on these pictures, and put the best where the service finds it.

    An earlier detector of that name is judged beside it, and set aside.

    Args:
        home: whose detector it becomes.
        settings: of the home.
        request: what is asked for.
        threads: that TensorFlow may take.
        watch: shown each stretch of work.
        tell: given what the person should know, line by line.

    Returns:
        What was judged; without trials where every approach had to be skipped: then nothing is
        changed.

    Raises:
        UsageError: the name is none of a folder, or no pictures are named.
        DataError: the pictures do not suffice.
        WeightsError: weights that were named are none.
        HomeError: it cannot be saved.
    """
    check_class_name(request.name)
    request = completed(home, request, tell)
    check_writable(home)
    found = collected(request, limits_of(settings), watch)
    for line in told_left_out(found.gathered.left_out):
        tell(line)
    for note in found.notes:
        tell(note)
    if class_counts(home.support).get(request.name):
        tell(
            f"there are examples of a class {request.name}, too: what either recognises is filed "
            f"to {home.sorted / request.name}"
        )
    rounds = rounds_of(found.gathered.pictures, seed=request.seed)
    embedder = open_embedder(SHIPPED, home.cache, threads=threads)
    entry = entered(request.approach, request.weights, home.cache, one_class=found.one_class)
    for approach, reason in entry.skipped.items():
        tell(f"{approach} is skipped: {reason}")
    comparison = Comparison(
        name=request.name,
        pictures=found.gathered.pictures,
        rounds=rounds,
        trials=(),
        left_out=found.gathered.left_out,
        skipped=entry.skipped,
        notes=found.notes,
        one_class=found.one_class,
        drawn=found.drawn,
    )
    if not entry.ways:
        return comparison
    try:
        comparison, best = _judged(
            home, settings, request, comparison, entry, embedder, found, watch, tell
        )
    except OSError as error:
        raise HomeError(
            f"the training cannot go on: {reason_of(error)}", "See that there is room on the disk"
        ) from None
    comparison = with_judgement(comparison, force=request.force)
    best = replace(best, trial=comparison.best)
    branch_id = embedder.branch_id if best.trial.approach == "branch" else ""
    manifest = manifest_of(comparison, best, request, branch_id)

    def write(folder: Path) -> None:
        write_known(folder, comparison)
        try:
            write_detector_report(folder / REPORT_FILE, comparison, limits_of(settings))
        except UsageError as error:
            tell(f"there is no report: {error}")
        # Last: it has all that is there on the disk.
        save_detector(folder, manifest, best.learned.head, best.learned.networks)

    if comparison.withheld:
        aside = withhold_detector(home, request.name, write)
        tell(f"{request.name} is not put to use: {comparison.withheld}. It lies at {aside}")
        return comparison
    earlier = publish_detector(home, request.name, write)
    if earlier is not None:
        tell(
            f"the detector until now lies at {earlier}: to go back, remove this one and move that "
            f"folder to {home.detectors / request.name}"
        )
    return comparison


def _judged(
    home: Home,
    settings: Settings,
    request: Request,
    comparison: Comparison,
    entry: Entered,
    embedder: Embedder,
    found: Collected,
    watch: Watch,
    tell: Tell,
) -> tuple[Comparison, Entrant]:
    """The comparison with all that was judged, the best first, and the best."""
    from models.detector.judging.contest import judged, measured
    from service.desk.detectors.exam import exam_of

    pictures, rounds, labels = comparison.pictures, comparison.rounds, comparison.labels
    exam, examples = exam_of(
        pictures, rounds, embedder, let_in=settings.reject, drawn=found.drawn,
        seed=request.seed, watch=watch,
    )  # fmt: skip
    entrants: list[Entrant] = []
    for way in entry.ways:
        steps = way.steps * (int(rounds.max()) + 2)
        with watch(f"training {way.title}", steps) as advance:
            entrants.append(measured(partial(judged, way, exam, advance)))
    try:
        entry.keep()
    except OSError as error:  # a cache: without it the next training takes longer
        tell(f"features are not kept for the next training: {reason_of(error)}")

    def by_validation(one: Entrant) -> float:
        """Not by the test: of four figures the highest is too high."""
        held = one.trial.validation
        return (auroc(held[labels], held[~labels]) or 0.0) if held is not None else 0.0

    entrants.sort(key=by_validation, reverse=True)
    told = replace(
        comparison,
        trials=tuple(one.trial for one in entrants),
        border=None if found.drawn else border_scores(pictures, rounds),
        grounds=examples,
        earlier=earlier_beside(home, request.name, pictures, exam.shown, embedder.branch_id, tell),
    )
    return told, entrants[0]
