"""What detectors are judged by: pictures, seen in every form, on every ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.detector.approaches.approach import Material
from models.detector.judging.contest import Exam
from models.detector.judging.trial import ORIGINAL
from models.detector.pictures.grounds import OTHERS, PLAIN, WHITE, cut_outs, on_grounds
from models.detector.pictures.picture import Picture, labels_of, planes_of
from models.detector.pictures.plane import Pixels
from models.episodes.classes import Watch

if TYPE_CHECKING:
    from models.siamese.embedder import Embedder

MISS: Final = 0.1
"""Share of the class that a detector that has seen no photographs of others may miss."""
_BATCH: Final = 16
_SHOWN: Final = (4, 2)  # of the class, and others, whose grounds a report shows
# Grounds to learn from: of pictures, which differ most, more than of shades.
_PRACTICE: Final = (OTHERS, WHITE, OTHERS, PLAIN, OTHERS, OTHERS)


def exam_of(
    pictures: Sequence[Picture],
    rounds: NDArray[np.int64],
    embedder: Embedder,
    *,
    let_in: float,
    drawn: bool,
    seed: int,
    watch: Watch,
) -> tuple[Exam, tuple[dict[str, Pixels], ...]]:
    """An exam on these pictures, and examples of what they look like on other grounds.

    Args:
        pictures: n of them.
        rounds: of shape (n,), see `models.detector.judging.rounds.rounds_of`.
        embedder: the product's branch.
        let_in: share of the others that may be taken for the class.
        drawn: others are drawings.
        seed: of grounds, and of whatever is drawn.
        watch: shown the pictures.
    """
    labels = labels_of(pictures)
    with watch("cutting things out", len(pictures)) as advance:
        cut = cut_outs(pictures, seed, advance)
    grounds = on_grounds(cut, rounds, seed)
    practice = [
        on_grounds(cut, rounds, seed + 1 + number)[name] for number, name in enumerate(_PRACTICE)
    ]
    with watch("embedding pictures", len(pictures) * (1 + len(grounds))) as advance:

        def embedded(shown: Sequence[Pixels]) -> NDArray[np.float32]:
            rows = []
            for start in range(0, len(shown), _BATCH):
                rows.append(embedder.embed(shown[start : start + _BATCH]))
                for _ in shown[start : start + _BATCH]:
                    advance()
            return np.concatenate(rows)

        originals = embedded([one.grey for one in pictures])
        shown = Material(labels, planes_of(pictures), originals)
        on = {
            name: Material(labels, planes, embedded(list(planes)))
            for name, planes in grounds.items()
        }
    exam = Exam(
        shown=shown,
        grounds=on,
        # Only what looks at planes is trained on them: their embeddings are not asked for.
        practice=tuple(Material(labels, planes, originals) for planes in practice),
        rounds=rounds,
        let_in=let_in,
        miss=MISS,
        drawn=drawn,
        seed=seed,
    )
    examples = [
        place
        for kind, most in zip((labels, ~labels), _SHOWN, strict=True)
        for place in np.flatnonzero(kind)[:most]
    ]
    return exam, tuple(
        {ORIGINAL: shown.planes[place]} | {name: planes[place] for name, planes in grounds.items()}
        for place in examples
    )
