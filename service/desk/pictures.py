"""Pictures of scans for those who look at them, drawn by a process of its own and kept a while."""

from __future__ import annotations

import functools
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import structlog

from config.errors import PigeonholeError
from config.home import Home
from config.settings import Settings
from models.page.limits import Limits
from models.page.picture import Picture
from models.page.scan import Fault
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.pictures import check_page, draw_page, draw_steps, measure_page, no_warm_up
from service.workers.process import WorkerDiedError

__all__ = ["Picture", "Pictures", "pictures_for_once"]

log = structlog.get_logger()

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds that drawing one picture may take."""
KEPT = 2000
"""Pictures that are kept: of thumbnails some 10 MB."""


@contextmanager
def pictures_for_once(home: Home, settings: Settings) -> Iterator[Pictures]:
    """What draws for one command, which another user than the service's may run: it leaves nothing in the home."""
    with tempfile.TemporaryDirectory(prefix="pigeonhole-") as cache:
        spec = replace(EngineSpec.of(home, settings), cache=Path(cache))
        with closing(Pictures(spec)) as pictures:
            yield pictures


class Pictures:
    """Draws pages and the steps of their preparation. For any thread.

    Args:
        spec: of the engine whose branch sees the pages.
    """

    def __init__(self, spec: EngineSpec) -> None:
        self._spec = replace(spec, job_timeout=PATIENCE)
        self._pool = PoolExecutor(1, self._spec, timeout=PATIENCE, warm_up=no_warm_up)
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Picture] = OrderedDict()

    @property
    def limits(self) -> Limits:
        """What a file may ask of this machine."""
        return self._spec.limits

    def close(self) -> None:
        """End the process."""
        self._pool.shutdown(cancel_futures=True)

    def page(self, path: Path, sha256: str, number: int, side: int) -> Picture | Fault:
        """A page of a file.

        Args:
            path: of the file.
            sha256: of its bytes, by which the picture is kept.
            number: of the page, from 1.
            side: its longest side, in pixels, at most.
        """
        key = (sha256, number, side)
        with self._lock:
            if sha256 and key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = self._drawn(functools.partial(draw_page, self._spec, path, number, side))
        if sha256 and not isinstance(drawn, Fault):
            with self._lock:
                self._kept[key] = drawn
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return drawn

    def fault(self, path: Path) -> Fault | None:
        """Why the first page of a file cannot be read; None if it can."""
        return self._drawn(functools.partial(check_page, self._spec, path))

    def size(self, path: Path, number: int) -> tuple[int, int] | Fault:
        """Width and height of a page; see `service.workers.pictures.measure_page`."""
        return self._drawn(functools.partial(measure_page, self._spec, path, number))

    def steps(self, path: Path, side: int) -> list[tuple[str, Picture]] | Fault:
        """What preparation makes of the first page; see `service.workers.pictures.draw_steps`."""
        return self._drawn(functools.partial(draw_steps, self._spec, path, side))

    def _drawn(self, draw: Callable[[], T | Fault]) -> T | Fault:
        try:
            return self._pool.submit(draw).result()
        except PigeonholeError:
            raise
        except TimeoutError:
            return Fault("worker", f"takes longer than {PATIENCE:g} s to draw")
        except WorkerDiedError as error:
            return Fault("worker", f"cannot be drawn: {error}")
        except MemoryError:
            return self._spec.limits.too_much_memory()
        except Exception as error:  # noqa: BLE001 - one odd scan must not stop the others
            log.error("drawing failed", reason=repr(error))
            return Fault("worker", "cannot be drawn", "The service's log tells more")
