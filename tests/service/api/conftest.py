"""One server with a real worker, for all who need verdicts, and a fresh home for all who do not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from config.home import Home
from config.settings import Settings
from service.desk.office import Office
from tests.service.conftest import Draw
from tests.service.serving import client_of


@dataclass
class Answering:
    """A client of a served home."""

    client: httpx.Client
    home: Home
    office: Office


@pytest.fixture(scope="session")
def judging(tmp_path_factory: pytest.TempPathFactory, drawn: Draw) -> Iterator[Answering]:
    """A server that judges by one cylinder and one ticket; its worker starts at the first upload."""
    home = Home.of(tmp_path_factory.mktemp("judging") / "home", Settings())
    home.lay_out()
    for kind in ("cylinder", "ticket"):
        (home.support / kind).mkdir(parents=True)
        shutil.copy(drawn(kind), home.support / kind)
    with client_of(home) as (client, office):
        yield Answering(client, home, office)


@pytest.fixture
def answering(home: Home) -> Iterator[Answering]:
    """A server of a home of its own; what needs no verdict starts no worker."""
    with client_of(home) as (client, office):
        yield Answering(client, home, office)
        assert office.asking._pool is None
