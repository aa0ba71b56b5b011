"""What every line is measured with: the network, the data, what was trained on, how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from indexer.calibration import Calibration
from models.episodes.listing import listed
from models.siamese.weights import read_manifest
from service.workers.judge import open_embedder

from .kinds import Kind, RealPicture, is_unseen, pictures_of
from .pictures import Gallery, Picture, PictureClass, page_of
from .seen import Seen


@dataclass(frozen=True, slots=True)
class Network:
    """A trained network.

    Attributes:
        manifest: path of its manifest.
        gallery: embeds by it.
        calibration: of its distances.
        seen: what it was trained on.
    """

    manifest: Path
    gallery: Gallery
    calibration: Calibration
    seen: Seen

    @classmethod
    def opened(cls, manifest: Path, places: list[Path], cache: Path) -> Network:
        """Load it, to compute with one thread.

        Args:
            manifest: of its weights.
            places: folders in which its training data may lie.
            cache: the folder Keras may write into.

        Raises:
            WeightsError: it is not usable.
        """
        seen = Seen.of(read_manifest(manifest).training, places)
        embedder = open_embedder(manifest, cache, threads=1)
        return cls(
            manifest, Gallery(embedder), Calibration.of(embedder.calibration, embedder.dim), seen
        )

    @property
    def working_side(self) -> int:
        """The longest side at which it looks at pages, in pixels."""
        return self.gallery.embedder.recipe.working_side


@dataclass(frozen=True, slots=True)
class Bench:
    """What is asked.

    Attributes:
        data: the folder of real data.
        network: the one that is measured.
        trials: of each row: queries, or episodes.
        seed: of every drawing and draw.
        only_unseen: leave out images that are known to have been trained on.
    """

    data: Path
    network: Network
    trials: int
    seed: int
    only_unseen: bool = False

    def real(self, kind: Kind) -> list[RealPicture]:
        """The images of a kind that may be used; perhaps none."""
        found = pictures_of(kind, self.data, self.network.seen, self.network.working_side)
        return [one for one in found if not (self.only_unseen and one.trained_on)]

    def is_unseen(self, kind: Kind) -> bool:
        """See `kinds.is_unseen`."""
        seen, side = self.network.seen, self.network.working_side
        return is_unseen(kind, pictures_of(kind, self.data, seen, side), seen)

    def unseen_classes(self, place: str, origin: Callable[[str], str] = str) -> list[PictureClass]:
        """The classes of a zip file, without the images that training saw; two images and more.

        An image counts as seen by its bytes: collections share images, under other names too.

        Args:
            place: relative to the folder of real data.
            origin: of an image, by its name.

        Raises:
            DataError: there is no such zip file.
        """
        found = []
        path = self.data / place
        with listed(path) as there:
            for one in there:
                pictures = []
                for file in one.files:
                    data = file.read()
                    if not self.network.seen.has(data):
                        name = f"{place}/{file.name}"
                        read = partial(page_of, data, name, self.network.working_side)
                        pictures.append(Picture(name, origin(file.name), read))
                if len(pictures) > 1:
                    found.append(PictureClass(one.group, one.name, tuple(pictures)))
        return found
