"""The setting ``ocr_engine``, where its engine is not there or reads in a worker of the pool."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.siamese.weights import SHIPPED
from service.workers.engine import EngineSpec
from service.workers.executors import PoolExecutor
from service.workers.pipeline import Job, examine
from tests import forked
from tests.service.fakes import LIMITS, PATIENCE, SPEC, scan_of


@pytest.mark.parametrize(
    "words", [("classify", "--read", "nothing.png"), ("watch", "--once", "--no-web")]
)
def test_a_missing_engine_is_one_line_and_a_code(words: tuple[str, ...], tmp_path: Path) -> None:
    """A service would start that can read nothing, or end in a traceback."""
    done = forked.run(
        "--home", tmp_path / "home", *words,
        env={"PIGEONHOLE_OCR_ENGINE": "rapidocr"}, missing=["rapidocr"],
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (6, "")
    last = done.stderr.splitlines()[-1]
    assert "rapidocr is not installed" in last
    assert last.endswith("pip install 'pigeonhole[rapidocr]'.")
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="the extra rapidocr is not installed"
)
def test_a_worker_reads_with_rapidocr_within_the_usual_memory(
    drawn: Callable[..., Path], tmp_path: Path
) -> None:
    """Two large libraries in one process: no ticket could be read under the default limits."""
    spec: EngineSpec = replace(
        SPEC, support=tmp_path / "support", cache=tmp_path / "cache", manifest=SHIPPED,
        ocr_engine="rapidocr", job_timeout=120.0, limits=replace(LIMITS, job_memory=1200),
    )  # fmt: skip
    pool = PoolExecutor(1, spec, timeout=120)
    pool.start()
    try:
        job = Job(scan_of(drawn("ticket", 5)), read=True)
        (one,) = pool.submit(examine, spec, [job]).result(PATIENCE).examined
    finally:
        pool.shutdown(cancel_futures=True)
    assert one.fault is None
    assert len(one.ticket.text.split()) > 5
