"""The second half of training as a use-case: a shape eye and a texture eye become one branch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from config.errors import DataError
from config.words import counted
from models.drawing.solids import SOLID_KINDS
from models.episodes.classes import Watch, unwatched
from models.episodes.division import Division, as_kinds, divided
from models.episodes.held_names import refuse_strange_folds, refuse_unmatched
from models.episodes.listing import ListedClass
from models.episodes.spec import DataSpec
from models.siamese.branch import build_branch
from models.siamese.shapes import BranchShape, JoinShape
from models.siamese.weights import Manifest
from models.training.eye import eye_training, finished_eye
from models.training.folder import WEIGHTS_FILE, RunFolder, as_json
from models.training.gathering import Amounts, gather
from models.training.held_out import embed_by
from models.training.joining import JoinPlan, train_join, write_joined
from models.training.looks import DRAWN_KINDS
from service.desk.training.rounds import PAGES, Rounds, calibrated, counts, scores
from service.desk.training.training import refuse_few_held


def join_eyes(
    data: Sequence[DataSpec],
    pages: Sequence[DataSpec],
    *,
    eye: Path,
    hold_out: frozenset[str],
    folds: Sequence[frozenset[str]] = (),
    drawings: int,
    solids: bool,
    seed: int,
    out: Path,
    provenance: Mapping[str, Any],
    watch: Watch = unwatched,
    tell: Callable[[str], None] = lambda _line: None,
) -> Manifest:
    """Join a trained shape eye with a texture eye, judge, calibrate, write to ``out``.

    Nothing is written before the end: interrupted, it leaves nothing behind. There are no epochs,
    and so no curves to draw.

    Args:
        data: drawings, for which shape alone shall count.
        pages: kinds of documents, which texture tells apart.
        eye: the run folder or the manifest of the shape eye.
        hold_out: names of groups or classes, drawn ones too; what is held out by these and by
            the specs' shares is what the branch is judged and calibrated by.
        folds: kinds of documents that are held out together, once, to judge and calibrate by;
            the branch that is written has learned them. A fold's alike, real and drawn, belong
            together.
        drawings: pages drawn of each kind, see `Amounts`.
        solids: drawn solids are drawings, too.
        seed: of what is drawn, chosen and asked.
        out: the run folder.
        provenance: what else the manifest says.
        watch: shown the images as they are looked at.
        tell: given what the person should know, line by line.

    Raises:
        DataError: the data are not enough, ``eye`` is no finished training, or ``out`` is taken.
        WeightsError: the eye's weights are not those of its manifest.
        UsageError: see `divided`, `refuse_unmatched` and `refuse_strange_folds`.
    """
    folder = RunFolder(out)
    there = folder.refuse_taken()
    if there is not None and "join" not in there:
        raise DataError(
            f"{out} holds the training of a shape eye that is not finished",
            "Name another folder with --out",
        )
    shape_eye, made = finished_eye(eye)
    join = JoinShape(shape_dim=made.branch.eye.dim)
    branch = build_branch(BranchShape(made.branch.eye, join))
    branch.get_layer("shape_eye").set_weights(shape_eye.get_weights())
    plan, amounts, left_out = JoinPlan(), Amounts.of(drawings), _LeftOut(tell)
    with (
        # A symbol may bear the name of a kind of documents, "slide": the kind is meant.
        divided(data, hold_out - frozenset(DRAWN_KINDS)) as figures,
        divided(pages, hold_out, "--pages") as documents,
    ):
        refuse_unmatched(
            hold_out,
            [*figures, *documents],
            drawn=(*DRAWN_KINDS, *(SOLID_KINDS if solids else ())),
        )
        kinds = as_kinds(documents, PAGES)
        refuse_strange_folds(folds, kinds, {*DRAWN_KINDS}, hold_out)
        for fold in folds or [frozenset[str]()]:
            _check(figures, kinds.setting_aside(fold), solids=solids)
        held_kinds = kinds.setting_aside(frozenset[str]().union(*folds)).held
        trained = eye_training(made)
        eye_held = {
            name: trained.get("held_out", {}).get(name, {}).get("classes", 0)
            for name in trained.get("sources", ())
        }
        not_held_by_eye = hold_out - frozenset(trained.get("hold_out", ()))
        _warn(figures, held_kinds, not_held_by_eye, eye_held, tell)
        found = gather(
            kinds,
            figures,
            made.recipe,
            hold_out=hold_out,
            with_solids=solids,
            amounts=amounts,
            seed=seed,
            watch=watch,
            unreadable=left_out,
        )
        looking = Rounds(
            partial(train_join, branch.get_layer("join"), plan=plan),
            embed_by(branch, made.recipe),
            found,
            figures,
            kinds,
            hold_out,
            solids,
            seed,
            watch,
            left_out,
        )
        rounds = [looking.run(fold) for fold in folds or [frozenset()]]
        cohort = rounds[0].cohort
        if folds:
            looking.train()
            cohort = looking.cohort()
    left_out.sum_up()
    calibration = calibrated(rounds, cohort, seed)
    settings = {
        "plan": asdict(plan),
        "shape": asdict(join),
        "amounts": asdict(amounts),
        "seed": seed,
        "hold_out": sorted(hold_out),
        "folds": [sorted(fold) for fold in folds],
        "sources": found.described(),
        "held_out": counts(rounds),
        "eye_sha256": made.sha256,
    }
    return write_joined(
        branch,
        folder,
        kinds=[one.name for one in kinds.learned],
        settings={"join": settings},
        manifest=Manifest(
            weights=WEIGHTS_FILE,
            sha256="",
            branch=BranchShape(made.branch.eye, join),
            recipe=made.recipe,
            training={**provenance, "join": settings, "eye": trained},
            scores=scores(rounds, join, seed),
            calibration=as_json(calibration.stored()),
        ),
    )


class _LeftOut:
    """Tells of each image that is left out, once, and in the end of how many there were."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._lines: set[str] = set()

    def __call__(self, line: str) -> None:
        if line not in self._lines:
            self._lines.add(line)
            self._tell(f"left out: {line}")

    def sum_up(self) -> None:
        """Tell of all of them."""
        if self._lines:
            self._tell(f"images left out because they cannot be read: {len(self._lines)}")


def _check(figures: Sequence[Division], kinds: Division, *, solids: bool) -> None:
    """Refuse now what the join or its calibration would refuse after minutes.

    Raises:
        DataError: too few classes are held out or learned from, or too few images of them.
    """
    if not solids and not any(source.learned for source in figures):
        held = sum(len(source.held) for source in figures)
        raise DataError(
            f"{counted(held, 'class', 'classes')} of drawings held out and 0 are left to learn from, "
            "the gate needs 1",
            "Hold out fewer of --data",
        )
    refuse_few_held(
        (len(one.files) for source in (*figures, kinds) for one in source.held),
        "--data and --pages",
    )


def _warn(
    figures: Sequence[Division],
    held_kinds: Sequence[ListedClass],
    not_held_by_eye: frozenset[str],
    eye_held: Mapping[str, int],
    tell: Callable[[str], None],
) -> None:
    """Tell what will make the calibration worse than it looks."""
    names = {
        PurePosixPath(name).name
        for source in figures
        for one in source.held
        for name in (one.group, one.name)
    }
    for source in figures:
        held, told = sum(len(one.files) > 1 for one in source.held), eye_held.get(source.name)
        # One or two may have images that cannot be read: the eye's training did not count them.
        if told is not None and held > told + max(1, told // 20):
            tell(
                f"the eye's training held out {counted(told, 'class', 'classes')} of {source.name}, "
                f"here {held} are: what is measured on the others is too good"
            )
    if seen := sorted(names & not_held_by_eye):
        tell(
            f"the eye's training did not hold out {', '.join(seen)}: "
            "if it saw them, what is measured on them is too good"
        )
    if not held_kinds:
        tell("no kind of --pages is held out: scores on documents are not calibrated by any")
