"""Running the daemon: the lock, the ledger, the workers and the signals around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import structlog

from config.home import Home
from config.settings import Settings
from models.siamese.weights import SHIPPED, check_weights, read_manifest
from models.ticket.engines import check_engine
from service.daemon.daemon import Daemon, Report
from service.lock import only_daemon
from service.signals import ending_signals
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
        ask = stack.enter_context(ending_signals())
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

        def end(at_once: bool) -> None:
            if at_once:
                raise KeyboardInterrupt
            daemon.stop()

        ask(end)
        log.info("watching", inbox=str(home.inbox), workers=workers)
        yield daemon
