"""Size of the weights, and the time that a page takes on one core."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from models.page.prepare import prepare
from models.page.views import views_of
from models.siamese.weights import read_manifest

from .bench import Bench
from .kinds import TICKET
from .pictures import Pixels
from .rows import Measure, Row

if TYPE_CHECKING:
    from models.siamese.embedder import Embedder

BATCH: Final = 64
_ROUNDS: Final = 9


def measure(bench: Bench) -> list[Row]:
    """The weights' size, and times of real receipts as the service reads them.

    What a branch takes is a prepared page, so its time is that of its two eyes: of describing
    the texture, and of the network. Preparation is measured beside it, and both together;
    decoding does not count. Times are processor time of all threads of this process, of which
    each library has one to compute with: what a core spends, whatever else the machine does.
    Medians over rounds, after one round that is not counted.
    """
    network = bench.network
    file = network.manifest.parent / read_manifest(network.manifest).weights
    embedder = network.gallery.embedder
    pages = [one.picture.pixels() for one in bench.real(TICKET)[:BATCH]]
    batch = (pages * BATCH)[:BATCH]
    views = views_of(batch, embedder.recipe, texture=embedder.sees_texture)
    preparing = _times(lambda: [prepare(page, embedder.recipe) for page in batch])
    seeing = _times(lambda: views_of(batch, embedder.recipe, texture=embedder.sees_texture))
    describing = _beyond(seeing, preparing)
    together = _times(lambda: embedder.embed_views(views))
    alone = _times(lambda: _one_by_one(embedder, batch))
    measured = f"{len(pages)} receipts on one core"
    size = file.stat().st_size / 1e6
    described = statistics.median(describing)
    return [
        Row("weights", file.name, Measure.SIZE, size, target=10.0),
        _row("page through both eyes, alone", measured, _beyond(alone, preparing), 6.0),
        _row(
            "page through both eyes, 64 at once",
            measured,
            [described + one for one in together],
            3.0,
        ),
        _row("of it the texture's description", measured, describing),
        _row("preparation of a page", measured, preparing),
        _row("preparation and both eyes, alone", measured, alone),
        _row(
            "preparation and both eyes, 64 at once", measured, _times(lambda: embedder.embed(batch))
        ),
    ]


def _row(line: str, measured: str, times: Sequence[float], target: float | None = None) -> Row:
    value = max(statistics.median(times), 0.0)
    return Row(line, measured, Measure.TIME, value, target=target)


def _times(work: Callable[[], object]) -> list[float]:
    """Milliseconds a page of each round over the batch."""
    work()
    found = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        work()
        found.append((time.process_time() - started) / BATCH * 1000)
    return found


def _beyond(whole: Sequence[float], part: Sequence[float]) -> list[float]:
    """What each round took beyond the median of its part."""
    middle = statistics.median(part)
    return [one - middle for one in whole]


def _one_by_one(embedder: Embedder, pages: Sequence[Pixels]) -> None:
    for page in pages:
        embedder.embed([page])
