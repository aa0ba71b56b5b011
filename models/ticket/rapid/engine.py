"""Reading a page with RapidOCR: two networks, one that finds lines and one that reads them.

The only user of rapidocr, which is an extra, and brings onnxruntime. The networks are those of
PP-OCRv6, small, which lie in rapidocr's own folder: nothing is fetched. What is cut out for a line
is not turned, though it be higher than wide: rapidocr would, and misread a lonely 1 or 0. Lines
are read one by one: in rapidocr's batches short ones are padded, and read worse. On 63 receipts of
SROIE word F1 is 0.923 in place of 0.899 as rapidocr is usually called, at 2.2 seconds of one core
in place of 3.3.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from importlib import metadata, util
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from config.errors import OcrError
from models.page.limits import ran_out_of_memory
from models.page.scan import Fault
from models.ticket.rapid.ctc import Alphabet, Span, words_in
from models.ticket.rapid.parts import parts_of
from models.ticket.reader import too_slow
from models.ticket.sheet import Sheet
from models.ticket.words import Box, Word

Pixels = NDArray[np.uint8]

_INSTALL = "Install it: pip install 'pigeonhole[rapidocr]'."
_MODELS = {"Det": "PP-OCRv6_det_small.onnx", "Rec": "PP-OCRv6_rec_small.onnx"}
_EAST_ASIAN = frozenset({"chi_sim", "chi_sim_vert", "chi_tra", "chi_tra_vert", "jpn", "jpn_vert"})
_LATIN = frozenset({
    "afr", "bos", "cat", "ces", "cym", "dan", "deu", "eng", "est", "eus", "fin", "fra", "gle",
    "glg", "hrv", "hun", "ind", "isl", "ita", "lat", "lav", "lit", "ltz", "mlt", "mri", "msa",
    "nld", "nor", "oci", "pol", "por", "que", "ron", "script/Latin", "slk", "slv", "spa", "sqi",
    "srp_latn", "swa", "swe", "tgl", "tur", "uzb", "vie",
})  # fmt: skip
_HEIGHT, _LEAST_WIDTH, _STEP = 48, 96, 8
"""Pixels that the recogniser sees of a line, and pixels a step of its answer. At least 160
pixels read 0.001 better, and take a tenth longer."""


def check_rapid(language: str) -> str:
    """The version of RapidOCR and what it reads, once it is known to be installed.

    Args:
        language: Tesseract's names joined by ``+``.

    Raises:
        OcrError: it is not installed, or has no network for one of the languages.
    """
    _latin_only(language)
    _models()
    return f"{metadata.version('rapidocr')}, reads {language}"


def _latin_only(language: str) -> bool:
    names = set(language.split("+"))
    if others := sorted(names - _LATIN - _EAST_ASIAN):
        raise OcrError(
            f"RapidOCR cannot read {', '.join(others)}: it knows Latin letters, Chinese and"
            " Japanese",
            "Set ocr_language, or set ocr_engine to tesseract.",
        )
    return not names & _EAST_ASIAN


def _models() -> dict[str, str]:
    """Where the networks lie, as rapidocr wants to be told: else it would fetch what it lacks."""
    missing = [name for name in ("rapidocr", "onnxruntime") if util.find_spec(name) is None]
    if missing:
        raise OcrError(f"ocr_engine is rapidocr, and {missing[0]} is not installed", _INSTALL)
    spec = util.find_spec("rapidocr")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "models"
    paths = {f"{part}.model_path": str(folder / name) for part, name in _MODELS.items()}
    if absent := [path for path in paths.values() if not Path(path).is_file()]:
        raise OcrError(f"RapidOCR lacks its network {absent[0]}", _INSTALL)
    return paths


class RapidReader:
    """RapidOCR as a `Reader`; it takes a second to make, and 0.4 GB.

    The time limit is looked at before each line and each part of a page in which lines are found:
    it is exceeded by what one of these takes, a second at most.

    Args:
        language: Tesseract's names joined by ``+``; without one of East Asia no such sign is read.
        threads: that each network may run.

    Raises:
        OcrError: RapidOCR is not installed, does not run, or cannot read the language.
    """

    least: ClassVar = 0.3
    faintest: ClassVar = 0.3
    doubtful: ClassVar = 0.8
    """Of 6 receipts it is 0.98 and more where they are upright, 0.7 at most where they are not."""

    def __init__(self, language: str, *, threads: int) -> None:
        latin, models = _latin_only(language), _models()
        try:
            self._engine = _engine(models, threads)
            # Networks are loaded when they are first asked for something.
            self._quads(np.full((64, 320), 255, np.uint8))
            self._engine(
                np.full((48, 96, 3), 255, np.uint8), use_det=False, use_cls=False, use_rec=True
            )
            recogniser = self._engine.text_rec
            self._recognise = recogniser.session
            characters = recogniser.postprocess_op.character
        except Exception as error:
            raise OcrError(f"RapidOCR does not run: {_said(error)}", _INSTALL) from error
        self._alphabet = Alphabet.of(characters, latin=latin)

    def read(
        self,
        sheet: Sheet,
        *,
        timeout: float,
        hurried: bool = False,  # noqa: ARG002 - it reads once in any case
    ) -> Sequence[Word] | Fault:
        """See `Reader.read`."""
        end = time.monotonic() + timeout
        words: list[Word] = []
        try:
            quads: list[NDArray[np.float32]] = []
            for part, top in parts_of(sheet.pixels):
                if time.monotonic() >= end:
                    return too_slow(timeout)
                quads += [quad + np.array([0, top], np.float32) for quad in self._quads(part)]
            for quad in quads:
                if time.monotonic() >= end:
                    return too_slow(timeout)
                words += [
                    Word(text, sure, 1, (1, 1, 1), box)
                    for text, sure, box in self._line(sheet, quad)
                ]
        except Exception as error:
            if ran_out_of_memory(error) or "allocat" in str(error):
                raise MemoryError(_said(error)) from error
            said = f"RapidOCR failed: {_said(error)}"
            return Fault("ocr", said, "Set ocr_engine to tesseract.")
        return words

    def _quads(self, pixels: Pixels) -> list[NDArray[np.float32]]:
        """Corners of lines, from the upper left one clockwise, each of shape (4, 2)."""
        coloured = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
        found = self._engine(coloured, use_det=True, use_cls=False, use_rec=False)
        return [] if found.boxes is None else [np.array(quad, np.float32) for quad in found.boxes]

    def _line(self, sheet: Sheet, quad: NDArray[np.float32]) -> Iterator[tuple[str, float, Box]]:
        line = _cut(sheet.pixels, quad)
        width = -(-max(_LEAST_WIDTH, line.shape[1]) // _STEP) * _STEP
        given = np.zeros((1, 3, _HEIGHT, width), np.float32)
        given[..., : line.shape[1]] = line.astype(np.float32) / 127.5 - 1
        (answer,) = self._recognise(given)
        step = width / len(answer)
        for span in words_in(answer, self._alphabet):
            yield span.text, span.confidence, _box(quad, span, step / line.shape[1])


def _engine(models: dict[str, str], threads: int) -> Any:
    import onnxruntime
    from rapidocr import RapidOCR

    onnxruntime.set_default_logger_severity(4)  # else it warns of missing GPUs
    return RapidOCR(
        params={
            **models,
            "Global.log_level": "critical",
            # The sheet has the right size.
            "Global.use_preprocess_img": False,
            "Det.limit_side_len": 32,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _cut(pixels: Pixels, quad: NDArray[np.float32]) -> Pixels:
    """What stands in a quad, 48 pixels high."""
    upper_left, upper_right, lower_right, lower_left = quad
    width = max(1, int(max(_length(upper_left, upper_right), _length(lower_left, lower_right))))
    height = max(1, int(max(_length(upper_left, lower_left), _length(upper_right, lower_right))))
    upright = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    line = cv2.warpPerspective(
        pixels, cv2.getPerspectiveTransform(quad, upright), (width, height),
        flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    scaled = cv2.resize(line, (max(1, round(_HEIGHT * width / height)), _HEIGHT))
    return scaled.astype(np.uint8, copy=False)


def _length(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.hypot(*(one - other)))


def _box(quad: NDArray[np.float32], span: Span, share: float) -> Box:
    """Where a word stands on the sheet, by the steps of its signs; ``share`` of a line is a step.

    A step is where its sign is recognised best, about the middle of it.
    """
    pitch = (span.last - span.first) / (len(span.text) - 1) if len(span.text) > 1 else 2.0
    ends = np.array([span.first + 0.5 - pitch / 2, span.last + 0.5 + pitch / 2]) * share
    start, end = np.clip(ends, 0, 1)
    upper_left, upper_right, lower_right, lower_left = quad
    corners = np.array(
        [
            edge + at * (other - edge)
            for edge, other in ((upper_left, upper_right), (lower_left, lower_right))
            for at in (start, end)
        ]
    )
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    return int(left), int(top), max(1, int(right - left)), max(1, int(bottom - top))


def _said(error: Exception) -> str:
    # rapidocr's own errors hold a whole traceback, with what went wrong in its last line.
    lines = str(error).strip().splitlines()
    return lines[-1].strip()[:200] if lines else repr(error)
