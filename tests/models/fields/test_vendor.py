from __future__ import annotations

from dataclasses import replace

import pytest

from models.fields.vendor import find_vendor
from models.ticket.rows import rows_of
from tests.models.fields.receipts import rows, words

REST = ("TEL 03-7887 2622", "TAX INVOICE", "BREAD 3.00", "MILK 2.50", "TOTAL 5.50", "THANK YOU")


def vendor(*lines: str) -> str | None:
    """Who gave a ticket that begins so."""
    found = find_vendor(rows(*lines, *REST))
    return found.value if found else None


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["GREEN GROCER SDN BHD (519537-X)", "LOT 3, JALAN 5"], "GREEN GROCER SDN BHD"),
        (["RECEIPT", "GREEN GROCER LTD", "12 HIGH STREET"], "GREEN GROCER LTD"),
        (["GREEN GROCER", "SDN BHD", "LOT 3, JALAN 5"], "GREEN GROCER SDN BHD"),
        (["POPULAR BOOK", "CO. (M) SDN BHD", "LOT 3, JALAN 5"], "POPULAR BOOK CO. (M) SDN BHD"),
        (["MR. D.I.Y. (M) SDN BHD", "CO-REG:860671-D", "LOT 1851-A"], "MR. D.I.Y. (M) SDN BHD"),
        (["*** GREEN GROCER ***", "12 HIGH STREET"], "GREEN GROCER"),
        (["Bäckerei Müller GmbH", "Hauptstr. 5", "12345 Berlin"], "Bäckerei Müller GmbH"),
        (["SINNATHAMBY HOLDINGS SDN. BHD.", "NO. 4"], "SINNATHAMBY HOLDINGS SDN. BHD."),
    ],
)
def test_the_name_of_the_firm_is_found(lines: list[str], found: str) -> None:
    """Tickets could not be sorted by who gave them."""
    assert vendor(*lines) == found


def test_large_letters_are_a_name() -> None:
    """The shop's name, below its owner's in small letters, would be passed over."""
    plain = words("Owner Of It", "Corner House", "12 High Street", *REST)
    large = [
        replace(word, box=(*word.box[:3], 30)) if word.line[2] == 2 else word for word in plain
    ]
    found = find_vendor(rows_of(large))
    assert found is not None
    assert found.value == "Corner House"


def test_where_there_is_no_name_there_is_none() -> None:
    """An address or a line of goods would be a firm."""
    assert find_vendor([]) is None
    assert find_vendor(rows("12.50", "03/04/2018", "0123456789")) is None
