from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from config.home import Home
from service.http import guessing
from service.http.guessing import FREE_FAILURES, MAX_DELAY, RESET_AFTER, Guessing, address_of
from tests.service.serving import TOKEN, bearer, client_of, is_problem


def scope(host: str | None) -> dict[str, Any]:
    """A request of an address."""
    return {"type": "http", "client": None if host is None else (host, 1)}


class Slept:
    """A clock, and a sleep that only notes how long it was to be."""

    def __init__(self) -> None:
        self.now = 0.0
        self.times: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Note it."""
        self.times.append(seconds)


def test_failures_are_answered_ever_more_slowly() -> None:
    """A short token would be found by trying."""
    slept = Slept()
    slowed = Guessing(lambda: slept.now, slept.sleep)

    async def guess(host: str, times: int) -> None:
        for _ in range(times):
            assert await slowed.failed(scope(host)) == 0

    asyncio.run(guess("192.0.2.1", FREE_FAILURES))
    assert slept.times == [], "people mistype"
    asyncio.run(guess("192.0.2.1", 7))
    assert slept.times == [1, 2, 4, 8, 16, MAX_DELAY, MAX_DELAY]
    asyncio.run(guess("192.0.2.2", FREE_FAILURES))
    assert len(slept.times) == 7, "others are not slowed"
    slept.now += RESET_AFTER + 1
    asyncio.run(guess("192.0.2.1", FREE_FAILURES))
    assert len(slept.times) == 7, "what lies back is forgotten"


def test_answers_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guesser would hold every connection, and nobody else be answered."""

    async def story() -> list[int]:
        release = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            await release.wait()

        slowed = Guessing(lambda: 0.0, sleep)
        waiting = []
        for host in (f"192.0.2.{number}" for number in range(20)):
            waiting += [asyncio.ensure_future(slowed.failed(scope(host))) for _ in range(100)]
        for _ in range(5):
            await asyncio.sleep(0)
        held = sum(not one.done() for one in waiting)
        assert held == guessing._MAX_HELD
        refused = [one.result() for one in waiting if one.done() and one.result()]
        assert min(refused) >= 1
        assert max(refused) == MAX_DELAY
        release.set()
        await asyncio.gather(*waiting)
        assert slowed._held == 0
        assert not any(one.held for one in slowed._table.values())
        return refused

    assert len(asyncio.run(story())) > 1000


def test_the_table_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with many addresses would fill the memory."""
    monkeypatch.setattr(guessing, "_MAX_ADDRESSES", 10)
    slowed = Guessing(lambda: 0.0)

    async def guess() -> None:
        for number in range(100):
            await slowed.failed(scope(f"192.0.2.{number}"))

    asyncio.run(guess())
    assert len(slowed._table) == 10


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no address", "unknown"),
        (None, "unknown"),
    ],
)
def test_one_customer_is_one_address(host: str | None, counted: str) -> None:
    """Whoever has a network of IPv6 has 2**64 addresses to guess from."""
    assert address_of(scope(host)) == counted


@pytest.fixture
def guarded(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[httpx.Client, Slept]]:
    """A client of a server that wants a token, and what it slept."""
    slept = Slept()
    monkeypatch.setattr(
        "service.web.application.Guessing", lambda: Guessing(lambda: slept.now, slept.sleep)
    )
    with client_of(home, TOKEN) as (client, _):
        yield client, slept


def test_bearers_and_sign_ins_are_counted_together(guarded: tuple[httpx.Client, Slept]) -> None:
    """One of the two ways would be left to guess by."""
    client, slept = guarded
    for _ in range(FREE_FAILURES):
        is_problem(client.get("/classes", headers=bearer("wrong")), 401)
    assert client.post("/sign-in", data={"token": "wrong"}).status_code == 401
    assert slept.times == [1]
    # What shows no token guesses none: a monitor, or a page whose session has ended.
    for headers in ({}, {"Authorization": "Basic x"}, {"Cookie": "pigeonhole_session=a.b"}):
        is_problem(client.get("/classes", headers=headers), 401)
    assert slept.times == [1]


def test_no_path_is_left_to_guess_by(guarded: tuple[httpx.Client, Slept]) -> None:
    """What answers without a token refuses other sites, unless they show it: so it tells, too."""
    client, slept = guarded
    for _ in range(FREE_FAILURES + 1):
        headers = bearer("wrong") | {"Origin": "http://evil.example"}
        is_problem(client.post("/sign-out", headers=headers), 403)
    assert slept.times == [1]
    headers = bearer() | {"Origin": "http://evil.example"}
    assert client.post("/sign-out", headers=headers).status_code == 303


def test_the_right_token_is_never_held_up(
    guarded: tuple[httpx.Client, Slept], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody behind the same router could lock everybody out."""
    client, slept = guarded
    for _ in range(3 * FREE_FAILURES):
        client.get("/classes", headers=bearer("wrong"))
    before = list(slept.times)
    assert client.get("/classes", headers=bearer()).status_code == 200
    assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
    assert client.get("/classes").status_code == 200, "by the cookie"
    assert slept.times == before
    # Not even where so many answers wait already that wrong ones are refused.
    monkeypatch.setattr(guessing, "_MAX_HELD", 0)
    told = client.get("/classes", headers=bearer("wrong"))
    client.cookies.clear()
    told = client.get("/classes", headers=bearer("wrong"))
    is_problem(told, 429)
    assert int(told.headers["retry-after"]) >= 1
    is_problem(client.post("/sign-in", data={"token": "wrong"}), 429)
    assert client.get("/classes", headers=bearer()).status_code == 200


def test_the_service_ends_without_waiting_for_guessers() -> None:
    """It would take half a minute to stop, and be killed meanwhile."""

    async def story() -> int:
        slowed = Guessing(lambda: 0.0)
        guesses = [asyncio.ensure_future(slowed.failed(scope("192.0.2.1"))) for _ in range(10)]
        await asyncio.sleep(0)
        assert sum(one.done() for one in guesses) == FREE_FAILURES
        slowed.release()
        return sum(await asyncio.gather(*guesses))

    assert asyncio.run(story()) == 0
