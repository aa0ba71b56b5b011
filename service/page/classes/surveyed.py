"""The classes as they are now, for the view of them: what is shown, and what has to be shown anew."""

from __future__ import annotations

import hashlib
from typing import Final, TypedDict

from dash import dcc, html

from config.errors import PigeonholeError
from config.words import counted
from service.desk.classes.examples import ClassOf, classes, mark
from service.desk.classes.removing import removed
from service.desk.classes.surveying import Finding, Survey
from service.desk.office import Office
from service.page.classes.examples import FEW, MOST, section, shots, taken_out, warnings
from service.page.classes.map import map_of
from service.page.parts import places
from service.page.parts.attributes import data
from service.page.parts.notices import empty
from service.page.views import Shown

PAGE: Final = 20
"""Classes of a page."""
MAKING, MADE, FAILED = "making", "made", "failed"
"""How the survey stands."""


class Here(TypedDict):
    """What is shown: one class by its ``name``, or all, from the name ``begin`` on."""

    name: str | None
    begin: str


class Known(TypedDict):
    """What a browser shows: the ``mark`` of all examples, the survey's ``state``, a digest a class."""

    mark: str
    state: str
    classes: dict[str, str]


class Now:
    """The classes as they are now, and what is known of them.

    Args:
        office: whose.
        here: what of them is shown.

    Attributes:
        state: of the survey.
        known: for the browser to keep.
    """

    def __init__(self, office: Office, here: Here) -> None:
        self._office = office
        self._most = FEW if here["name"] is None else MOST
        stamp = mark(office.home)
        found = classes(office.home)
        self.any = bool(found)
        self._survey: Survey | None = None
        self._error: PigeonholeError | None = None
        self.state = MADE
        if any(one.examples for one in found):
            self._look()
        left = [
            one for one in found if here["name"] in (None, one.name) and one.name >= here["begin"]
        ]
        self._shown = {one.name: one for one in left[:PAGE]}
        self._more = left[PAGE].name if len(left) > PAGE else None
        self.known: Known = {
            "mark": stamp,
            "state": self.state,
            "classes": {name: _digest(one) for name, one in self._shown.items()},
        }

    def _look(self) -> None:
        asked = self._office.surveys.now()
        if not asked.done():
            self.state = MAKING
            return
        try:
            self._survey = asked.result()
        except PigeonholeError as error:
            self.state, self._error = FAILED, error

    def surveyed(self) -> Shown:
        """How the check of the classes stands."""
        if self.state == MAKING:
            return html.P("The examples are being compared; this may take some seconds.")
        if self._error is not None:
            return [
                html.P(f"They could not be compared: {self._error.message}. {self._error.advice}."),
                html.Button("Try again", type="button", **data(changed="yes")),
            ]
        if self._survey is None:
            return []
        number = len(self._survey.findings)
        if not number:
            return html.P(
                f"{counted(self._survey.examples, 'example')} compared: nothing to complain of."
            )
        said = f"{counted(self._survey.examples, 'example')} compared: "
        said += f"{counted(number, 'thing')} to look at, beside their classes."
        of_none = [one for one in self._survey.findings if not one.classes]
        return [html.P(said), html.Div(warnings(of_none))] if of_none else html.P(said)

    def listed(self) -> Shown:
        """The classes that are shown."""
        if not self.any:
            return empty(
                "There is no class yet.",
                "Name one above and give it a picture: one is enough. Scans that look like it are "
                "sorted there from then on.",
            )
        if not self._shown:
            return empty(
                "There is no such class now.",
                dcc.Link("See those that there are", href=places.view("classes")),
            )
        more = (
            dcc.Link(
                "More classes",
                href=places.view("classes", **{"from": self._more}),
                className="more",
            )
            if self._more is not None
            else None
        )
        shown = self._shown.values()
        return [*(section(one, self._findings(one.name), self._most) for one in shown), more]

    def warned(self, name: str) -> Shown:
        """What is to be said of a class."""
        return warnings(self._findings(name))

    def shots(self, name: str) -> Shown:
        """The examples of a class."""
        return shots(self._shown[name], self._most)

    def _findings(self, name: str) -> list[Finding]:
        findings = self._survey.findings if self._survey else ()
        return [each for each in findings if name in each.classes]

    def mapped(self) -> Shown:
        """The map, as soon as there is one."""
        if self._survey is None:
            return html.P("It is drawn when the examples have been compared.", className="soft")
        return map_of(self._survey)

    def out(self) -> Shown:
        """What was taken out."""
        return taken_out(removed(self._office.home))


def _digest(one: ClassOf) -> str:
    """Changes when the names of the examples do."""
    return hashlib.sha256("\0".join(one.examples).encode()).hexdigest()[:16]
