from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.cli.spreadsheet import print_csv

SIGNS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")  # noqa: RUF001


def written(capsys: pytest.CaptureFixture[str], *values: object) -> str:
    """What is printed of one row."""
    columns = [str(number) for number in range(len(values))]
    print_csv([dict(zip(columns, values, strict=True))], columns)
    return capsys.readouterr().out


def read(text: str, **how: str) -> list[list[str]]:
    """What a spreadsheet makes of it."""
    return list(csv.reader(io.StringIO(text, newline=""), **how))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    ["=1+2", "+1+2", "-1+2", "@SUM(A1)", "\t=1", "\r=1", ' "=1"', "-2+3+cmd|' /C calc'!A0", "-", "＝1"],  # noqa: RUF001
)  # fmt: skip
def test_no_cell_is_a_formula(capsys: pytest.CaptureFixture[str], value: str) -> None:
    """A receipt, or a file's name, would run a program on the desk of the accountant."""
    cell = read(written(capsys, value))[1][0]
    assert cell.lstrip(' "\n').startswith("'")
    assert cell.replace("'", "", 1).split() == value.split()


@pytest.mark.parametrize("value", ["-5.00", "-1.234,50", "12.50", "2026-01-31", -5, 0.25, "a-b=c"])
def test_numbers_and_dates_stay_what_they_are(
    capsys: pytest.CaptureFixture[str], value: object
) -> None:
    """A refund would not be summed."""
    assert read(written(capsys, value))[1] == [str(value)]


def test_a_text_of_many_lines_is_one_cell(capsys: pytest.CaptureFixture[str]) -> None:
    """A ticket would have as many rows as lines."""
    text = 'MÜLLER, "Söhne"\r\nBrot; 3,20\rSumme\x00\x1b[31m 3,20 €'
    header, row = read(written(capsys, 1, text, None))
    assert header == ["0", "1", "2"]
    assert row == ["1", 'MÜLLER, "Söhne"\nBrot; 3,20\nSumme  [31m 3,20 €', ""]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(alphabet='=+-@;," \t\r\na1＝'), min_size=1, max_size=3))  # noqa: RUF001
@example(['a;"=x"'])
@example(["1", "text\n=HYPERLINK(1)"])
def test_nor_is_one_where_cells_are_parted_otherwise(
    capsys: pytest.CaptureFixture[str], values: list[str]
) -> None:
    """A German Excel parts at semicolons, and would find a formula behind one."""
    text = written(capsys, *values)
    for delimiter in ",;\t":
        for row in read(text, delimiter=delimiter):
            for cell in row:
                begins = cell.lstrip(' "\r\n')
                number = re.match(r"-?\d+([.,]\d+)*(\n|;|$)", begins)
                assert number or not begins.startswith(SIGNS), (delimiter, cell)


def test_only_a_new_file_begins_with_a_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel would show BÃ¤ckerei; and a second export into the file would have a mark inside."""
    for mode in ("w", "a"):
        with (tmp_path / "a.csv").open(mode, encoding="utf-8", newline="") as file:
            monkeypatch.setattr(sys, "stdout", file)
            print_csv([{"vendor": "Bäckerei"}], ["vendor"])
    assert (tmp_path / "a.csv").read_bytes() == (
        b"\xef\xbb\xbfvendor\r\nB\xc3\xa4ckerei\r\n" + b"vendor\r\nB\xc3\xa4ckerei\r\n"
    )
