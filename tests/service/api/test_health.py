from __future__ import annotations

import os

from prometheus_client.parser import text_string_to_metric_families

from config.home import Home
from service.lock import only_daemon
from service.version import VERSION
from storage.database import Database
from storage.ledger import Ledger
from tests.service.api.conftest import Answering
from tests.service.fakes import Desk, Judge
from tests.service.serving import client_of, is_problem


def metrics(text: str) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Samples by their names."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def test_health_tells_what_a_monitor_wants_and_nothing_private(answering: Answering) -> None:
    """A monitor could not tell a dead daemon, or a stranger would learn where things lie."""
    desk = Desk(answering.home, Ledger(Database.open(answering.home.database), answering.home))
    desk.drop("secret name.png", "ticket 1")
    desk.drop("b.png", "broken")
    desk.once(Judge())
    desk.ledger.database.close()
    answer = answering.client.get("/")
    told = answer.json()
    assert told["status"] == "ok"
    assert told["daemon"] == "stopped"
    assert told["version"] == VERSION
    assert told["scans"] == {"filed": 1, "failed": 1}
    assert (told["moving"], told["waiting"], told["unread"]) == (0, None, 0)
    assert "secret" not in answer.text
    assert str(answering.home.root) not in answer.text
    with only_daemon(answering.home.lock_file):
        assert answering.client.get("/").json()["daemon"] == "running"


def test_a_browser_is_sent_to_the_page(answering: Answering) -> None:
    """A person who opens the address would see JSON."""
    sent = answering.client.get("/", headers={"Accept": "text/html,*/*"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/ui/")
    page = answering.client.get("/ui/")
    assert page.status_code == 200
    assert "/docs" in page.text
    assert answering.client.get("/ui").headers["location"] == "/ui/"


def test_a_database_that_cannot_be_read_is_told(answering: Answering) -> None:
    """A monitor would see a service that is well, or where the database lies."""
    assert answering.client.get("/").status_code == 200
    answering.office.ledger.database.close()
    answering.home.database.write_bytes(b"no database at all" * 100)
    for left in ("-wal", "-shm"):
        answering.home.database.with_name(f"pigeonhole.db{left}").unlink(missing_ok=True)
    told = is_problem(answering.client.get("/"), 503)
    assert str(answering.home.root) not in str(told)
    answer = answering.client.get("/metrics")
    assert metrics(answer.text)["pigeonhole_database_up"] == [({}, 0.0)]


def test_metrics_are_what_prometheus_reads(answering: Answering) -> None:
    """A dashboard would stay empty, or every made-up path be a series of its own."""
    for path in ("/", "/typo/1", "/typo/2", "/classes/none", "/classes/never"):
        answering.client.get(path)
    (answering.home.support / os.fsdecode(b"caf\xe9")).mkdir()
    answer = answering.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = metrics(answer.text)
    assert all(name.startswith("pigeonhole_") for name in found)
    assert found["pigeonhole_daemon_up"] == [({}, 0.0)]
    assert found["pigeonhole_build_info"] == [({"version": VERSION}, 1.0)]
    assert found["pigeonhole_examples"] == [({"class": "caf\\xe9"}, 0.0)]
    assert found["pigeonhole_free_bytes"][0][1] > 0
    counted = {
        (labels["route"], labels["status"]): value
        for labels, value in found["pigeonhole_http_requests_total"]
    }
    assert counted == {("/", "200"): 1, ("none", "404"): 2, ("/classes/{name}", "404"): 2}
    took = found["pigeonhole_http_request_seconds_count"]
    assert ({"route": "none", "status": "404"}, 2) in took


def test_two_apps_in_one_process_count_apart(answering: Answering, tmp_path: object) -> None:
    """A global registry would refuse the second app, or add up both."""
    with client_of(Home.of(answering.home.root, answering.office.settings)) as (other, _):
        other.get("/")
        assert "pigeonhole_http_requests_total{" in other.get("/metrics").text
    assert "pigeonhole_http_requests_total{" not in answering.client.get("/metrics").text
