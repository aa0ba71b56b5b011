from __future__ import annotations

import json
from collections import Counter

import pytest

from benchmarks.recognition_lines.rows import (
    HEADINGS,
    Measure,
    Row,
    cells,
    markdown,
    mistakes,
    right_row,
)


def test_mistakes_become_a_share_with_its_interval() -> None:
    """The table would count the wrong ones as the right ones."""
    row = right_row("line", "images", 1, Counter({("a", "b"): 3, ("b", "a"): 1}), 400, 0.985)
    assert row.value == 0.99
    assert row.met
    assert row.worst[0] == ("a", "b", 3)
    shown = cells(row.described())
    assert shown["counted"] == "4 errors of 400"
    assert shown["value"] == "99.00 %"
    assert shown["interval"] == "97.46 % to 99.61 %"
    assert shown["target"] == "≥ 98.50 %"
    assert shown["met"] == "yes"


@pytest.mark.parametrize(
    ("measure", "value", "target", "met"),
    [
        (Measure.RIGHT, 0.95, 0.95, True),
        (Measure.AUROC, 0.949, 0.95, False),
        (Measure.ECE, 0.029, 0.03, True),
        (Measure.SIZE, 12.0, 10.0, False),
        (Measure.TIME, 5.9, 6.0, True),
        (Measure.TIME, 5.9, None, None),
        (Measure.RIGHT, None, 0.95, None),
    ],
)
def test_a_target_is_met_from_its_own_side(measure, value, target, met) -> None:
    """A slow branch would count as meeting its target."""
    assert Row("line", "images", measure, value, target=target).met is met


def test_what_was_not_measured_says_so() -> None:
    """A line without a figure would look like one that was met."""
    shown = cells(
        Row("line", "", Measure.RIGHT, None, target=0.9, note="no class left").described()
    )
    assert shown["value"] == "not measured"
    assert shown["met"] == ""
    assert shown["note"] == "no class left"


def test_the_model_card_is_written_from_json() -> None:
    """The table in the docs could not be made from the file that is checked in."""
    rows = [
        Row("a | b", "images", Measure.AUROC, 0.97654, examples=5, target=0.98),
        right_row("c", "images", 1, Counter(), 10, None),
        right_row("c", "images", 5, Counter(), 20, None),
    ]
    text = markdown(json.loads(json.dumps([row.described() for row in rows])))
    head, rule, first, second, third = text.splitlines()
    assert head.count("|") == rule.count("|") == second.count("|") == len(HEADINGS) + 1
    assert first.startswith(r"| a \| b | images | 5 | AUROC |")
    assert "| 0.977 |" in first
    assert "| ≥ 0.980 | no |" in first
    assert "0 errors of 10" in second
    assert third.startswith("|  |  | 5 | right | 0 errors of 20")


def test_the_most_frequent_mistakes_are_told() -> None:
    """Where the network fails would not be in the model card."""
    wrong = Counter({("cone", "sphere"): 7, ("set/a/b", "c"): 3, ("cube", "cone"): 2})
    rows = [
        right_row("solids", "drawings", 1, wrong, 100, None),
        right_row("letters", "pages", 1, Counter(), 10, None),
    ]
    text = mistakes(row.described() for row in rows)
    assert text == "- solids, 1 of each class: cone as sphere 7, a/b as c 3"
