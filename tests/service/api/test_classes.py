from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from config.home import Home
from storage.filing import noreplace
from tests.hungry import hungry_pdf
from tests.service.api.conftest import Answering
from tests.service.conftest import Draw
from tests.service.serving import client_of, is_problem


def send(answering: Answering, name: str, *pictures: tuple[str, bytes]) -> list[dict[str, object]]:
    """Add pictures to a class."""
    files = [("file", one) for one in pictures]
    answer = answering.client.post(f"/classes/{name}/examples", files=files)
    assert answer.status_code == 201, answer.text
    told: list[dict[str, object]] = answer.json()
    return told


def test_a_class_comes_is_looked_at_and_goes(answering: Answering, drawn: Draw) -> None:
    """Classes could be changed only by whoever sits at the machine."""
    data = drawn("cylinder").read_bytes()
    assert answering.client.get("/classes").json() == []
    assert send(answering, "pipe", ("a.png", data)) == [
        {"name": "a.png", "support": "pipe/a.png", "new": True}
    ]
    assert send(answering, "pipe", ("b.png", data))[0] == {
        "name": "b.png", "support": "pipe/a.png", "new": False,
    }  # fmt: skip
    other = drawn("ticket").read_bytes()
    assert send(answering, "pipe", ("a.png", other))[0]["support"] == "pipe/a (2).png"
    pipe = {"class": "pipe", "examples": 2, "files": ["a (2).png", "a.png"]}
    assert answering.client.get("/classes").json() == [pipe]
    assert answering.client.get("/classes/pipe").json() == pipe
    picture = answering.client.get("/classes/pipe/examples/a.png")
    assert picture.content == data
    assert picture.headers["content-type"] == "image/png"
    assert "sandbox" in picture.headers["content-security-policy"]
    is_problem(answering.client.get("/classes/none"), 404)


def test_what_is_taken_away_is_not_destroyed(answering: Answering, drawn: Draw) -> None:
    """A slip of the finger would cost a person their picture."""
    one, two = drawn("cylinder").read_bytes(), drawn("ticket").read_bytes()
    for data in (one, two):
        send(answering, "pipe", ("a.png", data))
        answer = answering.client.delete("/classes/pipe/examples/a.png")
        assert answer.status_code == 200
        is_problem(answering.client.delete("/classes/pipe/examples/a.png"), 404)
    assert answer.json() == {"moved_to": ["removed/pipe/a (2).png"]}
    root = answering.home.root
    assert (root / "removed/pipe/a.png").read_bytes() == one
    assert (root / "removed/pipe/a (2).png").read_bytes() == two
    send(answering, "pipe", ("b.png", one), ("c.png", two))
    answer = answering.client.delete("/classes/pipe")
    assert answer.json() == {"moved_to": ["removed/pipe/b.png", "removed/pipe/c.png"]}
    assert answering.client.get("/classes").json() == []
    is_problem(answering.client.delete("/classes/pipe"), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/classes/pipe/examples/..%2f..%2fpigeonhole.db", "/classes/../pigeonhole.toml",
        "/classes/pipe/examples/%2e%2e", "/classes/%2e%2e/examples/pigeonhole.db",
        "/classes/pipe/examples/link.png", "/classes/pipe/examples/.hidden", "/classes/pipe%00",
    ],
)  # fmt: skip
def test_nothing_but_examples_can_be_reached(
    answering: Answering, drawn: Draw, tmp_path: Path, path: str
) -> None:
    """A request could read, or take away, any file of the machine."""
    send(answering, "pipe", ("a.png", drawn("cylinder").read_bytes()))
    (answering.home.support / "pipe" / "link.png").symlink_to(answering.home.database)
    (answering.home.support / "pipe" / ".hidden").write_text("secret")
    is_problem(answering.client.get(path), 404)
    is_problem(answering.client.delete(path), 404)


def test_what_is_no_picture_and_no_name_is_refused(answering: Answering, drawn: Draw) -> None:
    """The next verdicts would be made by rubbish."""
    data = drawn("cylinder").read_bytes()
    good, bad = ("file", ("good.png", data)), ("file", ("bad.png", b"PK\3\4"))
    told = is_problem(answering.client.post("/classes/pipe/examples", files=[good, bad]), 422)
    assert str(told["detail"]).startswith("bad.png ")
    assert answering.client.get("/classes").json() == []
    for name in ("unknown", ".hidden", "a%0ab", "x" * 201):
        is_problem(answering.client.post(f"/classes/{name}/examples", files=[good]), 400)
    is_problem(answering.client.post("/classes/pipe/examples"), 422)
    assert answering.client.get("/classes").json() == []


def test_what_takes_all_memory_ends_no_server(home: Home) -> None:
    """One upload would take the memory of the machine, and the server with it."""
    with client_of(home, job_memory=256) as (client, _):
        files = [("file", ("hungry.pdf", hungry_pdf()))]
        told = is_problem(client.post("/classes/pipe/examples", files=files), 422)
        assert "its worker process died" in str(told["detail"])
        assert client.get("/classes").json() == []


def test_names_that_are_no_text_are_shown_and_found(answering: Answering, drawn: Draw) -> None:
    """A folder from an old system would make the whole list fail."""
    folder = answering.home.support / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    data = drawn("cylinder").read_bytes()
    (folder / os.fsdecode(b"\xff.png")).write_bytes(data)
    (one,) = answering.client.get("/classes").json()
    assert one["class"] == "caf\\xe9"
    path = f"/classes/{one['class']}/examples/{one['files'][0]}".replace("\\", "%5C")
    assert answering.client.get(path).content == data
    moved = answering.client.delete(path).json()["moved_to"]
    assert len(moved) == 1
    assert len(list((answering.home.root / "removed").rglob("*.png"))) == 1
    # A second class, whose name only looks the same, would be worse than none.
    files = {"file": ("b.png", data)}
    path = f"/classes/{one['class']}/examples".replace("\\", "%5C")
    is_problem(answering.client.post(path, files=files), 400)
    assert list(answering.home.support.iterdir()) == [folder]


def test_an_example_of_any_kind_can_be_shown(answering: Answering, drawn: Draw) -> None:
    """A browser shows neither TIFF nor PDF: whoever looks for the odd one out would see nothing."""
    get = answering.client.get
    with Image.open(drawn("ticket")) as opened:
        tiff, pdf = io.BytesIO(), io.BytesIO()
        opened.save(tiff, "tiff")
        opened.save(pdf, "pdf")
    send(answering, "a b", ("50%?#.tif", tiff.getvalue()), ("p.pdf", pdf.getvalue()))
    path = "/classes/a%20b/examples/50%25%3F%23.tif/thumbnail"
    small = get(path)
    assert small.headers["content-type"] in {"image/png", "image/jpeg"}
    with Image.open(io.BytesIO(small.content)) as shown:
        assert max(shown.size) == 192
    assert get("/classes/a%20b/examples/p.pdf/thumbnail?side=64").status_code == 200
    again = get(path, headers={"If-None-Match": small.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    place = answering.home.support / "a b" / "50%?#.tif"
    place.write_bytes(drawn("cylinder").read_bytes())
    other = get(path, headers={"If-None-Match": small.headers["etag"]})
    assert other.status_code == 200
    assert other.content != small.content
    place.write_text("rubbish")
    assert "50%?#.tif is no image" in str(is_problem(get(path), 409)["detail"])
    place.unlink()
    is_problem(get(path), 404)
    is_problem(get("/classes/none/examples/p.pdf/thumbnail"), 404)
    is_problem(get("/classes/a%20b/examples/p.pdf/thumbnail?side=5"), 422)


def test_another_disk_gets_a_copy_first(
    answering: Answering, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Examples on a share could not be taken away."""

    def refuse(source: Path, target: Path) -> None:
        raise OSError(18, "Invalid cross-device link", str(source), None, str(target))

    monkeypatch.setattr(noreplace, "rename_without_replacing", refuse)
    data = drawn("cylinder").read_bytes()
    send(answering, "pipe", ("a.png", data))
    moved = answering.client.delete("/classes/pipe/examples/a.png").json()["moved_to"]
    assert moved == ["removed/pipe/a.png"]
    assert (answering.home.root / moved[0]).read_bytes() == data
    assert list((answering.home.support / "pipe").iterdir()) == []
