"""Pictures that are shown and asked for, and their embeddings, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from models.page.read import Limits, read_pages
from models.page.scan import Fault

if TYPE_CHECKING:
    from models.siamese.embedder import Embedder

Pixels = NDArray[np.uint8]
_LIMITS = Limits(max_image_pixels=150_000_000, max_file_bytes=512 * 2**20, max_pages=100)
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Picture:
    """One image, not made or read yet.

    Attributes:
        name: unique among all pictures: where it lies, or what it is drawn from.
        origin: what it shares with other images of its class that are too much alike to be
            example and query: the document that it is a page of, the hand that drew it.
        pixels: gives uint8 of shape (height, width).
    """

    name: str
    origin: str
    pixels: Callable[[], Pixels]


@dataclass(frozen=True, slots=True)
class PictureClass:
    """The pictures of one class.

    Attributes:
        group: episodes stay within a group: an alphabet, a set of layouts.
        name: unique within its group.
        pictures: at least two, if it is to be asked for.
    """

    group: str
    name: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedClass:
    """The embeddings of a `PictureClass`.

    Attributes:
        group, name: see `PictureClass`.
        embeddings: float32 of shape (n, dim), rows of length 1.
        origins: of each row, of shape (n,).
    """

    group: str
    name: str
    embeddings: NDArray[np.float32]
    origins: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.embeddings)


@dataclass
class Gallery:
    """Embeds pictures in batches, and none of them twice.

    Args:
        embedder: the branch.
    """

    embedder: Embedder
    _rows: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def embed(self, classes: Sequence[PictureClass]) -> list[EmbeddedClass]:
        """The classes' embeddings, in their order."""
        wanted = {picture.name: picture for one in classes for picture in one.pictures}
        waiting = [picture for name, picture in wanted.items() if name not in self._rows]
        for at in range(0, len(waiting), _BATCH):
            batch = waiting[at : at + _BATCH]
            rows = self.embedder.embed([picture.pixels() for picture in batch])
            self._rows.update(zip((picture.name for picture in batch), rows, strict=True))
        return [
            EmbeddedClass(
                one.group,
                one.name,
                np.stack([self._rows[picture.name] for picture in one.pictures]),
                np.array([picture.origin for picture in one.pictures]),
            )
            for one in classes
        ]


def page_of(data: bytes, name: str, working_side: int) -> Pixels:
    """The first page of a file, read as the service reads it.

    Args:
        data: the file.
        name: for messages.
        working_side: see `models.page.prepare.Recipe`.

    Raises:
        DataError: it cannot be read.
    """
    found = read_pages(data, _LIMITS, least_side=working_side, first_only=True)
    if isinstance(found, Fault):
        raise DataError(f"{name} {found.reason}", found.advice)
    return found.pages[0].pixels


def count(classes: Iterable[PictureClass]) -> int:
    """Number of pictures."""
    return sum(len(one.pictures) for one in classes)
