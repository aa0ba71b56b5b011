"""``pigeonhole serve``, as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from config.home import Home
from tests import forked
from tests.journeys.running import COMMAND, PATIENCE
from tests.service.serving import TOKEN, bearer

QUICK = {"PIGEONHOLE_READ_CLASSES": "[]", "PIGEONHOLE_LOG_FORMAT": "json"}


@contextmanager
def serve(home: Home, *words: str, **env: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command on a free port, and its URL once it answers."""
    process = subprocess.Popen(
        [COMMAND, "serve", "--home", home.root, "--port", "0", *words],
        env=os.environ | QUICK | env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert '"listening"' in line, line + process.stderr.read()
        yield process, line.partition('"url": "')[2].partition('"')[0]
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize(
    "numbers",
    [[signal.SIGINT], [signal.SIGTERM], [signal.SIGTERM] * 3, [signal.SIGINT, signal.SIGTERM]],
)
def test_it_answers_until_it_is_stopped(home: Home, numbers: list[signal.Signals]) -> None:
    """Ctrl-C would end in a traceback, or a service manager wait for ever."""
    with serve(home) as (process, url):
        assert httpx.get(url).json()["daemon"] == "stopped"
        for number in numbers:
            process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert (out, "Traceback" in err) == ("", False)


def test_ctrl_c_leaves_nobody_without_an_answer(home: Home) -> None:
    """A question under way would hold the service up for minutes, or be cut off."""
    with serve(home) as (process, url), ThreadPoolExecutor(1) as client:
        sent = [("file", (str(number), b"x")) for number in range(50)]
        # Its worker still starts.
        asked = client.submit(httpx.post, f"{url}inference", files=sent, timeout=PATIENCE)
        with suppress(StopIteration):
            next(_until_uploaded(home))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0
        assert asked.result().status_code in {200, 503}
        assert "Traceback" not in err


def _until_uploaded(home: Home) -> Iterator[Path]:
    """The first upload that the service has received."""
    for _ in range(1000):
        yield from home.cache.glob("tmp/*/upload-*")
        time.sleep(0.01)


def test_a_home_is_laid_out_and_the_token_is_wanted(tmp_path: Path) -> None:
    """The first command that a person types would tell that there is no home."""
    from config.settings import Settings

    home = Home.of(tmp_path / "new", Settings())
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    with serve(home, "--host", "0.0.0.0", PIGEONHOLE_API_TOKEN_FILE=str(file)) as (_, url):
        assert httpx.get(url).status_code == 200
        assert httpx.get(f"{url}classes").status_code == 401
        found = httpx.get(f"{url}classes", headers=bearer()).json()
        assert {one["class"] for one in found} == {"cylinder", "ticket"}
    assert home.settings_file.is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "{taken}"], "address already in use"),
        (["--host", "0.0.0.0", "--port", "0"], "api_token"),
        (["--host", "no.such.host.invalid"], "no address"),
    ],
)
def test_what_keeps_it_from_listening_is_one_line(home: Home, words: list[str], said: str) -> None:
    """A person would read a traceback, and a script see another code than that of settings."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        words = [word.format(taken=taken) for word in words]
        done = forked.run("serve", "--home", home.root, *words, env=QUICK)
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert said in line
