"""The detector until now beside the new one, on pictures that neither has seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from config.errors import PigeonholeError
from config.home import Home
from models.detector.approaches.approach import Material
from models.detector.judging.trial import Earlier
from models.detector.pictures.picture import Picture
from models.detector.saved.manifest import MANIFEST_FILE
from models.detector.saved.running import Detector, load_detector
from service.desk.detectors.known import Known, read_known


def earlier_beside(
    home: Home,
    name: str,
    pictures: Sequence[Picture],
    shown: Material,
    branch_id: str,
    tell: Callable[[str], None],
) -> Earlier | None:
    """What the detector of that name makes of these pictures; None if there is none.

    Of pictures that it was trained on, the probability counts that they got in the round in which
    they were the test. What it never saw is shown to it now; not what shows the same as a picture
    that it was trained on, and nothing where nobody knows what that was.

    Args:
        home: where it is.
        name: of it.
        pictures: n of them.
        shown: the same.
        branch_id: of the product's branch.
        tell: told why it cannot be judged.
    """
    folder = home.detectors / name
    if not (folder / MANIFEST_FILE).is_file():
        return None
    try:
        detector = load_detector(folder, branch_id=branch_id)
        found = _unseen(detector, read_known(folder), pictures, shown)
    except Exception as error:  # noqa: BLE001 - whatever a damaged file makes a library raise
        # The new one is trained already: that work is not lost for the old one's sake.
        told = error.message if isinstance(error, PigeonholeError) else repr(error)
        tell(f"the detector until now is not judged beside the new one: {told}")
        return None
    manifest = detector.manifest
    title = str(manifest.training.get("title", manifest.approach))
    return Earlier(title, manifest.made_at, found, manifest.threshold)


def _unseen(
    detector: Detector, known: Known | None, pictures: Sequence[Picture], shown: Material
) -> NDArray[np.float64]:
    """The probability of each picture by what had not seen it; NaN where there is none."""
    if known is None:
        return np.full(len(pictures), np.nan)
    found = known.of([one.sha256 for one in pictures])
    seen = {one.group for one, held in zip(pictures, found, strict=True) if not np.isnan(held)}
    new = np.array([place for place, one in enumerate(pictures) if one.group not in seen], np.int64)
    if len(new):
        pages = [pictures[place].grey for place in new.tolist()]
        found[new] = detector.probabilities(pages, shown.embeddings[new])
    return found
