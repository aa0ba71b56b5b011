from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.page.quiet import quiet_stderr
from models.page.read import read_pages
from tests.models.test_pdf import pdf
from tests.models.test_read import LIMITS, ROOT, stored
from tests.models.test_reasons import tiff


def damaged_jpeg() -> bytes:
    """A JPEG with bytes between its segments, which libjpeg complains of and reads."""
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    data = stored(Image.fromarray(noise), "JPEG")
    at = data.index(b"\xff\xdb")
    return data[:at] + b"\1\2\3" + data[at:]


def damaged_fax() -> bytes:
    """A fax whose lines libtiff cannot make out."""
    bits = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8))
    data = bytearray(stored(bits.convert("1"), "TIFF", compression="group4"))
    data[40:80] = bytes(range(100, 140))
    return bytes(data)


@pytest.mark.parametrize("data", [tiff(50001), damaged_fax(), damaged_jpeg()])
def test_decoders_write_nothing_to_stderr(data: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """Lines that name no file would stand among those of the service and on the terminal."""
    read_pages(data, LIMITS)
    read_pages(data, LIMITS, least_side=24, first_only=True)
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


def xfa() -> bytes:
    """A PDF with an XFA form, of which PDFium shows what lies beneath."""
    return pdf(
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /XFA 4 0 R >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] /Resources << >> >>",
        b"<< /Length 11 >>\nstream\n<xdp></xdp>\nendstream",
    )


def many_samples() -> bytes:
    """A TIFF that claims 300 samples a pixel."""
    entry = struct.Struct("<HHIH")
    data = stored(Image.new("RGB", (8, 8)), "TIFF")
    return data.replace(entry.pack(277, 3, 1, 3), entry.pack(277, 3, 1, 300))


@pytest.mark.parametrize("data", [xfa(), many_samples()])
def test_decoders_log_nothing(data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """The log would advise to install another PDFium, and not say for which file."""
    read_pages(data, LIMITS)
    assert not caplog.records


def test_stderr_comes_back_after_threads_that_overlap(capfd: pytest.CaptureFixture[str]) -> None:
    """The second to enter would take the first one's silence for stderr, and put it back."""
    inside, left = threading.Event(), threading.Event()

    def other() -> None:
        with quiet_stderr():
            inside.set()
            left.wait(10)
            os.write(2, b"lost")

    thread = threading.Thread(target=other)
    with quiet_stderr():
        thread.start()
        inside.wait(10)
    left.set()
    thread.join()
    os.write(2, b"heard again")
    assert capfd.readouterr().err == "heard again"


def test_without_a_stderr_files_are_read_all_the_same(tmp_path: Path) -> None:
    """A service that was started with its streams closed would read nothing."""
    path = tmp_path / "a.tif"
    path.write_bytes(damaged_fax())
    program = (
        "import os, sys\n"
        "from models.page.read import Limits, read_pages\n"
        "os.close(2)\n"
        f"print(read_pages(open({str(path)!r}, 'rb').read(), Limits(10**6, 10**6, 5)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=100
    )
    assert done.stdout.startswith((b"Document", b"Fault"))
