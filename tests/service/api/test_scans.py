"""``/scans``, asked by a real client over a real socket."""

from __future__ import annotations

import shutil
import threading
from urllib.parse import unquote

import httpx
import numpy as np
import pytest
from PIL import Image

from models.drawing.tickets import draw_ticket
from models.fields.ticket import Field, Fields, Ticket
from models.ticket.words import Word
from storage.records import Decision
from tests.service.api.conftest import Answering
from tests.service.conftest import Draw
from tests.service.fakes import Desk, Judge, scan_of
from tests.service.serving import TOKEN, bearer, client_of, is_problem

EVIL = "<img src=x onerror=alert(1)>.png"


@pytest.fixture
def used(answering: Answering) -> Answering:
    """Seven scans of two classes, one unknown and one broken."""
    home = answering.home
    for name in ("ticket", "cylinder"):
        (home.support / name).mkdir()
        (home.support / name / "1.png").write_text(name)
    desk = Desk(home, answering.office.ledger)
    for name, content in (
        ("a.png", "ticket zebra 3.50"), ("b.png", "unknown 2"), (EVIL, "broken 3"),
        ("d.png", "ticket lion 4"), ("e.png", "cylinder 5"), ("f.png", "cylinder 6"),
        ("g.png", "ticket <b>zebra</b> 7"),
    ):  # fmt: skip
        desk.drop(name, content)
        desk.once(Judge())
    return answering


def ids(answer: httpx.Response) -> list[int]:
    """The scans of a page."""
    assert answer.status_code == 200, answer.text
    return [one["scan_id"] for one in answer.json()["scans"]]


def test_scans_are_narrowed_and_paged(used: Answering) -> None:
    """With a hundred thousand scans nobody would find one, or one would be shown twice."""
    get = used.client.get
    assert ids(get("/scans")) == [7, 6, 5, 4, 3, 2, 1]
    assert ids(get("/scans", params={"class": "ticket"})) == [7, 4, 1]
    assert ids(get("/scans", params={"state": "review"})) == [2]
    assert ids(get("/scans", params={"since": "2999-01-01"})) == []
    first = get("/scans", params={"class": "ticket", "limit": 2})
    assert (ids(first), first.json()["next"]) == ([7, 4], 4)
    last = get("/scans", params={"class": "ticket", "limit": 2, "before": 4})
    assert (ids(last), last.json()["next"]) == ([1], None)
    row = get("/scans", params={"limit": 1}).json()["scans"][0]
    assert row["class"] == "ticket"
    assert row["destination"] == "sorted/ticket/g.png"


def test_scans_are_found_by_their_text(used: Answering) -> None:
    """A receipt could not be found by what stands on it."""
    found = used.client.get("/scans", params={"text": "zebra"}).json()["found"]
    assert {one["scan"]["scan_id"] for one in found} == {1, 7}
    assert all(one["words"] == ["zebra"] for one in found)
    assert used.client.get("/scans", params={"text": '"(*'}).json() == {"found": []}
    is_problem(used.client.get("/scans", params={"text": "zebra", "state": "filed"}), 400)


@pytest.mark.parametrize(
    "asked",
    [{"state": "odd"}, {"limit": "0"}, {"limit": "99999"}, {"since": "never"}, {"before": "x"}],
)
def test_what_cannot_be_asked_is_one_clear_problem(used: Answering, asked: dict[str, str]) -> None:
    """A slip of the pen would show all scans, or none."""
    is_problem(used.client.get("/scans", params=asked), 422)


@pytest.mark.parametrize(
    "since", ["0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_the_ends_of_the_calendar_are_moments_too(used: Answering, since: str) -> None:
    """A date that is no date in UTC would be a fault of ours."""
    answer = used.client.get("/scans", params={"since": since})
    assert len(ids(answer)) == (7 if since.startswith("0001") else 0)


def test_all_that_is_known_of_one(used: Answering) -> None:
    """A person could not see why a scan was taken for what it was."""
    told = used.client.get("/scans/1").json()
    assert (told["class"], told["state"], told["present"]) == ("ticket", "filed", True)
    assert told["matches"] == [{"class": "ticket", "support": "ticket/1.png", "distance": 0.25}]
    assert told["history"] == []
    broken = used.client.get("/scans/3").json()
    assert (broken["error"], broken["stage"]) == ("is broken", "decode")
    assert broken["advice"] == "Scan it again"
    assert broken["original_name"] == EVIL
    for path in ("/scans/99", "/scans/99/file", "/scans/99/thumbnail", "/scans/99/words"):
        assert is_problem(used.client.get(path), 404)["detail"] == "there is no scan 99"
    for path in ("/scans/0", "/scans/-1", "/scans/9223372036854775808", "/scans/x"):
        is_problem(used.client.get(path), 422)
    for path in ("/scans/../pigeonhole.db", "/scans/%2e%2e/pigeonhole.db", "/scans/1/nothing"):
        is_problem(used.client.get(path), 404)


def test_its_file_comes_as_it_is_and_runs_nowhere(used: Answering) -> None:
    """A scan that holds a page of HTML would run it in the browser of who looks at it."""
    answer = used.client.get("/scans/3/file")
    assert answer.text == "broken 3"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    name = answer.headers["content-disposition"]
    assert name.startswith("attachment")
    assert EVIL in unquote(name)
    (used.home.sorted / "ticket" / "a.png").unlink()
    assert "no longer where" in str(is_problem(used.client.get("/scans/1/file"), 409)["detail"])
    assert used.client.get("/scans/1").json()["present"] is False
    (used.home.sorted / "ticket" / "a.png").symlink_to("/etc/passwd")
    is_problem(used.client.get("/scans/1/file"), 409)
    is_problem(used.client.get("/scans/1/thumbnail"), 409)


@pytest.fixture
def drawn_scan(answering: Answering, drawn: Draw) -> Answering:
    """A drawn ticket that was filed and read."""
    home, ledger = answering.home, answering.office.ledger
    path = home.inbox / "t.png"
    shutil.copy(drawn("ticket"), path)
    (claim,) = ledger.claim([scan_of(path)])
    place = home.sorted / "ticket" / "t.png"
    place.parent.mkdir()
    words = (Word("TOTAL", 0.9, 1, (1, 1, 1), (5, 6, 70, 20)),)
    said = Fields(total=Field("3.50", 0.8, 1, (1, 2, 3, 4)))
    (move,) = ledger.decide([
        Decision(
            claim.scan_id, claim.scan, "filed", place, ticket=Ticket("TOTAL", words, said), pages=1
        )
    ])  # fmt: skip
    path.rename(place)
    ledger.close([move.scan_id])
    return answering


def test_its_pages_steps_and_words_can_be_looked_at(drawn_scan: Answering) -> None:
    """Nobody could see what the network sees, or where a total was read."""
    client = drawn_scan.client
    small = client.get("/scans/1/thumbnail")
    assert small.headers["content-type"] in {"image/png", "image/jpeg"}
    # Another home may have another scan of this number tomorrow.
    assert small.headers["cache-control"] == "private, no-cache"
    again = client.get("/scans/1/thumbnail", headers={"If-None-Match": small.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert small.content == client.get("/scans/1/thumbnail").content
    page = client.get("/scans/1/pages/1", params={"side": 400})
    assert len(page.content) > len(client.get("/scans/1/thumbnail?side=16").content)
    assert "no page 2" in str(is_problem(client.get("/scans/1/pages/2"), 409)["detail"])
    steps = client.get("/scans/1/steps").json()["steps"]
    assert [one["name"] for one in steps][:3] == ["page", "grayscale", "even light"]
    assert steps[-1]["name"] == "channel and [0, 1]"
    for step in steps:
        assert client.get(step["picture"]).headers["content-type"].startswith("image/")
    is_problem(client.get(f"/scans/1/steps/{len(steps) + 1}"), 404)
    assert client.get("/scans/1/words").json()["words"] == [
        {"text": "TOTAL", "confidence": 0.9, "page": 1, "line": [1, 1, 1], "box": [5, 6, 70, 20]}
    ]
    details = client.get("/scans/1").json()["field_details"]
    assert details["total"] == {
        "confidence": 0.8, "page": 1, "box": [1, 2, 3, 4], "edited": False, "read": None,
    }  # fmt: skip


def test_what_cannot_be_drawn_is_a_problem(used: Answering) -> None:
    """A damaged scan would end the server."""
    detail = is_problem(used.client.get("/scans/1/thumbnail"), 409)["detail"]
    assert detail == "scan 1 is no image of a kind this version reads"


def test_a_correction_moves_the_file_and_can_be_taken_back(used: Answering) -> None:
    """A wrong verdict would stay wrong."""
    client = used.client
    answer = client.post("/scans/2/correction", json={"class": "ticket"})
    assert answer.json() == {
        "scan_id": 2, "class": "ticket", "destination": "sorted/ticket/b.png", "moved": True,
    }  # fmt: skip
    assert (used.home.sorted / "ticket" / "b.png").is_file()
    (said,) = client.get("/scans/2").json()["history"]
    assert (said["predicted"], said["class"], said["source"]) == ("unknown", "ticket", "api")
    back = client.delete("/scans/2/correction")
    assert back.json()["destination"] == "review/b.png"
    is_problem(client.delete("/scans/2/correction"), 409)
    assert client.post("/scans/2/correction", json={"class": "unknown"}).json()["moved"]
    for asked, status in (
        ({"class": "nosuch"}, 404), ({"class": "../x"}, 400), ({"class": ""}, 422), ({}, 422),
        ({"class": "ticket", "more": 1}, 422),
    ):  # fmt: skip
        is_problem(client.post("/scans/1/correction", json=asked), status)
    is_problem(client.post("/scans/99/correction", json={"class": "ticket"}), 404)
    is_problem(client.delete("/scans/99/correction"), 404)


def test_two_people_who_correct_one_scan_at_once_both_get_an_answer(used: Answering) -> None:
    """One would be lost without a word, or the file be in two places."""
    start = threading.Barrier(2)
    answers: list[httpx.Response] = []

    def correct(class_name: str) -> None:
        with httpx.Client(base_url=used.client.base_url, timeout=60) as client:
            start.wait(60)
            answers.append(client.post("/scans/2/correction", json={"class": class_name}))

    threads = [threading.Thread(target=correct, args=(name,)) for name in ("ticket", "cylinder")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {one.status_code for one in answers} <= {200, 409}
    assert any(one.status_code == 200 for one in answers)
    told = used.client.get("/scans/2").json()
    places = [path for path in used.home.root.rglob("b.png") if path.is_file()]
    assert [used.home.relative(path) for path in places] == [told["destination"]]
    assert told["destination"] == f"sorted/{told['class']}/b.png"


def test_a_correction_of_a_file_that_has_gone_says_so(used: Answering) -> None:
    """The row would say that it stands in a folder where nothing stands."""
    (used.home.review / "b.png").unlink()
    answer = used.client.post("/scans/2/correction", json={"class": "ticket"})
    assert "no longer where" in str(is_problem(answer, 409)["detail"])
    assert used.client.get("/scans/2").json()["class"] == "unknown"


def test_a_scan_whose_file_was_deleted_is_gone(used: Answering) -> None:
    """It would be offered for review for good, and every verdict on it be refused."""
    get = used.client.get
    (used.home.review / "b.png").unlink()
    Desk(used.home, used.office.ledger).once(Judge())
    assert get("/").json()["scans"]["gone"] == 1
    assert 'pigeonhole_scans{state="gone"} 1.0' in get("/metrics").text
    assert ids(get("/scans", params={"state": "review"})) == []
    assert 2 not in ids(get("/scans"))
    assert ids(get("/scans", params={"state": "gone"})) == [2]
    told = get("/scans/2").json()
    assert (told["state"], told["present"]) == ("gone", False)
    for answer in (
        used.client.post("/scans/2/correction", json={"class": "ticket"}),
        used.client.post("/scans/2/example", json={"class": "ticket"}),
        get("/scans/2/file"),
        get("/scans/2/thumbnail"),
    ):
        assert "was deleted" in str(is_problem(answer, 409)["detail"])


def test_nobody_sees_a_scan_without_the_token(used: Answering) -> None:
    """Anybody in the house could read everybody's receipts."""
    paths = ("", "/1", "/1/file", "/1/thumbnail", "/1/pages/1", "/1/steps", "/1/words")
    with client_of(used.home, TOKEN) as (client, _):
        for path in paths:
            is_problem(client.get(f"/scans{path}"), 401)
        is_problem(client.post("/scans/1/correction", json={"class": "cylinder"}), 401)
        is_problem(client.delete("/scans/1/correction"), 401)
        assert ids(client.get("/scans", headers=bearer())) == [7, 6, 5, 4, 3, 2, 1]


def test_many_look_at_pictures_at_once(drawn_scan: Answering) -> None:
    """A page of thumbnails asks for fifty at a time."""
    answers: list[int] = []

    def look(side: int) -> None:
        with httpx.Client(base_url=drawn_scan.client.base_url, timeout=60) as client:
            answers.append(client.get("/scans/1/thumbnail", params={"side": side}).status_code)

    threads = [threading.Thread(target=look, args=(20 + side,)) for side in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [200] * 16


def test_a_picture_is_of_the_scan_and_not_of_another(drawn_scan: Answering) -> None:
    """What is kept would be shown for another scan."""
    client = drawn_scan.client
    before = client.get("/scans/1/thumbnail").content
    ticket = draw_ticket(np.random.default_rng(99), photo=False).pixels
    other = drawn_scan.home.inbox / "o.png"
    Image.fromarray(ticket).save(other)
    ledger = drawn_scan.office.ledger
    (claim,) = ledger.claim([scan_of(other)])
    place = drawn_scan.home.sorted / "ticket" / "o.png"
    ledger.decide([Decision(claim.scan_id, claim.scan, "filed", place)])
    other.rename(place)
    ledger.close([claim.scan_id])
    assert client.get(f"/scans/{claim.scan_id}/thumbnail").content != before


def test_a_scan_becomes_an_example(drawn_scan: Answering) -> None:
    """Whoever sees a good scan would have to look for its file and drop it once more."""
    post, home = drawn_scan.client.post, drawn_scan.home
    told = is_problem(post("/scans/1/example"), 400)
    assert told["detail"] == "scan 1 is taken for no class"
    answer = post("/scans/1/example", json={"class": "receipt"})
    assert answer.status_code == 201
    assert answer.json() == [{"name": "t.png", "support": "receipt/t.png", "new": True}]
    data = (home.sorted / "ticket" / "t.png").read_bytes()
    assert (home.support / "receipt" / "t.png").read_bytes() == data
    assert drawn_scan.client.get("/scans/1").json()["present"]
    again = post("/scans/1/example", json={"class": "receipt"})
    assert again.json() == [{"name": "t.png", "support": "receipt/t.png", "new": False}]
    is_problem(post("/scans/99/example", json={"class": "receipt"}), 404)
    for name, status in (("unknown", 400), ("../x", 400), ("", 422), (7, 422)):
        is_problem(post("/scans/1/example", json={"class": name}), status)


def test_a_scan_is_an_example_of_what_it_is_taken_for(used: Answering) -> None:
    """A verdict that is right would have to be typed again; one that is none would be a class."""
    post = used.client.post
    assert is_problem(post("/scans/2/example"), 400)["detail"] == "scan 2 is taken for no class"
    # What the judge of this test calls a ticket is no image.
    assert str(is_problem(post("/scans/1/example"), 422)["detail"]).startswith("a.png is no image")
    place = used.home.sorted / "ticket" / "a.png"
    place.write_text("other")
    assert "is another file now" in str(is_problem(post("/scans/1/example"), 409)["detail"])
    place.unlink()
    is_problem(post("/scans/1/example", json={}), 409)
    assert list((used.home.support / "ticket").iterdir()) == [used.home.support / "ticket/1.png"]
