from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.audit import Audited, Finding, audit
from indexer.calibration import Calibration

CALIBRATION = Calibration(
    sharpness=14.0,
    known=(6.0, -15.0, -2.0, 3.0),
    choice=20.0,
    shares=(0.05,),
    crowds=(1,),
    limits=((1.0,),),
    kin=(0.05, 0.1, 0.15, 0.2, 0.3),
)


def found(placed: dict[str, list[float]], digests: dict[str, str] | None = None) -> list[Finding]:
    """Findings on classes whose examples lie at these angles, in radians, in a plane."""
    examples = [
        Audited(name, f"{name}/{n}.png", (digests or {}).get(f"{name}/{n}.png", f"{name}{n}"))
        for name, angles in placed.items()
        for n in range(len(angles))
    ]
    return list(audit(examples, rows(placed), CALIBRATION))


def rows(placed: dict[str, list[float]]) -> NDArray[np.float32]:
    """Their embeddings."""
    angles = np.array([angle for held in placed.values() for angle in held])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_classes_in_order_leave_nothing_to_say() -> None:
    """A check that always complains is not read."""
    assert found({"a": [0.0, 0.1, 0.2], "b": [1.5, 1.6, 1.7]}) == []
    assert found({}) == []


def test_two_classes_that_lie_too_close_are_named_with_their_nearest_pair() -> None:
    """A person would not learn why cubes land among the boxes."""
    (one,) = found({"far": [3.0, 3.1], "b": [0.65, 0.95], "a": [0.2, 0.5]})
    assert (one.kind, one.severity, one.classes) == ("close", "warning", ("a", "b"))
    assert one.examples == ("a/1.png", "b/0.png")
    assert one.distance == pytest.approx(1 - np.cos(0.15), abs=1e-6)
    assert one.confusion is not None
    assert 0.05 < one.confusion < 0.95
    assert f"about {round(100 * one.confusion)} " in one.text


def test_classes_of_one_example_are_judged_by_what_is_usual() -> None:
    """Two classes of one example each are what most people start with."""
    kinds = [one.kind for one in found({"a": [0.0], "b": [0.3]})]
    assert kinds == ["close", "single", "single"]
    assert [one.kind for one in found({"a": [0.0], "b": [1.5]})] == ["single", "single"]


def test_an_example_that_looks_mislabelled_is_named_once() -> None:
    """One picture in the wrong folder spoils two classes, and nobody would find it."""
    placed = {"a": [0.0, 0.1, 0.2, 1.55], "b": [1.3, 1.4, 1.75]}
    (one,) = found(placed)
    assert (one.kind, one.classes) == ("mislabelled", ("a", "b"))
    assert one.examples == ("a/3.png", "b/1.png")


def test_the_same_file_in_two_classes_is_an_error() -> None:
    """Scans like it would be filed by chance."""
    placed = {"a": [0.0, 0.1, 1.0], "b": [1.0, 1.6, 1.7]}
    (one,) = found(placed, {"a/2.png": "same", "b/0.png": "same"})
    assert (one.kind, one.severity) == ("copies", "error")
    assert one.examples == ("a/2.png", "b/0.png")
    assert "the same file" in one.text
    (one,) = found(placed)
    # One letter in two fonts may look so: it is for a person to say.
    assert (one.kind, one.severity) == ("copies", "warning")
    assert one.distance == pytest.approx(0, abs=1e-6)
    assert "look like one picture" in one.text


def test_copies_within_a_class_are_no_matter() -> None:
    """Who shows the same ticket twice would be sent looking for a fault."""
    assert found({"a": [0.0, 0.0, 0.1], "b": [1.5, 1.6]}) == []


def test_a_single_example_alone_in_the_world() -> None:
    """The first example of the first class would end in a traceback."""
    (one,) = found({"a": [0.0]})
    assert (one.kind, one.classes, one.examples) == ("single", ("a",), ("a/0.png",))


def test_an_example_that_looks_empty_is_named_once() -> None:
    """Every blank page would be filed in its class, and nobody would be told why."""
    placed = {"a": [0.0, 0.1, 1.5], "b": [0.6, 0.7, 0.8]}
    blank = rows({"": [1.5]})[0]
    examples = [Audited(name, f"{name}/{n}.png", f"{name}{n}") for name in placed for n in range(3)]
    (one,) = audit(examples, rows(placed), CALIBRATION, blank)
    assert (one.kind, one.severity, one.classes, one.examples) == (
        "blank", "warning", ("a",), ("a/2.png",),
    )  # fmt: skip
    assert one.distance == pytest.approx(0, abs=1e-6)
    assert "every blank page" in one.text


def test_empty_examples_of_two_classes_are_one_finding() -> None:
    """Of each it was said that every blank page goes to its class; both cannot be."""
    placed = {"a": [0.0, 0.1, 1.5], "b": [1.5, 0.7, 0.8]}
    blank = rows({"": [1.5]})[0]
    examples = [Audited(name, f"{name}/{n}.png", f"{name}{n}") for name in placed for n in range(3)]
    (one,) = audit(examples, rows(placed), CALIBRATION, blank)
    assert (one.kind, one.severity, one.classes, one.examples) == (
        "blank", "error", ("a", "b"), ("a/2.png", "b/0.png"),
    )  # fmt: skip
    assert "a/2.png nor in b/0.png" in one.text
    assert "taken for one of a, b" in one.text
    far = rows({"": [3.0]})[0]
    assert [one.kind for one in audit(examples, rows(placed), CALIBRATION, far)] == ["copies"]


@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.floats(0, 6), min_size=1, max_size=5), min_size=1
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_examples_changes_nothing(
    placed: dict[str, list[float]], random: st.DataObject
) -> None:
    """A finding would come and go with the way a folder is listed."""
    examples = [Audited(name, f"{name}/{n}", f"{name}{n}") for name in placed for n in range(9)]
    examples = [one for one in examples if int(one.name[2:]) < len(placed[one.class_name])]
    order = random.sample(range(len(examples)), len(examples))  # type: ignore[attr-defined]
    straight = audit(examples, rows(placed), CALIBRATION)
    mixed = audit([examples[n] for n in order], rows(placed)[order], CALIBRATION)

    def facts(findings: object) -> set[tuple[str, tuple[str, ...]]]:
        return {(one.kind, one.classes) for one in findings}  # type: ignore[attr-defined]

    assert facts(straight) == facts(mixed)
