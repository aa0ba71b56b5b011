"""A judge that decides by the first word of a file, a clock that is moved by hand, a daemon at work.

The judge stands at the seam, `concurrent.futures.Executor`, so that no test here waits for TensorFlow.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from config.home import Home
from config.settings import Settings
from indexer.verdict import Detection, Match, Verdict
from models.fields.ticket import Ticket
from models.page.hashing import hash_file
from models.page.read import Limits, load
from models.page.scan import Fault, Scan
from service.daemon.daemon import Daemon
from service.daemon.placement import Closed
from service.workers.dispatcher import Dispatcher
from service.workers.engine import EngineSpec
from service.workers.outputs import make_outputs
from service.workers.pictures import check_page
from service.workers.pipeline import Batch, Examined, Job
from service.workers.process import WorkerDiedError
from service.workers.tickets import read_corrected
from service.workers.weighing import Known, Weighed, weigh
from storage.database import Database
from storage.ledger import Ledger

PATIENCE = 60.0
"""Seconds after which an event that was to come counts as lost."""
LIMITS = Limits(max_image_pixels=10_000_000, max_file_bytes=10_000_000, max_pages=10)


def scan_of(path: Path) -> Scan:
    """The scan that a file is now."""
    state = path.lstat()
    digest = hash_file(str(path), state)
    assert digest is not None
    return Scan(path, digest, state.st_size)


def verdict_of(class_name: str, index_id: str = "index") -> Verdict:
    """A verdict on a scan of this class; ``unknown`` is nearest to ``ticket``."""
    near = "ticket" if class_name == "unknown" else class_name
    match = Match(near, f"{near}/1.png", 0.25)
    return Verdict(class_name, 0.5, (match,), "branch", index_id)


def detected(verdict: Verdict, word: str, detector_id: str) -> Verdict:
    """The same where a detector of bananas was asked as well, and accepts a ``banana``."""
    accepted = word == "banana"
    said = Detection("banana", detector_id, 0.75 if accepted else 0.125, accepted)
    name = word if accepted else verdict.class_name
    return replace(verdict, class_name=name, detections=(said,))


@dataclass
class Clock:
    """Seconds that pass only when told to."""

    now: float = 0.0

    def __call__(self) -> float:
        """The present."""
        return self.now


@dataclass
class Judge(Executor):
    """Judges by the first word of a file.

    ``broken`` fails, ``cut`` ends early, ``unread`` is a ticket that cannot be read, ``killer`` ends the worker, ``slow`` exceeds its time,
    ``poison`` raises; any other word is the class. While ``gate`` is closed nothing is answered.

    Attributes:
        batches: the names of the files of each batch that was judged.
        priors: the names of those that came with an earlier result.
        says: another word to decide by.
        weighs: what is found of a corrected scan; as it is, that it turns nothing around.
        submitted: the names of each batch, when it is handed over.
    """

    batches: list[list[str]] = field(default_factory=list)
    priors: list[str] = field(default_factory=list)
    on_batch: Callable[[Sequence[Job]], None] = lambda _jobs: None
    gate: threading.Event | None = None
    started: threading.Event = field(default_factory=threading.Event)
    says: dict[str, str] = field(default_factory=dict)
    weighs: Callable[[Scan, str, Sequence[Known]], Weighed | Fault] = (
        lambda _scan, _class_name, known: Weighed(judged=len(known))
    )
    submitted: queue.SimpleQueue[list[str]] = field(default_factory=queue.SimpleQueue)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Judge now, or when the gate opens."""
        future: Future[Any] = Future()
        if fn is make_outputs:
            future.set_result(make_outputs(*args))
            return future
        if fn is weigh:
            try:
                future.set_result(self.weighs(*args[1:]))
            except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
                future.set_exception(error)
            return future
        if fn is read_corrected:
            text = args[1].path.read_text()
            fault = Fault("ocr", "Tesseract was killed (SIGKILL)")
            future.set_result(
                fault if text.startswith("unreadable") else Ticket(f"read: {text} now")
            )
            return future
        jobs: Sequence[Job] = args[1]
        self.submitted.put([job.scan.path.name for job in jobs])
        if self.gate is None:
            self._answer(future, jobs)
        else:
            threading.Thread(target=self._answer_later, args=(future, jobs)).start()
        return future

    def _answer_later(self, future: Future[Any], jobs: Sequence[Job]) -> None:
        assert self.gate is not None
        self.started.set()
        assert self.gate.wait(PATIENCE)
        self._answer(future, jobs)

    def _answer(self, future: Future[Any], jobs: Sequence[Job]) -> None:
        self.batches.append([job.scan.path.name for job in jobs])
        try:
            self.on_batch(jobs)
            examined = tuple(self._examine(job) for job in jobs)
        except Exception as error:  # noqa: BLE001 - a future carries whatever was raised
            future.set_exception(error)
        else:
            future.set_result(Batch(examined, {}, 0.001 * len(jobs)))

    def _examine(self, job: Job) -> Examined:
        data = load(job.scan, LIMITS)
        if isinstance(data, Fault):
            return Examined(job.scan, fault=data)
        if job.prior is not None:
            self.priors.append(job.scan.path.name)
            return Examined(job.scan, job.prior.verdict, None, job.prior.ticket, job.prior.pages)
        word = data.split()[0].decode()
        word = self.says.get(word, word)
        if word == "killer":
            raise WorkerDiedError(-9)
        if word == "slow":
            raise TimeoutError
        if word == "poison":
            raise ValueError("a scan that nobody thought of")
        if word == "broken":
            return Examined(job.scan, fault=Fault("decode", "is broken", "Scan it again"))
        if word == "cut":
            return Examined(job.scan, fault=Fault("decode", "ends early", truncated=True))
        if word == "unread":
            fault = Fault("ocr", "Tesseract was killed (SIGKILL)", "pigeonhole doctor looks at it")
            return Examined(job.scan, verdict_of("ticket"), fault, None, 1)
        # So much that it is no photo with a label.
        ticket = Ticket(f"{data.decode()}\nthank you") if word == "ticket" else None
        return Examined(job.scan, verdict_of(word), None, ticket, 1)


SPEC = EngineSpec(
    support=Path("/nowhere/support"),
    detectors=Path("/nowhere/detectors"),
    cache=Path("/nowhere/cache"),
    manifest=Path("/nowhere/manifest.json"),
    reject=0.05,
    read_classes=("ticket",),
    ocr_engine="tesseract",
    ocr_language="eng",
    date_order="DMY",
    job_timeout=5.0,
    limits=LIMITS,
    threads=1,
)


@dataclass
class Desk:
    """A home with its ledger, and daemons that are made for it."""

    home: Home
    ledger: Ledger
    closed: queue.SimpleQueue[Closed] = field(default_factory=queue.SimpleQueue)

    def daemon(self, judge: Executor, *, workers: int = 2, **settings: Any) -> Daemon:
        """A daemon whose files are judged by ``judge``; it does not wait for files to rest."""
        return Daemon(
            self.home,
            Settings(**{"stability_delay": 0.0, "rescan_interval": 3600.0, **settings}),
            self.ledger,
            lambda wake: Dispatcher(judge, SPEC, workers=workers, wake=wake),
            report=self.closed.put,
        )

    def once(self, judge: Executor, **settings: Any) -> bool:
        """What ``watch --once`` does."""
        return self.daemon(judge, **settings).run(once=True)

    @contextmanager
    def watching(self, judge: Executor, **settings: Any) -> Iterator[Daemon]:
        """What ``watch`` does, in a thread, until the end of the block."""
        daemon = self.daemon(judge, **settings)
        raised: list[BaseException] = []

        def run() -> None:
            try:
                daemon.run()
            except BaseException as error:  # told at the end of the block
                raised.append(error)
                raise

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield daemon
        finally:
            daemon.stop()
            thread.join(PATIENCE)
        assert not thread.is_alive()
        assert not raised

    def wait_closed(self, number: int = 1) -> list[tuple[str, str]]:
        """Name and end of the next scans that are closed."""
        found = [self.closed.get(timeout=PATIENCE) for _ in range(number)]
        return [(one.source.name, one.state) for one in found]

    def after(self, method: str) -> threading.Event:
        """An event that is set once the ledger was told so."""
        told = threading.Event()
        tell = getattr(self.ledger, method)

        def tell_and_set(*args: Any, **more: Any) -> Any:
            answer = tell(*args, **more)
            told.set()
            return answer

        setattr(self.ledger, method, tell_and_set)
        return told

    def drop(self, name: str | bytes, content: str = "ticket") -> Path:
        """Put a file into the inbox in one step, as a scanner does."""
        name = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        path = self.home.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.home.root / ".drop.tmp"
        partial.write_text(content)
        partial.rename(path)
        return path

    def rows(self, **by: Any) -> list[dict[str, Any]]:
        """The view ``results``, oldest first."""
        return list(reversed(list(self.ledger.results(**by))))

    def states(self) -> dict[str, str]:
        """The last state of each name."""
        return {row["original_name"]: row["state"] for row in self.rows()}

    def filed(self) -> set[str]:
        """Every visible file outside the inbox and the support folder, relative to the home."""
        folders = (
            self.home.sorted, self.home.review, self.home.failed, self.home.duplicates,
        )  # fmt: skip
        return {
            str(path.relative_to(self.home.root))
            for folder in folders
            for path in folder.rglob("*")
            if path.is_file()
        }


@contextmanager
def desk_in(root: Path, **settings: Any) -> Iterator[Desk]:
    """A home at ``root`` with its ledger; folders may lie elsewhere."""
    home = Home.of(root, Settings(**settings))
    home.lay_out()
    home.support.mkdir()
    with closing(Database.open(home.database)) as database:
        yield Desk(home, Ledger(database, home))


def fault_of(path: Path) -> Fault | None:
    """Why an image cannot be read, asked in this process."""
    return check_page(SPEC, path)
