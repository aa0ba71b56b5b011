"""Tesseract hangs, is killed, babbles or lacks a language; and tickets of every odd kind are dropped."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.drawing.tickets import draw_ticket
from models.fields.ticket import FIELD_NAMES
from tests.journeys.running import COMMAND, PATIENCE, Service

TIMEOUT = 8.0
"""Seconds a scan may take, in these stories."""
REAL = shutil.which("tesseract") or "tesseract"


def receipt(seed: int, width: int = 640) -> np.ndarray:
    """A clean receipt; uint8."""
    drawn = draw_ticket(
        np.random.default_rng(seed), width=width, photo=False, on_page=False, strength=0
    )
    return drawn.pixels


def two_metres() -> np.ndarray:
    """A receipt of 80 mm and two metres at 300 dpi, as a supermarket's on a Saturday."""
    paper = np.full((23_622, 945), 255, np.uint8)
    top, seed = 0, 40
    while (part := receipt(seed, 900)[:, :945]).shape[0] <= paper.shape[0] - top:
        paper[top : top + part.shape[0], : part.shape[1]] = part
        top, seed = top + part.shape[0], seed + 1
    return paper


def photo_with_a_word() -> np.ndarray:
    """Rough stuff with a label, as a shelf in a shop."""
    grain = np.random.default_rng(3).normal(150, 30, (80, 60)).clip(0, 255).astype(np.uint8)
    shelf = Image.fromarray(grain).resize((900, 1200), Image.Resampling.BICUBIC)
    ImageDraw.Draw(shelf).text((300, 500), "BIO", fill=0, font=ImageFont.load_default(size=60))
    return np.asarray(shelf)


def instead(folder: Path, script: str) -> dict[str, str]:
    """A Tesseract that can do all that the real one can, but reads as the script says."""
    folder.mkdir(exist_ok=True)
    path = folder / "tesseract"
    path.write_text(
        f'#!/bin/sh\ncase "$1" in --version|--list-langs) exec {REAL} "$@";; esac\n{script}\n'
    )
    path.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def sort(
    service: Service, files: dict[str, np.ndarray | Path], **environment: str
) -> dict[str, dict[str, Any]]:
    """What ``results`` shows, by name, when each was dropped as a ticket and is closed."""
    for name, file in files.items():
        service.drop(file, name)
        service.drop(file, name, folder="support/ticket")
    return once(service, **environment)


def once(service: Service, **environment: str) -> dict[str, dict[str, Any]]:
    """What ``results`` shows, by name, when all that lies in the inbox is closed."""
    done = subprocess.run(
        [COMMAND, "--home", service.home, "watch", "--once", "--no-web", "--workers", "1"],
        env=service.environment | environment,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    assert list((service.home / "cache" / "tmp").iterdir()) == []
    rows = [json.loads(line) for line in service.run("results", "--json").splitlines()]
    return {row["original_name"]: row for row in reversed(rows)}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A home of its own; nothing runs yet."""
    return Service(tmp_path / "home", {"job_timeout": str(TIMEOUT)})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("exec sleep 600", "reading took longer than 6.4 s"),
        # Each of these takes half a minute more.
        pytest.param("kill -KILL $$", "Tesseract was killed (SIGKILL)", marks=pytest.mark.slow),
        pytest.param(
            "head -c 9999 /dev/urandom > $2.tsv",
            "Tesseract answered with something else than words",
            marks=pytest.mark.slow,
        ),
    ],
    ids=["hangs", "killed", "babbles"],
)
def test_whatever_tesseract_does_the_ticket_is_filed_and_read_later(
    script: str, error: str, service: Service, tmp_path: Path
) -> None:
    """A ticket would be lost among failed files, or stay without its text for good."""
    broken = instead(tmp_path / "bin", script)
    row = sort(service, {"a.png": receipt(7)}, **broken)["a.png"]
    assert (row["state"], row["destination"]) == ("filed", "sorted/ticket/a.png")
    assert row["error"]
    assert error in row["error"]
    assert (row["text"], row["total"], row["attempts"]) == (None, None, 0)
    assert json.loads(service.run("status", "--json"))["unread"] == 1
    (listed,) = service.run("results", "--unread", "--json").splitlines()
    # Tesseract is well again.
    assert "1 scan put back" in service.run("retry", str(json.loads(listed)["scan_id"]))
    row = once(service)["a.png"]
    assert (row["state"], row["error"]) == ("filed", None)
    assert row["total"]
    assert service.run("results", "--unread", "--json") == ""
    assert service.ask("SELECT state FROM results ORDER BY scan_id") == [
        ("superseded",), ("filed",),
    ]  # fmt: skip


def test_the_service_goes_on_when_its_tesseract_is_killed(service: Service, tmp_path: Path) -> None:
    """One that runs out of memory would end the service, or take its neighbours along."""
    once_only = tmp_path / "was"
    service.settings |= instead(
        tmp_path / "bin", f'mkdir {once_only} 2>/dev/null && kill -KILL $$\nexec {REAL} "$@"'
    )
    path = service.settings.pop("PATH")
    service.drop(receipt(7), "a.png", folder="support/ticket")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        service.start()
    try:
        for name, seed in (("a.png", 7), ("b.png", 8)):
            service.drop(receipt(seed), name)
            assert service.wait_closed(name) == {name: "filed"}
        warned = [line for line in service.seen if line["event"] == "not read"]
        assert [Path(line["file"]).name for line in warned] == ["a.png"]
        assert warned[0]["what_to_do"]
        assert "1 scan put back" in service.run("retry", "--unread")
        service.wait_for(lambda line: line["event"] == "filed" and line["file"] == "a.png")
        found = service.ask("SELECT original_name, total FROM results WHERE state = 'filed'")
        assert {name for name, _ in found} == {"a.png", "b.png"}
        assert all(total for _, total in found)
    finally:
        assert service.stop() == 0


@pytest.mark.slow
def test_a_language_that_goes_away_is_told(service: Service, tmp_path: Path) -> None:
    """Tesseract would read German in English, and nobody hear of it."""
    folder = tmp_path / "tessdata"
    listed = subprocess.run([REAL, "--list-langs"], capture_output=True, text=True, check=True)
    installed = Path(listed.stdout.split('"')[1])
    folder.mkdir()
    for name in ("eng", "tlh"):
        (folder / f"{name}.traineddata").symlink_to(installed / "eng.traineddata")
    service.settings |= {"ocr_language": "eng+tlh"}
    # The package is removed while the service runs: after its check, before the ticket.
    gone = instead(
        tmp_path / "bin",
        f'exec {REAL} "$@"',
    ) | {"TESSDATA_PREFIX": str(folder)}
    row = sort(service, {"a.png": receipt(7)}, **gone)["a.png"]
    assert row["error"] is None
    with pytest.MonkeyPatch.context() as patch:
        for name, value in gone.items():
            patch.setenv(name, value)
        service.start()
    try:
        (folder / "tlh.traineddata").unlink()
        service.drop(receipt(8), "b.png")
        service.wait_closed("b.png")
    finally:
        service.stop()
    ((error, text),) = service.ask(
        "SELECT error, text FROM results WHERE original_name = 'b.png' AND state = 'filed'"
    )
    assert (error, text) == ("Tesseract cannot read tlh", None)
    (advice,) = service.ask("SELECT advice FROM scans WHERE error IS NOT NULL")
    assert advice == ("Install it: apt-get install tesseract-ocr-tlh.",)


@pytest.mark.slow
def test_odd_pages_among_the_tickets_are_filed_with_what_can_be_read(service: Service) -> None:
    """A blank page, a photograph or a long receipt would fail, or hold up what came after it."""
    service.settings["job_timeout"] = "60"
    noise = np.random.default_rng(0).integers(0, 256, (300, 300)).astype(np.uint8)
    grain = np.where(np.random.default_rng(0).random((300, 300)) < 0.02, 0, 255)
    rows = sort(
        service,
        {
            "blank.png": np.full((2000, 900), 255, np.uint8),
            "black.png": np.zeros((2000, 900), np.uint8),
            "noise.png": noise,
            "grain.png": grain.astype(np.uint8),
            "dot.png": np.zeros((1, 1), np.uint8),
            "photo.png": photo_with_a_word(),
            "long.png": two_metres(),
        },
    )
    assert {name: row["destination"] for name, row in rows.items()} == {
        name: f"sorted/ticket/{name}" for name in rows
    }
    silent = {name for name, row in rows.items() if row["error"] == "no text was found"}
    assert silent == {name for name, row in rows.items() if row["text"] == ""}
    # What a photo, or dirt, looks like to Tesseract is no ticket's text, and no vendor.
    hardly = {name for name, row in rows.items() if row["error"] == "hardly any text was found"}
    assert "photo.png" in hardly <= {"photo.png", "noise.png", "grain.png"}
    assert {row["error"] for row in rows.values() if row["original_name"] == "long.png"} == {None}
    for name in silent | hardly:
        assert {rows[name][field] for field in FIELD_NAMES} == {None}, name
    assert {row["attempts"] for row in rows.values()} == {0}
    for name in ("blank.png", "black.png", "dot.png"):
        assert (rows[name]["text"], rows[name]["total"]) == ("", None), name
    assert len(rows["long.png"]["text"].split()) > 500
    assert rows["long.png"]["total"]


def test_a_document_of_too_many_pages_fails_and_one_of_many_runs_out_of_time(
    service: Service, tmp_path: Path
) -> None:
    """Two hundred pages would hold a worker for minutes."""
    files: dict[str, np.ndarray | Path] = {}
    page = Image.fromarray(receipt(7))
    for number in (200, 100):
        path = tmp_path / f"{number}.pdf"
        page.save(path, "PDF", resolution=200, save_all=True, append_images=[page] * (number - 1))
        files[path.name] = path
    service.drop(np.asarray(page), "example.png", folder="support/ticket")
    for path in files.values():
        service.drop(path)  # type: ignore[arg-type]
    rows = once(service)
    many, hundred = rows["200.pdf"], rows["100.pdf"]
    assert (many["state"], many["destination"]) == ("failed", "failed/200.pdf")
    assert many["error"] == "has more than max_pages (100) pages"
    note = json.loads((service.home / "failed" / "200.pdf.error.json").read_text())
    assert note["what_to_do"] == "Raise max_pages, or split the document."
    assert (hundred["state"], hundred["destination"]) == ("filed", "sorted/ticket/100.pdf")
    assert (hundred["pages"], hundred["text"], hundred["attempts"]) == (100, None, 0)
    assert hundred["error"] == "reading took longer than 6.4 s"


@pytest.mark.slow
def test_a_receipt_is_sorted_and_read_whichever_way_up_it_was_scanned(service: Service) -> None:
    """It would wait in review, or be filed with nonsense for text and a false total."""
    upright = receipt(7)
    rows = sort(service, {f"{turns}.png": np.rot90(upright, turns).copy() for turns in range(4)})
    words = set(rows["0.png"]["text"].split())
    assert rows["0.png"]["total"]
    for name, row in rows.items():
        assert row["destination"] == f"sorted/ticket/{name}"
        assert (row["total"], row["vendor"]) == (rows["0.png"]["total"], rows["0.png"]["vendor"])
        assert len(words & set(row["text"].split())) > 0.8 * len(words)
