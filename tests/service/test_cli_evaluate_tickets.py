from __future__ import annotations

import csv
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.drawing.tickets import draw_ticket
from tests import forked
from tests.forked import COMMAND


def run(*words: str | Path, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of ``pigeonhole evaluate``."""
    done = forked.run("evaluate", *words, env=env)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three drawn tickets, their fields and their text."""
    folder = tmp_path_factory.mktemp("truth")
    with (folder / "truth.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "vendor", "ticket_date", "total", "currency", "tax"])
        for seed in (1, 2, 3):
            ticket = draw_ticket(
                np.random.default_rng(seed), width=700, extras=False, photo=False, strength=0
            )
            Image.fromarray(ticket.pixels).save(folder / f"{seed}.png")
            (folder / f"{seed}.txt").write_text("\n".join(ticket.lines))
            table.writerow([f"{seed}.png", ticket.vendor, ticket.date, ticket.total, "", ""])
    return folder


def described(*words: str | Path, code: int = 0) -> dict[str, Any]:
    """What ``--json`` says."""
    found, out, err = run(*words, "--json")
    assert found == code, err
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_known_tickets_are_read_and_compared(drawn: Path, tmp_path: Path) -> None:
    """Nobody could tell how well their own receipts are read."""
    report = tmp_path / "report.html"
    found = described("--tickets", drawn, "--out", report)
    assert (found["tickets"], found["unreadable"], found["texts"]) == (3, 0, 3)
    assert found["words"]["f1"] > 0.6
    assert found["characters"]["error_rate"] < 0.5
    assert found["fields"].keys() == {"vendor", "vendor_exact", "ticket_date", "total"}
    for name in ("ticket_date", "total"):
        assert found["fields"][name]["from_true_words"]["count"] >= 2
        assert found["fields"][name]["read"]["total"] == 3
    assert 0 < found["seconds_a_ticket"] < found["seconds"]
    for one in found["each"]:
        counts = one["words"]
        assert counts["missed"] == len(one["missed"])
        assert counts["wrong"] == len(one["wrong"])
        assert one["right"]["total"] == (one["fields"]["total"] == one["true_fields"]["total"])
    html = report.read_text(encoding="utf-8")
    assert all(f"{seed}.png" in html for seed in (1, 2, 3))


@pytest.mark.slow
def test_it_reads_as_the_service_does(drawn: Path) -> None:
    """The figures would be of another reading than the one that fills the ledger."""
    found = described("--tickets", drawn)
    done = subprocess.run(
        [COMMAND, "classify", "--read", "--json", drawn / "1.png"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["fields"] == found["each"][0]["fields"]


@pytest.mark.slow
def test_a_person_sees_a_short_table(drawn: Path) -> None:
    """The answer would be a wall of JSON."""
    code, out, err = run("--tickets", drawn)
    assert (code, err) == (0, "")
    headline, *rows = out.splitlines()
    assert headline == "3 tickets: 3 with their text, 3 with their fields"
    assert rows[0].startswith("word F1\t")
    assert [row for row in rows if row.startswith("total, from the true words\t")]
    assert rows[-1].startswith("seconds a ticket\t")


def test_a_ticket_that_cannot_be_read_is_named(drawn: Path, tmp_path: Path) -> None:
    """A script would take the figures of half the folder for all of it."""
    (tmp_path / "a.png").write_bytes((drawn / "1.png").read_bytes())
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "truth.csv").write_text("path,total\na.png,1.00\nb.png,2.00\n")
    code, out, err = run("--tickets", tmp_path, "--json")
    found = json.loads(out)
    assert (code, err.count("\n")) == (1, 1)
    assert "b.png is not read: ends early" in err
    assert found["unreadable"] == 1
    assert found["each"][1]["stage"] == "decode"
    assert found["fields"]["total"]["read"]["total"] == 2


def test_each_mistake_has_its_code_and_one_line(drawn: Path, tmp_path: Path) -> None:
    """A script could not tell a mistyped folder from bad reading; a person would see a traceback."""
    (tmp_path / "truth.csv").write_text("path,total\nx.png,1\n")
    for words, code, said in (
        ([], 2, "evaluate takes a folder, or --tickets with one"),
        ([drawn, "--tickets", drawn], 2, "not both"),
        (["--tickets", drawn, "--weights", drawn], 2, "without the network"),
        (["--tickets", tmp_path / "gone"], 10, "gone cannot be opened"),
        (["--tickets", tmp_path], 10, "truth.csv, line 2: there is no file"),
        (["--tickets", drawn, "--out", tmp_path / "truth.csv"], 2, "is not a report"),
        (["--tickets", drawn, "--home", tmp_path / "gone"], 4, "there is no home"),
    ):
        found, out, err = run(*words)
        assert (found, out, said in err, err.count("\n")) == (code, "", True, 1), (words, err)
        assert err.startswith("pigeonhole: ")
    code, _, err = run("--tickets", drawn, PIGEONHOLE_OCR_LANGUAGE="xxy")
    assert (code, err.count("\n")) == (6, 1)
    assert "tesseract-ocr-xxy" in err


def test_the_network_is_not_loaded() -> None:
    """Each worker would take seconds and half a gigabyte for nothing."""
    code = (
        "import sys; from tests.service.fakes import SPEC; "
        "from service.desk.evaluation.tickets import get_ready; get_ready(SPEC); "
        "import service.cli.evaluate_tickets, service.reports.tickets; "
        "print(*{'tensorflow', 'keras', 'faiss'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == ""


def test_ctrl_c_ends_it_and_leaves_no_tesseract(drawn: Path, tmp_path: Path) -> None:
    """A person who waits no longer would leave processes behind."""
    called = tmp_path / "called"
    os.mkfifo(called)
    fake = tmp_path / "bin" / "tesseract"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/sh\ncase "$1" in --version) echo tesseract 5.3.0; exit;;\n'
        "--list-langs) echo list; echo eng; exit;; esac\n"
        f"echo $$ > {called}; exec sleep 100\n"
    )
    fake.chmod(0o755)
    # Open for both, so that nobody waits for the other end.
    said = os.open(called, os.O_RDWR)
    with subprocess.Popen(
        [COMMAND, "evaluate", "--tickets", drawn], stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PATH": f"{fake.parent}:{os.environ['PATH']}"},
    ) as process:  # fmt: skip
        ended = os.pidfd_open(process.pid)
        if said not in select.select([said, ended], [], [], 60)[0]:
            process.kill()
            pytest.fail(f"Tesseract was not called: {process.communicate()}")
        tesseract = os.pidfd_open(int(os.read(said, 100).split()[0]))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    # Readable when it has ended.
    assert select.select([tesseract], [], [], 30)[0]
    for descriptor in (said, ended, tesseract):
        os.close(descriptor)


@pytest.mark.slow
def test_the_public_receipts_are_read_well(real_data: Path) -> None:
    """The reading would become worse without anybody seeing it."""
    folder = real_data / "receipts_sroie"
    if not folder.is_dir():
        pytest.skip("no receipts_sroie")
    found = described("--tickets", folder)
    assert found["words"]["f1"] >= 0.74
    assert found["fields"]["ticket_date"]["read"]["share"] >= 0.85
    assert found["fields"]["total"]["read"]["share"] >= 0.75
    for name in ("ticket_date", "total"):
        assert found["fields"][name]["from_true_words"]["share"] >= 0.92
