from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import DateOrder
from models.fields.dates import find_date
from models.fields.ticket import Field
from models.ticket.rows import row_of
from tests.models.fields.receipts import rows

TODAY = date(2026, 6, 1)


def field(*lines: str, order: DateOrder = "DMY") -> Field | None:
    """What is found in these lines."""
    return find_date(rows(*lines), order=order, today=TODAY)


def day(*lines: str, order: DateOrder = "DMY") -> str | None:
    """The day that is found in these lines."""
    found = field(*lines, order=order)
    return found.value if found else None


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("DATE: 21/03/2018 10:15", "2018-03-21"),
        ("21.03.18", "2018-03-21"),
        ("21-3-2018", "2018-03-21"),
        ("2018-03-21T10:15", "2018-03-21"),
        ("20180321 1015", "2018-03-21"),
        ("25/FEB/2017 07:43:54", "2017-02-25"),
        ("21 March 2018", "2018-03-21"),
        ("21st Mar, 2018", "2018-03-21"),
        ("Mar 21, 2018", "2018-03-21"),
        ("Datum 12. März 2020", "2020-03-12"),
        ("21 / 03 / 2018", "2018-03-21"),
        ("2l/O3/2018", "2018-03-21"),
    ],
)
def test_a_date_is_read_however_it_is_written(line: str, found: str) -> None:
    """Tickets could not be put in order."""
    assert day("SHOP", line, "TOTAL 3.00") == found


@pytest.mark.parametrize(
    "line",
    ["TEL 03-7887 2622", "31/02/2018", "21/03/2031", "10.20.30.40", "12/2018", "NO 1939/102/18",
     "TOTAL 12.50"],
)  # fmt: skip
def test_what_is_no_date_is_none(line: str) -> None:
    """A telephone number would be a day."""
    assert day(line) is None


@pytest.mark.parametrize(
    "line",
    ["15|01|2018", "15//01/2018", "15 01-18", "15/01 18", "15 O1 2018", "DATE15/01/2018", "15~01~2018",
     "15/01/201810:20", "2018 0l 15", "45/01/2018", "15/01/2818",
     "15/01/7018", "15|01/18", "15/0112018", "1510112018", "15101/2018"],
)  # fmt: skip
def test_a_date_that_was_misread_is_mended(line: str) -> None:
    """A ticket would have no date for one sign of it, or one nobody need look at."""
    found = field("SHOP", line, "TOTAL 3.00")
    assert found is not None
    assert (found.value, found.confidence < 0.7) == ("2018-01-15", True)


def test_a_mended_date_is_taken_only_where_there_is_no_other() -> None:
    """A number that may be a date would be believed before one that is."""
    assert day("DATE 16|01|2018 10:20", "17/01/2018") == "2018-01-17"


@pytest.mark.parametrize("line", ["VERSION 91.1.15_C", "TEL 03 12 2018", "2 04 18", "15/19/2018"])
def test_what_is_no_date_is_not_made_one(line: str) -> None:
    """The number of a till's program would be a day in 1991."""
    assert day(line) is None


def test_what_two_days_may_be_meant_by_is_decided_by_the_setting() -> None:
    """Half of the American tickets would be of another month."""
    assert day("03/04/2018") == "2018-04-03"
    assert day("03/04/2018", order="MDY") == "2018-03-04"
    assert day("04/21/2018") == "2018-04-21"  # there is no month 21


def test_another_date_of_the_ticket_decides_before_the_setting() -> None:
    """A ticket that says it twice would be believed where it says it worse."""
    assert day("2018-04-03", "DATE 04/03/2018 10:00") == "2018-04-03"
    sure, unsure = field("2018-04-03", "DATE 04/03/2018 10:00"), field("DATE 04/03/2018 10:00")
    assert sure is not None
    assert unsure is not None
    assert sure.confidence > unsure.confidence


def test_the_day_of_the_purchase_is_taken() -> None:
    """A ticket would be of the day on which its goods expire."""
    assert day("EXPIRY DATE 01/01/2019", "21/03/2018 10:15") == "2018-03-21"
    assert day("VALID UNTIL 30/06/2018", "DATE 21/03/2018") == "2018-03-21"


def test_of_several_tickets_scanned_as_one_the_first_tells_the_date() -> None:
    """Vendor and date would be of two different tickets, and both sure."""
    first = rows("SHOP", "18/03/18 10:15")
    second = rows("MART", "INVOICE DATE: 19/10/2018")
    turned = [
        row_of([replace(word, page=2, confidence=1.0) for word in row.words]) for row in second
    ]
    found = find_date([*first, *turned], order="DMY", today=TODAY)
    assert found is not None
    assert (found.value, found.page) == ("2018-03-18", 1)
    blank = rows("SHOP")
    found = find_date([*blank, *turned], order="DMY", today=TODAY)
    assert found is not None
    assert (found.value, found.page) == ("2018-10-19", 2)


def test_the_field_says_where_it_stands() -> None:
    """Nobody could see what was read."""
    found = field("SHOP", "DATE: 21 Mar 2018 x")
    assert found is not None
    assert found.box == (40 + 6 * 12, 62, 11 * 12, 20)
    assert (found.page, found.confidence) == (1, 0.9)


@given(
    st.dates(date(1995, 1, 1), TODAY),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%y", "%d %b %Y"]),
)
def test_whatever_is_written_comes_back(when: date, how: str) -> None:
    """A rare day would be misread."""
    assert day(when.strftime(how)) == when.isoformat()


def test_a_date_says_which_order_it_proves_and_what_else_it_may_be() -> None:
    """A vendor's other tickets can tell only if some of them prove something."""
    proof = field("DATE: 12/28/2017")
    assert proof is not None
    assert (proof.value, proof.order, proof.otherwise) == ("2017-12-28", "MDY", None)
    doubt = field("DATE: 03/04/2018")
    assert doubt is not None
    assert (doubt.value, doubt.order) == ("2018-04-03", "DMY")
    assert (doubt.otherwise, doubt.other_order) == ("2018-03-04", "MDY")


@pytest.mark.parametrize("line", ["DATE: 04/04/2018", "4 March 2018", "2018-03-04"])
def test_a_date_that_is_the_same_either_way_proves_nothing(line: str) -> None:
    """It would speak for an order that it does not have."""
    found = field(line)
    assert found is not None
    assert (found.order, found.otherwise) == (None, None)


def test_a_date_is_settled_by_an_order_that_it_may_have() -> None:
    """And by no other."""
    doubt = field("DATE: 03/04/2018")
    assert doubt is not None
    assert doubt.settled("MDY").value == "2018-03-04"
    assert doubt.settled("DMY").value == "2018-04-03"
    assert doubt.settled("MDY").confidence > doubt.confidence
    assert doubt.settled("MDY").order is None
    assert doubt.settled("YMD") == doubt
