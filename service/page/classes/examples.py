"""A class with its examples and warnings, and what was taken out of classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from config.words import counted
from service.desk.classes.examples import ClassOf
from service.desk.classes.removing import Removed
from service.desk.classes.surveying import Finding
from service.page.parts import places
from service.page.parts.attributes import aria, data, part_of_id
from service.page.views import Shown

FEW: Final = 8
"""Examples of a class where several are shown."""
MOST: Final = 500
"""Examples of a class that is shown alone."""
TAKE_OUT, PUT_BACK, REMOVE = "take-out", "put-back", "remove-class"
WARNINGS, SHOTS = "class-warnings", "class-shots"
_SIDE: Final = 240
_MOST_OUT: Final = 100
_FEW: Final = 3
"""Warnings of a class that are shown at once, the worst."""


def section(one: ClassOf, findings: Sequence[Finding], most: int) -> Component:
    """A class; its parts are shown anew one by one, for whoever goes by keys is among them.

    Args:
        one: the class.
        findings: what is to be said of it.
        most: examples that are shown.
    """
    return html.Section(
        [
            html.H2(one.name),
            html.Div(warnings(findings), id={"part": WARNINGS, "class": part_of_id(one.name)}),
            html.Div(shots(one, most), id={"part": SHOTS, "class": part_of_id(one.name)}),
            html.Label(
                [html.Strong("Add examples"), html.Span(" Drop pictures here, or choose files")],
                className="zone examples-zone",
                **data(of=one.name),
            ),
        ],
        className="class",
        **aria(label=f"Class {one.name}"),
    )


def shots(one: ClassOf, most: int) -> Shown:
    """The examples of a class."""
    number = len(one.examples)
    if not number:
        return _none(one.name)
    more = dcc.Link(
        f"All {number:,} examples",
        href=places.view("classes", **{"class": one.name}),
        className="more",
    )
    cut = number > most
    return [
        html.P(
            counted(number, "example") + (f", the first {most:,} of them" if cut else ""),
            className="soft",
        ),
        html.Ul([_example(one.name, name) for name in one.examples[:most]], className="shots"),
        more if cut and most < MOST else None,
    ]


def warnings(findings: Sequence[Finding]) -> Shown:
    """What is to be said of a class."""
    if not findings:
        return []
    said = [_warning(one) for one in findings]
    if len(said) <= _FEW:
        return html.Ul(said, className="warnings")
    rest = f"{counted(len(said) - _FEW, 'more thing')} to look at"
    return html.Div(
        [
            html.Ul(said[:_FEW], className="warnings"),
            html.Details([html.Summary(rest), html.Ul(said[_FEW:], className="warnings")]),
        ]
    )


def taken_out(removed: Sequence[Removed]) -> Shown:
    """What lies in ``removed/``, each with a way back."""
    if not removed:
        return html.P("Nothing. What you take out is not deleted, and can be put back here.")
    left = len(removed) - _MOST_OUT
    return [
        html.P(f"{counted(len(removed), 'picture')}, not deleted. They lie below the home:"),
        html.Ul([_out(one) for one in removed[:_MOST_OUT]], className="out"),
        html.P(f"and {left:,} more") if left > 0 else None,
    ]


def _warning(one: Finding) -> Component:
    begins = html.Strong("Wrong: " if one.severity == "error" else "Look at it: ")
    return html.Li([begins, f"{one.text}. ", html.Span(f"{one.advice}.")], className=one.severity)


def _out(one: Removed) -> Component:
    return html.Li(
        [
            html.Code(one.place),
            html.Button(
                "Put back",
                id={
                    "part": PUT_BACK,
                    "class": part_of_id(one.class_name),
                    "example": part_of_id(one.name),
                },
                type="button",
                className="quiet",
                **aria(label=f"Put {one.name} back into {one.class_name}"),
            ),
        ]
    )


def _example(class_name: str, name: str) -> Component:
    support = f"{class_name}/{name}"
    return html.Li(
        html.Figure(
            [
                html.A(
                    # Dash knows no lazy pictures: examples.js shows it when it comes into sight.
                    html.Img(alt="", **data(src=places.example(support, _SIDE))),
                    href=places.example(support, 1600),
                    target="_blank",
                    title=name,
                    **aria(label=f"{name}, large"),
                ),
                html.Figcaption(name, title=name),
                html.Button(
                    "Take out",
                    id={
                        "part": TAKE_OUT,
                        "class": part_of_id(class_name),
                        "example": part_of_id(name),
                    },
                    type="button",
                    className="quiet",
                    **aria(label=f"Take {name} out of {class_name}"),
                ),
            ]
        )
    )


def _none(class_name: str) -> Component:
    return html.P(
        [
            html.Span("No example: nothing is sorted here until there is one. "),
            html.Button(
                "Remove the class",
                id={"part": REMOVE, "class": part_of_id(class_name)},
                type="button",
                className="quiet",
            ),
        ]
    )
