from __future__ import annotations

import html
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from config.errors import SettingsError
from config.home import Home
from config.settings import Settings
from service.http.sessions import COOKIE, SESSION, Sessions
from service.http.tokens import MIN_LENGTH, read_token
from service.web.listening import bound, url_of
from storage.database import Database
from storage.sessions import LiveSessions
from tests.service.serving import TOKEN, bearer, client_of, is_problem


@pytest.fixture
def guarded(home: Home) -> Iterator[httpx.Client]:
    """A client of a server that wants a token."""
    with client_of(home, TOKEN) as (client, _):
        yield client


@pytest.fixture
def unguarded(home: Home) -> Iterator[httpx.Client]:
    """A client of a server without a token."""
    with client_of(home) as (client, _):
        yield client


@pytest.mark.parametrize(
    "path",
    ["/classes", "/metrics", "/docs", "/openapi.json", "/ui/", "/typo", "/%2e", "/sign-in/x"],
)
def test_nothing_answers_without_the_token(guarded: httpx.Client, path: str) -> None:
    """A new route that nobody thought of guarding would be open to the whole network."""
    answer = guarded.get(path)
    is_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"]
)
def test_a_wrong_token_is_no_token(guarded: httpx.Client, given: str) -> None:
    """Something that only looks like the token would do."""
    is_problem(guarded.get("/classes", headers={"Authorization": given}), 401)
    is_problem(guarded.post("/inference", headers={"Authorization": given}), 401)


def test_the_token_opens_all(guarded: httpx.Client) -> None:
    """Its owner would be locked out."""
    for path in ("/classes", "/metrics", "/docs", "/openapi.json", "/ui/"):
        assert guarded.get(path, headers=bearer()).status_code == 200, path
    is_problem(guarded.get("/typo", headers=bearer()), 404)


def test_health_and_signing_in_need_no_token(guarded: httpx.Client) -> None:
    """A monitor would need the token, and nobody could sign in."""
    assert guarded.get("/").json()["status"] == "ok"
    assert guarded.head("/").status_code == 200
    form = guarded.get("/sign-in")
    assert form.status_code == 200
    assert 'type="password"' in form.text
    assert guarded.get("/sign-in/style.css").headers["content-type"].startswith("text/css")


def test_a_browser_signs_in_and_out(guarded: httpx.Client) -> None:
    """A person would have to put a header into the browser's requests."""
    asked = guarded.get("/docs", headers={"Accept": "text/html"})
    assert asked.headers["location"] == "/sign-in?next=/docs"
    wrong = guarded.post("/sign-in", data={"token": "guessed"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    entered = guarded.post("/sign-in", data={"token": TOKEN, "next": "/docs"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/docs")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert TOKEN not in cookie
    assert guarded.get("/docs").status_code == 200
    assert guarded.post("/sign-out").status_code == 303
    is_problem(guarded.get("/docs"), 401)


def test_the_cookie_is_secure_behind_tls(guarded: httpx.Client) -> None:
    """A browser would send it over plain HTTP as well."""
    entered = guarded.post(
        "/sign-in", data={"token": TOKEN}, headers={"X-Forwarded-Proto": "https"}
    )
    assert "secure" in entered.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb", ""]
)
def test_signing_in_leads_to_no_other_site(guarded: httpx.Client, wanted: str) -> None:
    """A link to this sign-in page would hand a person over to somebody else's."""
    entered = guarded.post("/sign-in", data={"token": TOKEN, "next": wanted})
    assert entered.headers["location"] == "/ui/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": ""},
    ],
)
def test_another_site_changes_nothing(
    guarded: httpx.Client, unguarded: httpx.Client, headers: dict[str, str]
) -> None:
    """A page that a person visits could empty a class by a hidden form."""
    guarded.post("/sign-in", data={"token": TOKEN})
    for client in (guarded, unguarded):
        is_problem(client.post("/inference", headers=headers), 403)
        is_problem(client.delete("/classes/ticket", headers=headers), 403)
        is_problem(client.post("/sign-in", headers=headers, data={"token": TOKEN}), 403)
        assert client.get("/classes", headers=headers).status_code == 200


def test_this_site_and_programs_may_change_things(
    guarded: httpx.Client, unguarded: httpx.Client
) -> None:
    """The page itself, or a script, would be refused."""
    is_problem(guarded.delete("/classes/none", headers=bearer()), 404)
    guarded.post("/sign-in", data={"token": TOKEN})
    for client in (guarded, unguarded):
        here = str(client.base_url).rstrip("/")
        for headers in ({}, {"Origin": here}, {"Sec-Fetch-Site": "same-origin"}):
            is_problem(client.delete("/classes/none", headers=headers), 404)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", ""]
)
def test_without_a_token_no_other_name_is_answered(unguarded: httpx.Client, host: str) -> None:
    """A site whose name suddenly means this machine (DNS rebinding) would read everything."""
    for path in ("/", "/classes", "/sign-in"):
        is_problem(unguarded.get(path, headers={"Host": host}), 421)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]", "[::1]:8765"]
)
def test_without_a_token_this_machine_is_answered(unguarded: httpx.Client, host: str) -> None:
    """A person who types localhost would be refused."""
    assert unguarded.get("/classes", headers={"Host": host}).status_code == 200


def test_with_a_token_any_name_is_answered(guarded: httpx.Client) -> None:
    """The service could not be reached from another machine."""
    headers = bearer() | {"Host": "pigeonhole.example"}
    assert guarded.get("/classes", headers=headers).status_code == 200


def test_signing_out_ends_the_session_on_the_server(guarded: httpx.Client, home: Home) -> None:
    """Whoever has copied the cookie would go on reading for 30 days."""
    cookies = []
    for _ in range(2):
        guarded.post("/sign-in", data={"token": TOKEN})
        cookies.append({"Cookie": f"{COOKIE}={guarded.cookies.pop(COOKIE)}"})
        guarded.cookies.clear()
    here, elsewhere = cookies
    assert guarded.post("/sign-out", headers=here).status_code == 303
    is_problem(guarded.get("/classes", headers=here), 401)
    assert guarded.get("/classes", headers=elsewhere).status_code == 200
    # Another process on the same home, and this one after a restart.
    with client_of(home, TOKEN) as (other, _):
        is_problem(other.get("/classes", headers=here), 401)
        assert other.get("/classes", headers=elsewhere).status_code == 200
        assert other.post("/sign-out", headers=elsewhere).status_code == 303
    is_problem(guarded.get("/classes", headers=elsewhere), 401)


def test_signing_out_of_no_session_is_no_error(guarded: httpx.Client) -> None:
    """A person whose session has expired would be shown an error."""
    for cookie in ("", "x", "a.b", "\xe9.\xff", f"{'a' * 5000}.b"):
        sent = guarded.post(
            "/sign-out", headers=[(b"cookie", f"{COOKIE}={cookie}".encode("latin-1"))]
        )
        assert sent.status_code == 303, cookie


def test_another_token_ends_every_session(guarded: httpx.Client, home: Home) -> None:
    """A token that became known and was changed would go on being good for 30 days."""
    guarded.post("/sign-in", data={"token": TOKEN})
    cookie = {"Cookie": f"{COOKIE}={guarded.cookies[COOKIE]}"}
    with client_of(home, "another-token-to-test-with") as (other, _):
        is_problem(other.get("/classes", headers=cookie), 401)
    assert guarded.get("/classes", headers=cookie).status_code == 200


def test_a_ledger_that_cannot_be_read_is_told_and_opens_nothing(
    guarded: httpx.Client, home: Home
) -> None:
    """A session of which nothing is known would be let in, or a person read of a mistake of ours."""
    guarded.post("/sign-in", data={"token": TOKEN})
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute("ALTER TABLE sessions RENAME TO elsewhere")
    told = is_problem(guarded.get("/classes"), 503)
    assert "database" in str(told["detail"])
    is_problem(guarded.post("/sign-out"), 503)


def test_a_session_ends_and_cannot_be_made_up(home: Home) -> None:
    """A cookie would open the house for ever, or anybody could write one."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    database = Database.open(home.database)
    alive = LiveSessions(database, lambda: now)
    sessions = Sessions(TOKEN, alive)
    value = sessions.new()
    assert sessions.holds(value)
    assert value != sessions.new()
    name, signature = value.split(".")
    other_name = sessions.new().split(".")[0]
    for forged in (
        "", ".", "..", "x", name, f"{name}.", f"{value}x", f"{name}.é", f"{name}.\udcff",
        f"{other_name}.{signature}",
    ):  # fmt: skip
        assert not sessions.holds(forged), forged
    assert not Sessions("another", alive).holds(value)
    now += timedelta(seconds=SESSION)
    assert not sessions.holds(value)
    # Those that have expired are not kept for ever.
    sessions.new()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar() == 1
    # A clock that was ahead for a moment brings none back.
    now -= timedelta(seconds=SESSION)
    assert not sessions.holds(value)
    database.close()


def test_where_the_token_comes_from(tmp_path: Path) -> None:
    """An empty or unreadable file would mean that nobody needs a token."""
    assert read_token(Settings()) == ""
    assert read_token(Settings(api_token=SecretStr("one"))) == "one"
    file = tmp_path / "token"
    with_file = Settings(api_token_file=file)
    for content, said in ((None, "no such file"), (" \n", "is empty"), (b"\xff", "cannot be read")):
        if isinstance(content, str):
            file.write_text(content)
        elif content:
            file.write_bytes(content)
        with pytest.raises(SettingsError, match=said):
            read_token(with_file)
    file.write_text("two\n")
    assert read_token(with_file) == "two"
    with pytest.raises(SettingsError, match="both"):
        read_token(Settings(api_token=SecretStr("one"), api_token_file=file))


def test_a_short_token_is_for_this_machine_alone(home: Home) -> None:
    """Anybody in the network would guess it."""
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(SettingsError, match="16 characters") as refused:
            bound(host, 0, token="x" * (MIN_LENGTH - 1))
        assert "openssl rand -hex 32" in refused.value.advice
    bound("127.0.0.1", 0, token="x").close()
    bound("0.0.0.0", 0, token="x" * MIN_LENGTH).close()


def test_without_a_token_the_server_listens_to_this_machine_alone() -> None:
    """Whoever sets host to 0.0.0.0 would give everybody in the network their papers."""
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(SettingsError, match="token"):
            bound(host, 0, token="")
    with bound("localhost", 0, token="") as listener:
        assert url_of(listener).startswith("http://")
        taken = listener.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {taken}: address already in use"):
            bound("localhost", taken, token="")
    with bound("0.0.0.0", 0, token=TOKEN) as listener:
        assert url_of(listener).startswith("http://127.0.0.1:")
    with pytest.raises(SettingsError, match="no address"):
        bound("no.such.host.invalid", 0, token=TOKEN)


def test_a_bookmark_keeps_what_it_asks_for_over_signing_in(home: Home) -> None:
    """A link that somebody was sent would show all scans, not those that were meant."""
    with client_of(home, TOKEN) as (client, _):
        path = "/ui/recent?state=filed&text=total%20%26"
        sent = client.get(path, headers={"Accept": "text/html"})
        form = client.get(sent.headers["location"])
        assert html.escape(path) in form.text
