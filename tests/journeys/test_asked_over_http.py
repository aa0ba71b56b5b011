"""A service that sorts and answers over HTTP: asked, shown, and hurt."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from models.drawing.tickets import draw_ticket
from models.siamese.weights import SHIPPED, read_manifest
from tests.detectors import put_detector
from tests.journeys.running import PATIENCE, Service

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str]]:
    """A daemon with its server, and the URL of that."""
    service = Service(tmp_path_factory.mktemp("home") / "pigeonhole-home", web=True)
    service.start()
    yield service, listening(service)
    service.stop()


@pytest.fixture
def ticket(tmp_path: Path) -> Path:
    """A drawn ticket."""
    path = tmp_path / "scan.png"
    drawing = draw_ticket(np.random.default_rng(5), width=560, photo=False, strength=0.2)
    Image.fromarray(drawing.pixels).save(path)
    return path


def listening(service: Service) -> str:
    """The URL that it tells next."""
    url = service.wait_for(lambda line: line["event"] == "listening")["url"]
    assert isinstance(url, str)
    return url


def children(pid: int) -> set[int]:
    """The processes that one has started."""
    found = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        found |= {int(child) for child in (task / "children").read_text().split()}
    return found


def server_of(service: Service) -> int:
    """The process of the server: the one that listens."""
    (found,) = (pid for pid in children(service.process.pid) if listens(pid))
    return found


def listens(pid: int) -> bool:
    """Whether a process has a socket that listens."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            inodes.add(os.readlink(link).removeprefix("socket:[").rstrip("]"))
    lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    # State 0A is LISTEN (proc_net_tcp.txt).
    return any(line.split()[3] == "0A" and line.split()[9] in inodes for line in lines)


def wait_until_gone(pid: int, url: str) -> None:
    """A process of which nobody is told when it ends: while it lives, its port answers."""
    for _ in range(int(PATIENCE * 10)):
        if not Path(f"/proc/{pid}").exists():
            return
        with suppress(httpx.HTTPError):
            httpx.get(url, timeout=0.1)
    pytest.fail("it lives")


def test_a_ticket_is_judged_kept_and_sorted(asked: tuple[Service, str], ticket: Path) -> None:
    """What comes over HTTP would never reach the ledger."""
    service, url = asked
    assert httpx.get(url).json()["daemon"] == "running"
    sent = {"file": ("from a phone.png", ticket.read_bytes())}
    told = httpx.post(f"{url}inference?keep=true", files=sent, timeout=PATIENCE).json()
    assert told["class"] == "ticket"
    assert told["kept"] == "inbox/from a phone.png"
    assert service.wait_closed("from a phone.png") == {"from a phone.png": "filed"}
    ((kind, score, total),) = service.ask("SELECT class, score, total FROM results")
    assert (kind, total) == ("ticket", told["fields"]["total"])
    assert score == pytest.approx(told["score"], abs=1e-5)
    assert httpx.get(url).json()["scans"] == {"filed": 1}


def test_the_curl_lines_of_the_readme_work(
    asked: tuple[Service, str], ticket: Path, tmp_path: Path
) -> None:
    """The first thing that a person copies."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    service, url = asked
    service.wait_closed(service.drop(ticket))  # the scan 1 that they speak of
    branch = read_manifest(SHIPPED)
    put_detector(  # and the detector; it takes nothing for a banana
        service.home / "detectors", "banana", np.zeros(branch.branch.dim), -1.0,
        branch_id=branch.branch_id,
    )  # fmt: skip
    shutil.copy(ticket, tmp_path / "invoice.jpg")
    lines = re.findall(r"^(curl .*?)\s*(?:#.*)?$", README, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        done = subprocess.run(
            ["bash", "-c", f"{line} --fail-with-body --silent".replace("http://127.0.0.1:8765/", url)],
            cwd=tmp_path, env=os.environ | {"TOKEN": "none"}, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stdout)


def test_a_server_that_dies_comes_again_and_dies_with_its_daemon(
    asked: tuple[Service, str],
) -> None:
    """The page would be gone until a restart, or a server be left that holds the port for ever."""
    service, _ = asked
    os.kill(server_of(service), signal.SIGKILL)
    service.wait_for(lambda line: "sorting goes on" in line["event"])
    again = listening(service)
    assert httpx.get(again).json()["daemon"] == "running"
    server = server_of(service)
    service.process.kill()
    wait_until_gone(server, again)


@pytest.mark.slow
def test_a_port_that_is_taken_stops_no_sorting(tmp_path: Path, ticket: Path) -> None:
    """Two services on one machine, and the second one would sort nothing."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        service = Service(tmp_path / "home", {"port": port, "read_classes": "[]"}, web=True)
        service.start()
        line = service.wait_for(lambda line: line["level"] == "error")
        assert "sorting goes on" in line["event"]
        assert "address already in use" in line["reason"]
        assert service.wait_closed(service.drop(ticket)) == {"scan.png": "filed"}
    # It is tried again, and told no second time.
    url = listening(service)
    assert [line for line in service.seen if line["level"] == "error"] == [line]
    server = server_of(service)
    assert service.stop() == 0
    wait_until_gone(server, url)
