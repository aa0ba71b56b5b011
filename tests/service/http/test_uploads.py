from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request

from service.http.bodies import BodyLimit
from service.http.problems import answer_problems
from service.http.uploads import UploadLimits, clean_name, received
from tests.conftest import Mount
from tests.service.fakes import PATIENCE
from tests.service.serving import is_problem, serving

LIMITS = UploadLimits(file_bytes=3 << 20, files=3, fields=2, field_bytes=100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where uploads are kept meanwhile."""
    return tmp_path / "uploads"


@pytest.fixture
def taker(folder: Path) -> Iterator[httpx.Client]:
    """A client of an app that takes uploads and tells what came."""
    app = FastAPI(openapi_url=None)
    answer_problems(app)
    app.add_middleware(BodyLimit)

    @app.post("/")
    async def take(request: Request) -> list[dict[str, object]]:
        async with received(request, folder, LIMITS) as uploads:
            return [
                {
                    "name": one.name,
                    "size": one.size,
                    "sha256": one.sha256,
                    "mode": one.path.parent.parent.stat().st_mode & 0o777,
                    "inside": one.path.is_relative_to(folder) and ".." not in one.path.parts,
                    "last": one.path.name,
                    "bytes": len(one.path.read_bytes()),
                }
                for one in uploads
            ]

    @app.post("/json")
    async def json(request: Request) -> int:
        return len(await request.body())

    with serving(app) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
        yield client


def left(folder: Path) -> list[Path]:
    """What was not removed."""
    return [path for path in folder.rglob("*")] if folder.exists() else []  # noqa: C416


def test_what_is_sent_comes_whole(taker: httpx.Client, folder: Path) -> None:
    """A picture would be judged by half of its bytes."""
    data = os.urandom(2_500_000) + b"\r\n--" * 1000
    answer = taker.post("/", files=[("file", ("a.png", data)), ("file", ("a.png", b""))])
    first, second = answer.json()
    assert (first["size"], first["bytes"], first["name"]) == (len(data), len(data), "a.png")
    assert first["mode"] == 0o700
    assert (second["size"], second["name"]) == (0, "a.png")
    assert left(folder) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\scans\\a.png", "a.png"),
        ("..", "upload"),
        ("", "upload"),
        ("a/", "upload"),
        ("a\x00b\x1b[31m\u202e.png", "ab[31m.png"),
        ("<script>alert(1)</script>.png", "script>.png"),
        ("<b>.png", "<b>.png"),
        ("ü" * 300 + ".png", "ü" * 73 + ".png"),
        ("a." + "b" * 300, "a." + "b" * 148),
        (" x .png ", "x .png"),
    ],
)
def test_a_name_is_never_a_path(given: str, kept: str) -> None:
    """Whoever uploads could write anywhere, or command a terminal."""
    assert clean_name(given) == kept


def test_a_path_in_a_file_name_leads_nowhere(taker: httpx.Client, folder: Path) -> None:
    """The same, through the whole form."""
    (told,) = taker.post("/", files={"file": ("../../../tmp/x.png", b"x")}).json()
    assert (told["name"], told["last"], told["inside"]) == ("x.png", "x.png", True)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("filename*=UTF-8''f%C3%BCr%20dich.png", "für dich.png"),
        ("filename*=utf-8'de'a.png", "a.png"),
        ("FILENAME* = iso-8859-1''f%FCr.png", "für.png"),
        ("filename*=utf-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("filename*=utf-8''a%00b%1B%E2%80%AE.png", "ab.png"),
        ("filename*=utf-8''%FF.png", "�.png"),
        ("filename*=rot13''a.png", "a.png"),
        ("filename*=utf-8''", "upload"),
        ("filename*=utf-8''%2e%2e", "upload"),
        ("filename=\"plain.png\"; filename*=utf-8''other.png", "plain.png"),
        ("filename*=utf-8''other.png; filename=plain.png", "plain.png"),
        ("filename=\"\"; filename*=utf-8''other.png", "other.png"),
        ('filename=""', "upload"),
    ],
)
def test_a_name_may_come_in_its_extended_form(
    taker: httpx.Client, disposition: str, name: str
) -> None:
    """Uploads of some clients were refused, whose names hold an umlaut; or such a name was a path."""
    (told,) = taker.post("/", **form(disposition)).json()
    assert (told["name"], told["bytes"], told["inside"]) == (name, 1, True)


@pytest.mark.parametrize(
    "disposition",
    [
        "filename*", "filename*=", "filename*=a.png", "filename*=utf-8'a.png",
        'x="; filename*=utf-8\'\'a.png"', "filename*0*=utf-8''a.png",
    ],
)  # fmt: skip
def test_what_is_no_name_makes_no_file(taker: httpx.Client, disposition: str) -> None:
    """Any text in a header would be taken for a name."""
    is_problem(taker.post("/", **form(disposition)), 422)


def form(disposition: str) -> dict[str, Any]:
    """A form with one file of one byte, as its header has it."""
    head = f"Content-Disposition: form-data; name=file; {disposition}"
    return {
        "content": f"--b\r\n{head}\r\n\r\nx\r\n--b--\r\n".encode(),
        "headers": {"Content-Type": "multipart/form-data; boundary=b"},
    }


def test_limits_hold(taker: httpx.Client, folder: Path) -> None:
    """One request could fill the disk or the memory."""
    for files, data in (
        ([("file", ("a", b"x" * (LIMITS.file_bytes + 1)))], {}),
        ([("file", ("a", b"x"))] * 4, {}),
        ([("file", ("a", b"x"))], {"a": "x" * 101}),
        ([("file", ("a", b"x"))], {"a": "1", "b": "2", "c": "3"}),
    ):
        is_problem(taker.post("/", files=files, data=data), 413)
    whole = [("file", ("a", b"x" * LIMITS.file_bytes))] * 3
    is_problem(taker.post("/", files=whole), 413)
    is_problem(taker.post("/json", content=b"x" * ((1 << 20) + 1)), 413)
    assert taker.post("/json", content=b"x" * (1 << 20)).json() == 1 << 20
    assert left(folder) == []


def test_two_gigabytes_are_refused_at_once_when_announced(taker: httpx.Client) -> None:
    """Minutes would pass until a person is told."""
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2147483648\r\n"
    assert b" 413 " in _answer(taker, head, [])


def test_two_gigabytes_are_refused_on_their_way(taker: httpx.Client, folder: Path) -> None:
    """A body that does not say how long it is would fill the disk."""
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield part
        while sent < 2 << 30:
            sent += 1 << 16
            yield b"x" * (1 << 16)

    answer = _answer(taker, head, (b"%x\r\n%s\r\n" % (len(one), one) for one in endless()))
    assert b" 413 " in answer
    assert sent < 4 * LIMITS.file_bytes + (32 << 20)  # what the kernel holds may be on its way
    assert left(folder) == []


def _answer(client: httpx.Client, head: bytes, body: object) -> bytes:
    """What a server says to a client that sends until it is told something, or cut off."""
    where = urlsplit(str(client.base_url))
    head += b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    with socket.create_connection((where.hostname, where.port), PATIENCE) as connection:
        connection.sendall(head)
        try:
            for chunk in body:  # type: ignore[attr-defined]
                connection.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return connection.recv(1000)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=b", 400),
        (b"nonsense", "multipart/form-data; boundary=b", 400),
        (b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nxx', "multipart/form-data; boundary=b", 400),
        (b"--b\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", 422),
        (b"--b--\r\n", "multipart/form-data; boundary=b", 422),
        (b"x", "multipart/form-data", 422),
        (b"x", "multipart/form-data; boundary=" + "b" * 300, 400),
        (b"{}", "application/json", 422),
        (b"--b\r\n" + b"A: b\r\n" * 1000 + b"\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b", 400),
    ],
)  # fmt: skip
def test_a_broken_form_is_a_problem(
    taker: httpx.Client, folder: Path, content: bytes, kind: str, status: int
) -> None:
    """A client that is wrong would see a server that is wrong."""
    is_problem(taker.post("/", content=content, headers={"Content-Type": kind}), status)
    assert left(folder) == []


def test_files_in_other_fields_and_fields_without_files_are_told(taker: httpx.Client) -> None:
    """A person who mistypes the field would be told that all is well."""
    said = is_problem(taker.post("/", files={"image": ("a.png", b"x")}), 422)["detail"]
    assert "file" in str(said)
    is_problem(taker.post("/", data={"file": "text"}, files={"x": ("", b"")}), 422)


def test_a_full_disk_is_told(taker: httpx.Client, folder: Path, mount: Mount) -> None:
    """A client would take it for a mistake of the program, and try for ever."""
    folder.mkdir()
    mount(folder, "size=1m")
    is_problem(taker.post("/", files={"file": ("a.png", b"x" * (2 << 20))}), 507)
    assert left(folder) == []


def test_a_client_that_leaves_leaves_nothing(taker: httpx.Client, folder: Path) -> None:
    """Every broken connection would leave a file."""
    where = urlsplit(str(taker.base_url))
    with socket.create_connection((where.hostname, where.port), PATIENCE) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
            b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nxx'
        )
    taker.post("/", files={"file": ("a", b"x")})
    for _ in range(100):
        if not left(folder):
            break
        taker.post("/json")  # lets the server go on
    assert left(folder) == []
