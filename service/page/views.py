"""What a view is: a path below ``/ui/``, what it shows, and what it listens to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Dash
from dash.development.base_component import Component

from service.desk.office import Office

Shown = Component | str | list[Any]
"""What stands in a component; text is escaped by Dash."""

HOME = "/ui/"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where somebody is on the page.

    Attributes:
        rest: of the path, behind the view's own: ``12`` of ``/ui/scans/12``.
        query: of the URL; of several values of a name the last.
    """

    rest: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """A view.

    Attributes:
        path: below ``/ui/``: one word; empty for the first view.
        name: in the navigation; empty for one that does not stand there.
        show: makes it. It may raise a `PigeonholeError`, which is shown in its place.
        listen: registers its callbacks.
    """

    path: str
    name: str
    show: Callable[[Office, Asked], Shown]
    listen: Callable[[Dash, Office], None]

    @property
    def href(self) -> str:
        """Where it is."""
        return HOME + self.path
