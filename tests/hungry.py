"""A document of two kilobytes that takes all memory there is, for ever, when it is drawn."""

from __future__ import annotations

_LEVELS = 9
_TIMES = 10
"""Each level draws the next so often: a thousand million drawings."""


def hungry_pdf() -> bytes:
    """The document: forms that draw forms (PDF 32000-1:2008, 8.10)."""
    again = b"/F Do " * _TIMES
    page = b"/Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<<" + page + b"/Resources<</XObject<</F 5 0 R>>>>>>",
        _stream(again, b""),
    ]
    for level in range(_LEVELS):
        last = level == _LEVELS - 1
        drawn = b"1 0 0 rg 20 20 200 200 re f" if last else again
        inner = b"" if last else b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level)
        objects.append(_stream(drawn, b"/Type/XObject/Subtype/Form/BBox[0 0 300 400]" + inner))
    data, places = b"%PDF-1.5\n", list[int]()
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (size, table, size, len(data))
    )


def _stream(data: bytes, more: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (more, len(data), data)
