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


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["GREEN GROCER SON. BHO. (519537-X)", "LOT 3"], "GREEN GROCER SDN. BHD."),
        (["GREEN GROCER SDN BILD (519537 X)", "LOT 3"], "GREEN GROCER SDN BHD"),
        (["GREEN GROCER (KL) SDN (519537 X)", "LOT 3"], "GREEN GROCER (KL) SDN BHD"),
        (["GREEN GROCER", "SON. BHD", "LOT 3"], "GREEN GROCER SDN. BHD"),
        (["7 DAYS GROCER 5/8 (519537: X)", "LOT 3"], "7 DAYS GROCER S/B"),
        (["GREEN (SP} GROCER SDN BHD", "LOT 3"], "GREEN (SP) GROCER SDN BHD"),
        (["GREEN GROCER/KL) SDN BHD", "LOT 3"], "GREEN GROCER (KL) SDN BHD"),
        (["MR. G.1.¥. (M) SDN BHD", "LOT 3"], "MR. G.I.Y. (M) SDN BHD"),
        (["A1 PIPES 1.2.3. LTD", "LOT 3"], "A1 PIPES 1.2.3. LTD"),
        (["CORNER HARKETING SDN BHD", "LOT 3"], "CORNER MARKETING SDN BHD"),
        (["Corner Bakerles", "12 High Street"], "Corner Bakeries"),
        (["GREEN PETROKIOSK", "Compan No:", "LOT 3"], "GREEN PETROKIOSK"),
    ],
)
def test_misread_words_of_firms_are_mended(lines: list[str], found: str) -> None:
    """One vendor would have as many names as ways to misread it."""
    assert vendor(*lines) == found


def test_a_name_that_was_read_well_stays_as_it_is() -> None:
    """A Mr Hart would be a mart, and a tanning studio a firm."""
    assert vendor("GOLDEN HART", "12 HIGH STREET") == "GOLDEN HART"
    assert vendor("CORNER SUN BED", "12 HIGH STREET") == "CORNER SUN BED"
    unsure = [
        replace(word, confidence=0.6) if word.text == "HART" else word
        for word in words("GOLDEN HART", "12 HIGH STREET", *REST)
    ]
    found = find_vendor(rows_of(unsure))
    sure = find_vendor(rows("GOLDEN MART", "12 HIGH STREET", *REST))
    assert found is not None
    assert sure is not None
    assert (found.value, found.confidence < sure.confidence) == ("GOLDEN MART", True)


def test_specks_above_a_name_do_not_bury_it() -> None:
    """Dirt on the scanner's glass would leave a ticket without a vendor."""
    assert vendor(*["|", ".", "i", "}", "t"], "GREEN GROCER", "12 HIGH STREET") == "GREEN GROCER"


def test_large_letters_are_a_name() -> None:
    """The shop's name, below its owner's in small letters, would be passed over."""
    plain = words("Owner Of It", "Corner House", "12 High Street", *REST)
    large = [
        replace(word, box=(*word.box[:3], 30)) if word.line[2] == 2 else word for word in plain
    ]
    found = find_vendor(rows_of(large))
    assert found is not None
    assert found.value == "Corner House"


def test_a_name_that_can_hardly_be_read_is_none() -> None:
    """A spreadsheet would show ``eA ia ie`` as a firm."""
    lines = words("eA ia ie", "12.50", "0123456789")
    assert find_vendor(rows_of(lines)) is not None
    assert find_vendor(rows_of([replace(word, confidence=0.2) for word in lines])) is None


def test_where_there_is_no_name_there_is_none() -> None:
    """An address or a line of goods would be a firm."""
    assert find_vendor([]) is None
    assert find_vendor(rows("12.50", "03/04/2018", "0123456789")) is None
