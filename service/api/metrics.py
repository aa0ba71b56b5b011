"""``GET /metrics``: counts for Prometheus, taken when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from config.errors import DatabaseError
from service.api.context import TheOffice
from service.desk.office import Office
from service.desk.overview import status

router = APIRouter(tags=["health"])


class PlainText(Response):
    """Text, as Prometheus reads it."""

    media_type = "text/plain"


@router.get("/metrics", response_class=PlainText)
def metrics(request: Request, office: TheOffice) -> Response:
    """Counts and times for Prometheus, in its text format."""
    # What was counted over the app's life, and what the home is like now.
    of_now = CollectorRegistry()
    of_now.register(HomeCollector(office))
    registry: CollectorRegistry = request.app.state.registry
    text = generate_latest(of_now) + generate_latest(registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


class HomeCollector(Collector):
    """What the ledger, the daemon and the disks tell."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def collect(self) -> Iterator[Metric]:
        """The metrics of now; where the ledger cannot be read, only that."""
        try:
            found = status(self._office.home, self._office.ledger)
        except DatabaseError:
            yield _gauge("database_up", "Whether the ledger can be read.", 0)
            return
        yield _gauge("database_up", "Whether the ledger can be read.", 1)
        yield _gauge("daemon_up", "Whether a daemon sorts.", int(found["daemon"] == "running"))
        yield _gauge(
            "trouble",
            "Whether something keeps scans from being sorted.",
            int(bool(found["trouble"])),
        )
        yield _labelled("scans", "Scans in the ledger.", "state", found["scans"])
        yield _labelled("free_bytes", "Room that is left.", "disk", found["free_bytes"])
        yield _labelled("examples", "Examples of a class.", "class", found["classes"])
        yield _gauge("moving", "Files that are on their way.", found["moving"])
        yield _gauge("unread", "Tickets that could not be read.", found["unread"] or 0)
        # What only a daemon knows is left out where none runs: a zero would say that none waits.
        if found["waiting"] is not None:
            yield _gauge("waiting", "Files in the inbox.", found["waiting"])
        age = found["oldest_waiting_age"]
        yield _gauge("oldest_waiting_seconds", "Since the oldest waits.", age or 0)
        yield _labelled("build_info", "Which version runs.", "version", {found["version"]: 1})


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"pigeonhole_{name}", said, value=value)


def _labelled(name: str, said: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"pigeonhole_{name}", said, labels=[label])
    for key, value in values.items():
        # A folder's name need not be UTF-8.
        shown = key.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        family.add_metric([shown], value)
    return family
