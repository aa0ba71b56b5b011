"""Pages of text that lie on their side: judged as they would stand, where they are none of any class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from indexer.verdict import UNKNOWN, Verdict
from models.page.opening import first_page
from models.page.prepare import grayscale
from models.page.scan import Fault, Page, Scan
from models.ticket.ink import ink_of, letters_of, lies_sideways, measurable
from service.workers.engine import Engine

_SIDE = 1500
"""Pixels of the longest side at which letters are still told from specks."""
_LETTERS = 60
"""Letters without which a page is no text: a drawing that is turned is another drawing."""


def judged_upright(scan: Scan, verdict: Verdict, engine: Engine) -> Verdict:
    """The verdict of a page of text that lies on its side and is unknown as it lies.

    The branch tells a page from the same one turned by a quarter, as it must tell drawings. Only
    strangers are looked at again, to detectors as well: it takes a decoding.

    Args:
        scan: of which the first page is judged.
        verdict: of that page as it lies.
        engine: that judged it.

    Returns:
        The surer verdict of those of the page turned either way; the first one where the page is
        no text, or does not lie on its side, or is unknown whichever way it is turned, or there
        is not enough memory to look.
    """
    if verdict.class_name != UNKNOWN:
        return verdict
    try:
        turned = _turned(scan, engine)
        found = engine.judge(turned) if turned else []
    except MemoryError:
        return verdict
    known = [one for one in found if one.class_name != UNKNOWN]
    return max(known, key=lambda one: one.sureness, default=verdict)


def _turned(scan: Scan, engine: Engine) -> Sequence[Page]:
    """The first page turned either way; none where it is no text that lies on its side."""
    page = first_page(scan, engine.spec.limits, _SIDE)
    if isinstance(page, Fault):
        return ()
    letters = letters_of(ink_of(measurable(page.pixels)[0]))
    if len(letters) < _LETTERS or not lies_sideways(letters):
        return ()
    small = grayscale(page.pixels, engine.least_side)
    return [replace(page, pixels=np.ascontiguousarray(np.rot90(small, turns))) for turns in (1, 3)]
