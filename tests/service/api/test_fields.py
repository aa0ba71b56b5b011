"""``/scans/{id}/fields``: what a person writes where a ticket was misread."""

from __future__ import annotations

import threading

import httpx
import pytest

from models.fields.ticket import Field, Fields, Ticket
from storage.records import Decision
from tests.service.api.conftest import Answering
from tests.service.fakes import Desk, scan_of
from tests.service.serving import TOKEN, client_of, is_problem

NAMES = ("vendor", "ticket_date", "total", "currency", "tax")
GOOD = {"vendor": "SHOP", "tax": "1.00"}


@pytest.fixture
def ticket(answering: Answering) -> Answering:
    """A home with a ticket on which a total was read, and a photo."""
    ledger, home = answering.office.ledger, answering.home
    desk = Desk(home, ledger)
    read = Ticket("TOTAL 3.20", (), Fields(total=Field("3.20", 0.8, 1, (1, 2, 3, 4))))
    for name, found in (("a.png", read), ("b.png", None)):
        scan = scan_of(desk.drop(name, name))
        (claim,) = ledger.claim([scan])
        place = home.sorted / name
        ledger.decide([Decision(claim.scan_id, scan, "filed", place, ticket=found)])
        scan.path.rename(place)
        ledger.close([claim.scan_id])
    return answering


def test_a_field_is_written_and_taken_back(ticket: Answering) -> None:
    """A wrong amount would stay in the books."""
    client = ticket.client
    answer = client.patch("/scans/1/fields", json={"total": "4.2", "vendor": " Café\n Zoë "})
    assert answer.json() == {
        "scan_id": 1,
        "fields": dict.fromkeys(NAMES) | {"total": "4.20", "vendor": "Café Zoë"},
        "field_details": {
            "total": {
                "confidence": 1.0, "page": 1, "box": [1, 2, 3, 4], "edited": True, "read": "3.20",
            },
            "vendor": {
                "confidence": 1.0, "page": None, "box": None, "edited": True, "read": None,
            },
        },
    }  # fmt: skip
    told = client.get("/scans/1").json()
    assert (told["total"], told["vendor"]) == ("4.20", "Café Zoë")
    assert told["field_details"] == answer.json()["field_details"]
    back = client.delete("/scans/1/fields/total").json()
    assert back["fields"]["total"] == "3.20"
    assert back["field_details"]["total"]["edited"] is False
    assert client.patch("/scans/1/fields", json={"total": None}).json()["fields"]["total"] is None
    edits = client.get("/scans/1").json()["edits"]
    assert [(one["name"], one["value_before"], one["value"], one["as_read"]) for one in edits] == [
        ("vendor", None, "Café Zoë", False), ("total", "3.20", "4.20", False),
        ("total", "4.20", "3.20", True), ("total", "3.20", None, False),
    ]  # fmt: skip
    assert {one["source"] for one in edits} == {"api"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ticket_date", ["2026-02-30", "20260131", "2026-W01-1", "31.01.2026", "2026-1-1", "x"]),
        ("total", ["12,50", "EUR 12", "1e3", "12.", ".5", "1.2345", "١٢", "NaN", "1" * 13]),
        ("tax", ["-", "--1", "1 000.00", "0x10"]),
        ("currency", ["eur", "€", "EURO", "EU", "\u0415UR"]),
        ("vendor", ["x" * 201, "a\x00b", "\u202eppa", "\u200b\u200d", "\ue000"]),
    ],
)
def test_what_a_field_cannot_hold_is_one_clear_problem(
    ticket: Answering, name: str, values: list[str]
) -> None:
    """A month's sum would be wrong, or a spreadsheet run what somebody wrote."""
    for value in values:
        answer = ticket.client.patch("/scans/1/fields", json={**GOOD, name: value})
        told = is_problem(answer, 400)
        assert str(told["detail"]).startswith(name)
        assert told["advice"]
    assert ticket.client.get("/scans/1").json()["edits"] == []


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("ticket_date", "2024-02-29", "2024-02-29"), ("total", "-12", "-12.00"),
        ("total", "0.125", "0.125"), ("tax", "1.5", "1.50"), ("currency", "JPY", "JPY"),
        ("vendor", "セブン-イレブン", "セブン-イレブン"), ("vendor", "<b>x</b>", "<b>x</b>"),
        ("vendor", "👩\u200d🌾 farm", "👩\u200d🌾 farm"), ("vendor", " \n", None), ("total", "", None),
    ],
)  # fmt: skip
def test_what_it_can_hold_is_kept(
    ticket: Answering, name: str, value: str, kept: str | None
) -> None:
    """A shop of another script could not be written down."""
    answer = ticket.client.patch("/scans/1/fields", json={name: value})
    assert answer.json()["fields"][name] == kept


def test_what_has_no_fields_says_so(ticket: Answering) -> None:
    """An answer of success would hide that nothing was written."""
    client, body = ticket.client, {"total": "1.00"}
    for path, status, word in (
        ("/scans/99/fields", 404, "there is no scan 99"), ("/scans/2/fields", 409, "was not read"),
    ):  # fmt: skip
        assert word in str(is_problem(client.patch(path, json=body), status)["detail"])
        assert word in str(is_problem(client.delete(f"{path}/total"), status)["detail"])
    assert "nobody" in str(is_problem(client.delete("/scans/1/fields/total"), 409)["detail"])
    is_problem(client.delete("/scans/1/fields/colour"), 422)
    is_problem(client.patch("/scans/1/fields", json={}), 400)
    for odd in ({"colour": "red"}, {"total": 3.2}, {"vendor": "x" * 2000}, [], "x"):
        is_problem(client.patch("/scans/1/fields", json=odd), 422)


def test_two_people_at_once_both_get_an_answer(ticket: Answering) -> None:
    """One of the two would be lost without a word."""
    start = threading.Barrier(4)
    answers: list[int] = []

    def write(value: str) -> None:
        with httpx.Client(base_url=ticket.client.base_url, timeout=60) as client:
            start.wait(60)
            answers.append(client.patch("/scans/1/fields", json={"total": value}).status_code)

    threads = [threading.Thread(target=write, args=(f"{n}.00",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told = ticket.client.get("/scans/1").json()
    assert answers == [200] * 4
    assert {one["value"] for one in told["edits"]} == {f"{n}.00" for n in range(4)}
    assert told["total"] == told["edits"][-1]["value"]


def test_nobody_writes_without_the_token(ticket: Answering) -> None:
    """Anybody in the house could change everybody's amounts."""
    with client_of(ticket.home, TOKEN) as (client, _):
        is_problem(client.patch("/scans/1/fields", json={"total": "1.00"}), 401)
        is_problem(client.delete("/scans/1/fields/total"), 401)
