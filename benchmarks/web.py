"""How fast the API answers: with 100,000 scans in the ledger, warm, and while a daemon sorts.

Five figures: each list of scans, with and without filters; all that the view *Figures* asks for;
one upload that is judged, beside an answer that needs nothing; eight clients at once; and pages a
second of a daemon while eight clients browse, beside the same daemon left alone, in turns.
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from filled import SCANS, client_of, filled_home, free_port, served
from running import daemon, options, receipts, spread, stage

from config.home import Home
from service.desk.figures import DAYS, MOST_DAYS, figures
from storage.database import Database
from storage.ledger import Ledger

CLIENTS = 8
_NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)  # just after the last scan
LISTS: dict[str, dict[str, str]] = {
    "newest": {},
    "one class": {"class": "class7"},
    "review": {"state": "review"},
    "class and state": {"class": "unknown", "state": "review"},
    "a class that is not there": {"class": "nosuch"},
    "failed (none)": {"state": "failed"},
    "since the last day": {"since": "2026-03-10"},
    "deep in": {"before": "5000"},
    "text, one word": {"text": "thank"},
    "text, rare": {"text": "77777.50"},
}


def main() -> None:
    """Measure and print."""
    asked = options(__doc__, files=1000)
    answer: dict[str, Any] = {"scans": SCANS, **_lists()}
    answer |= _beside_a_daemon(asked.workers, asked.files, asked.rounds)
    print(json.dumps(answer))


def _lists() -> dict[str, Any]:
    with filled_home() as home:
        told = _figures(home)
        with served(home) as client:
            found = {}
            for name, asked in LISTS.items():
                times = [_milliseconds(client, "/scans", asked) for _ in range(20)]
                found[name] = round(statistics.median(times), 1)
                print(f"{name:26} {found[name]:7.1f} ms, at most {max(times):.1f}")
            return {"lists_ms": found, "slowest_list_ms": max(found.values()), **told}


def _figures(home: Home) -> dict[str, Any]:
    database = Database.open(home.database)
    ledger = Ledger(database, home)
    found = {}
    for days in (DAYS, MOST_DAYS):
        times = []
        for _ in range(10):
            started = time.perf_counter()
            figures(home, ledger, days=days, by_week=days > DAYS, zone=UTC, now=_NOW)
            times.append(1000 * (time.perf_counter() - started))
        found[f"figures_of_{days}_days_ms"] = round(statistics.median(times), 1)
        print(
            f"figures of {days:3} days        {statistics.median(times):7.1f} ms, at most {max(times):.1f}"
        )
    database.close()
    return found


def _beside_a_daemon(workers: int, files: int, rounds: int) -> dict[str, Any]:
    port = free_port()
    staging = Path(tempfile.mkdtemp(prefix="pigeonhole-staging-"))
    originals = receipts()
    ratios = []
    try:
        with (
            daemon(workers=workers, stability_delay=0, port=port) as running,
            client_of(port) as client,
        ):
            picture = originals[0]
            _judge(client, picture)  # the worker starts with the first upload
            times = sorted(_judge(client, picture) for _ in range(50))
            plain = statistics.median(_milliseconds(client, "/", {}) for _ in range(50))
            many, errors = _many(port, picture)
            print(
                f"one upload {times[25]:.1f} ms (95 % within {times[47]:.1f}), health {plain:.1f} ms; "
                f"{CLIENTS} clients {many:.0f} uploads/s, {errors} errors"
            )
            for number in range(rounds):
                rates = {}
                for browsed in (True, False) if number % 2 else (False, True):
                    paths = stage(staging, originals, files, 2 * number + browsed)
                    with _browsing(port) if browsed else _nobody():
                        rates[browsed] = running.rate(paths)
                ratios.append(rates[True] / rates[False])
                print(
                    f"round {number + 1}: {rates[False]:.0f} pages/s alone, {rates[True]:.0f} while "
                    f"{CLIENTS} clients browse; ratio {ratios[-1]:.2f}"
                )
    finally:
        shutil.rmtree(staging)
    return {
        "upload_ms": round(times[25], 1),
        "upload_p95_ms": round(times[47], 1),
        "health_ms": round(plain, 1),
        "uploads_a_second_of_8_clients": round(many, 1),
        "errors_of_8_clients": errors,
        "files": files,
        **spread(ratios),
    }


def _milliseconds(client: httpx.Client, path: str, asked: dict[str, str]) -> float:
    started = time.perf_counter()
    client.get(path, params=asked).raise_for_status()
    return 1000 * (time.perf_counter() - started)


def _judge(client: httpx.Client, picture: bytes) -> float:
    started = time.perf_counter()
    client.post("/inference", files={"file": ("a.jpg", picture)}).raise_for_status()
    return 1000 * (time.perf_counter() - started)


def _many(port: int, picture: bytes, each: int = 20) -> tuple[float, int]:
    """Uploads a second of so many clients at once, and how many of them saw an error."""
    errors: list[Exception] = []

    def ask() -> None:
        with client_of(port) as client:
            for _ in range(each):
                try:
                    _judge(client, picture)
                except httpx.HTTPError as error:
                    errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CLIENTS * each / (time.perf_counter() - started), len(errors)


@contextmanager
def _browsing(port: int) -> Iterator[None]:
    """Clients that look at a page of scans and at one of them, and think for a second."""
    ends = threading.Event()

    def browse() -> None:
        with client_of(port) as client:
            while not ends.wait(1.0):
                rows = client.get("/scans", params={"limit": 50}).json()["scans"]
                for row in rows[:5]:
                    client.get(f"/scans/{row['scan_id']}")
                    client.get(f"/scans/{row['scan_id']}/thumbnail")

    threads = [threading.Thread(target=browse) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ends.set()
        for thread in threads:
            thread.join()


@contextmanager
def _nobody() -> Iterator[None]:
    yield


if __name__ == "__main__":
    main()
