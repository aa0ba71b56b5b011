"""Running the daemon: the lock, the ledger, the workers and the signals around it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import structlog

from config.home import Home
from config.settings import Settings
from models.siamese.weights import SHIPPED, check_weights, read_manifest
from models.ticket.engines import check_engine
from service.daemon.daemon import Daemon, Report
from service.lock import only_daemon
from service.workers.dispatcher import Dispatcher
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.temporary import remove_what_the_dead_left
from storage.checkpoints import checkpointed
from storage.database import Database
from storage.ledger import Ledger

log = structlog.get_logger()


@contextmanager
def daemon_of(
    home: Home, settings: Settings, *, report: Report = lambda _closed: None
) -> Iterator[Daemon]:
    """The daemon of a home, its workers started, its ledger open, the home locked.

    Raises:
        HomeBusyError: another daemon works here.
        OcrError: the reading engine or a language is missing, and classes are to be read.
        WeightsError: the shipped weights are not those of their manifest.
        DatabaseError: the ledger cannot be opened.
    """
    if settings.read_classes:
        check_engine(settings.ocr_engine, settings.ocr_language)
    manifest = read_manifest(SHIPPED)
    check_weights(SHIPPED.parent / manifest.weights, manifest)
    with ExitStack() as stack:
        stack.enter_context(only_daemon(home.lock_file))
        remove_what_the_dead_left(home.cache)
        database = Database.open(home.database)
        stack.callback(database.close)
        stack.enter_context(checkpointed(database))
        spec = EngineSpec.of(home, settings)
        workers = settings.worker_count
        pool = PoolExecutor(workers, spec, timeout=settings.job_timeout, log_as=settings)
        stack.callback(pool.shutdown, cancel_futures=True)
        pool.start()

        def dispatcher_for(wake: Callable[[], None]) -> Dispatcher:
            return Dispatcher(pool, spec, workers=workers, wake=wake, lost=pool.lost)

        daemon = Daemon(home, settings, Ledger(database, home), dispatcher_for, report=report)
        with _stopped_by_signals(daemon.stop):
            log.info("watching", inbox=str(home.inbox), workers=workers)
            yield daemon


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask to end after what is under way; a second one ends at once.

    The handler neither logs nor takes a lock: the thread it interrupts may hold it.
    """
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            signal.default_int_handler(number, frame)
        asked = True
        stop()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
