from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.siamese.weights import SHIPPED, read_manifest
from service.desk import asking
from service.workers.process import WorkerDiedError
from tests import forked
from tests.detectors import put_detector
from tests.service.api.conftest import Answering
from tests.service.conftest import Draw
from tests.service.serving import is_problem


@pytest.fixture
def detectors(judging: Answering) -> Iterator[Path]:
    """The detectors of the judging server: one that knows nothing, one of other weights."""
    branch, folder = read_manifest(SHIPPED), judging.home.detectors
    zeros = np.zeros(branch.branch.dim)
    put_detector(folder, "banana", zeros, -0.01, branch_id=branch.branch_id)
    put_detector(folder, "old", zeros, 0.0, branch_id="another")
    yield folder
    shutil.rmtree(folder)
    folder.mkdir()


def test_an_upload_is_answered_as_the_command_answers(
    judging: Answering, drawn: Draw, detectors: Path
) -> None:
    """What a script learnt from 'classify --json' would not hold for the API."""
    path = drawn("cylinder", 2)
    answer = judging.client.post("/inference", files={"file": (path.name, path.read_bytes())})
    assert answer.status_code == 200
    told = answer.json()
    words = ["classify", path, "--json", "--home", judging.home.root]
    done = forked.run(*words, network=True)
    assert done.returncode == 0
    by_command = json.loads(done.stdout)
    assert done.stderr.startswith("detector old is not used: the detector old was trained with")
    assert told.keys() == by_command.keys() - {"path"} | {"name", "matches", "detections"}
    assert told["name"] == path.name
    assert told["class"] == by_command["class"] == "cylinder"
    for key in ("score", "distance", "runner_up_distance"):
        assert told[key] == pytest.approx(by_command[key], abs=1e-5)
    assert told["detectors"] == by_command["detectors"]
    (detection,) = told["detections"]
    assert told["detectors"] == {"banana": detection["probability"]}
    assert (detection["name"], detection["accepted"]) == ("banana", False)
    for key in (
        "nearest_class", "nearest_support", "runner_up", "branch_id", "index_id", "decided_by",
    ):  # fmt: skip
        assert told[key] == by_command[key]
    assert [one["class"] for one in told["matches"]] == ["cylinder", "ticket"]


def test_tickets_are_read_and_others_on_demand(judging: Answering, drawn: Draw) -> None:
    """A ticket would come back without its text, or a cylinder cost a reading."""
    sent = [("file", (kind, drawn(kind, 3).read_bytes())) for kind in ("ticket", "cylinder")]
    ticket, cylinder = judging.client.post("/inference", files=sent).json()
    assert (ticket["class"], cylinder["class"]) == ("ticket", "cylinder")
    assert len(ticket["text"].split()) > 5
    assert set(ticket["fields"]) == {"vendor", "ticket_date", "total", "currency", "tax"}
    assert {"text", "fields"} & cylinder.keys() == set()
    (_, both) = judging.client.post("/inference-ocr", files=sent).json()
    assert both["class"] == "cylinder"
    assert isinstance(both["text"], str)
    assert both["fields"]["total"] is None


def test_what_cannot_be_judged_is_told(judging: Answering, drawn: Draw) -> None:
    """A zip that is called a picture would be a server error, or spoil its neighbours."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.png", b"x")
    hostile = ("file", ("invoice.png", packed.getvalue(), "image/png"))
    told = is_problem(judging.client.post("/inference", files=[hostile]), 422)
    assert told["stage"]
    assert "invoice.png" in str(told["detail"])
    assert str(judging.home.root) not in json.dumps(told)
    good = ("file", ("good.png", drawn("cylinder").read_bytes()))
    answer = judging.client.post("/inference", files=[hostile, good, hostile])
    assert answer.status_code == 200
    first, second, third = answer.json()
    assert first["error"] == third["error"]
    assert first.keys() >= {"name", "error", "stage"}
    assert second["class"] == "cylinder"


@pytest.mark.parametrize(
    "name", ["../../evil.png", "<script>alert(1)</script>", 'a".png', "ü — \u202e.png", "x" * 999]
)
def test_names_do_no_harm(judging: Answering, drawn: Draw, name: str) -> None:
    """A name could be a path, or a script in whoever shows the answer."""
    answer = judging.client.post(
        "/inference", files={"file": (name, drawn("cylinder").read_bytes())}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    shown = answer.json()["name"]
    assert "/" not in shown
    assert len(shown) <= 150


def test_eight_clients_at_once_see_no_error(judging: Answering, drawn: Draw) -> None:
    """Two people at the same time would get in each other's way."""
    data = drawn("cylinder").read_bytes()
    judging.client.post("/inference", files={"file": data})

    def ask(number: int) -> tuple[int, str]:
        answer = judging.client.post("/inference", files={"file": (f"{number}.png", data)})
        return answer.status_code, answer.json().get("name")

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(ask, range(64)))
    assert answers == [(200, f"{number}.png") for number in range(64)]


def test_a_class_that_is_shown_now_is_known_at_the_next_upload(
    judging: Answering, drawn: Draw
) -> None:
    """A new class would wait for a restart."""
    data = drawn("cylinder", 7).read_bytes()
    added = judging.client.post("/classes/pillar/examples", files={"file": ("one.png", data)})
    assert added.status_code == 201
    try:
        told = judging.client.post("/inference", files={"file": data}).json()
        for _ in range(400):  # within the engine's second
            if told["nearest_class"] == "pillar":
                break
            told = judging.client.post("/inference", files={"file": data}).json()
        assert told["nearest_class"] == "pillar"
        assert told["nearest_support"] == "pillar/one.png"
    finally:
        judging.client.delete("/classes/pillar")


def test_an_upload_may_be_kept(judging: Answering, drawn: Draw) -> None:
    """A phone's picture could be judged, but not sorted; or it would overwrite another."""
    data = drawn("cylinder").read_bytes()
    sent = [("file", ("a.png", data)), ("file", ("a.png", data)), ("file", (".hidden.part", b"x"))]
    answers = judging.client.post("/inference?keep=true", files=sent).json()
    kept = [answer["kept"] for answer in answers]
    assert kept[:2] == ["inbox/a.png", "inbox/a (2).png"]
    assert kept[2].startswith("inbox/scan-")
    assert [(judging.home.root / place).read_bytes() for place in kept] == [data, data, b"x"]
    assert not list(judging.home.inbox.glob(".pigeonhole-*"))
    assert os.stat(judging.home.root / kept[0]).st_mode & 0o400


def test_nothing_is_left_of_uploads(judging: Answering, drawn: Draw) -> None:
    """The disk would fill with people's papers."""
    judging.client.post("/inference", files={"file": drawn("cylinder").read_bytes()})
    judging.client.post("/inference", files={"file": b"no picture"})
    assert list(judging.office.uploads.iterdir()) == []


class Dying(Executor):
    """A pool whose workers die, or take too long, over the first questions."""

    errors: list[Exception]
    lost: Future[None]

    def __init__(self, *_: object, **__: object) -> None:
        self.lost = Future()

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        """Fail as the next error has it."""
        future: Future[Any] = Future()
        future.set_exception(self.errors.pop(0))
        return future


def test_a_worker_that_dies_is_an_answer(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that kills its worker would be a server error, and the next one, too."""
    monkeypatch.setattr(asking, "PoolExecutor", Dying)
    for errors, said in (
        ([WorkerDiedError(-9), WorkerDiedError(-9)], "SIGKILL"),
        ([TimeoutError()], "longer than"),
        ([ValueError("odd")], "a worker failed"),
    ):
        Dying.errors = list(errors)
        told = is_problem(answering.client.post("/inference", files={"file": b"x"}), 422)
        assert told["stage"] == "worker"
        assert said in str(told["detail"])
    answering.office.asking._pool = None
