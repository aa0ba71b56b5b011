"""The detector until now beside the new one, on pictures that neither has seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from config.errors import WeightsError
from config.home import Home
from models.detector.approaches.approach import Material
from models.detector.judging.trial import Earlier
from models.detector.pictures.picture import Picture
from models.detector.saved.manifest import MANIFEST_FILE
from models.detector.saved.running import load_detector
from service.desk.detectors.known import read_known


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
    they were the test. What it never saw is shown to it now.

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
    except WeightsError as error:
        tell(f"the detector until now is not judged beside the new one: {error.message}")
        return None
    found = read_known(folder).of([one.sha256 for one in pictures])
    new = np.flatnonzero(np.isnan(found))
    if len(new):
        pages = [pictures[place].grey for place in new.tolist()]
        found[new] = detector.probabilities(pages, shown.embeddings[new])
    manifest = detector.manifest
    title = str(manifest.training.get("title", manifest.approach))
    return Earlier(title, manifest.made_at, found, manifest.threshold)
