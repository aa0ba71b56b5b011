"""What was measured, as tables: of goals, and of variants. Takes the JSON, for the docs do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

SETS: Final = {
    "receipts_sroie": "SROIE",
    "receipts_german_scans": "German scans",
}
_GOALS: Final = (
    # set, figure, source of the fields, at least, aim
    ("receipts_sroie", "f1", "", 0.82, 0.85),
    ("receipts_sroie", "ticket_date", "read", 0.90, 0.92),
    ("receipts_sroie", "total", "read", 0.85, 0.90),
    ("receipts_sroie", "vendor", "read", 0.75, 0.80),
    ("receipts_sroie", "vendor_exact", "read", 0.60, None),
    ("receipts_sroie", "ticket_date", "from_true_words", 0.92, None),
    ("receipts_sroie", "total", "from_true_words", 0.92, None),
    ("receipts_german_scans", "total", "read", 0.80, None),
)
_RATIO: Final = 1.5
_NAMES: Final = {
    "f1": "word F1",
    "ticket_date": "date",
    "total": "total",
    "vendor": "vendor, similar by 0.9",
    "vendor_exact": "vendor, to the letter",
}
_COLUMNS: Final = ("ticket_date", "total", "vendor", "vendor_exact")

_NOTHING: Final = {"share": None, "count": 0, "total": 0, "interval": ()}


def goals(answer: Mapping[str, Any], variant: str) -> str:
    """Each goal with what this variant reaches."""
    lines = []
    for place, figure, source, least, aim in _GOALS:
        row = _row(answer["rows"], place, variant)
        if row is None:
            continue
        value, counted, interval = row["words"]["f1"], f"{row['texts']} tickets", ""
        if source:
            found = row["fields"].get(figure, {}).get(source) or _NOTHING
            value, counted = found["share"], f"{found['count']} of {found['total']}"
            interval = " to ".join(_percent(bound) for bound in found["interval"])
        if value is None:  # nobody knows the truth of it
            continue
        of = ", from the true words" if source == "from_true_words" else ""
        goal = f"≥ {_percent(least)}" + (f" (aim {_percent(aim)})" if aim else "")
        lines.append(
            (SETS[place], _NAMES[figure] + of, counted, _percent(value), interval, goal,
             "yes" if value >= least else "no")
        )  # fmt: skip
    if pace := answer.get("pace"):
        low, _, high = pace["ratio_quartiles"]
        lines.append(
            (SETS["receipts_sroie"], "time, raw Tesseract is 1", f"{pace['tickets']} tickets",
             f"{pace['ratio']:.2f}", f"half of them {low:.2f} to {high:.2f}", f"≤ {_RATIO}",
             "yes" if pace["ratio"] <= _RATIO else "no")
        )  # fmt: skip
        lines.append(
            (SETS["receipts_sroie"], "processor time, the same", f"{pace['tickets']} tickets",
             f"{pace['processor_ratio']:.2f}", "", "", "")
        )  # fmt: skip
    return _table(("set", "figure", "of", "measured", "95 % interval", "goal", "met"), lines)


def variants(answer: Mapping[str, Any], place: str) -> str:
    """All variants that were measured on a set, one a row."""
    rows = [row for row in answer["rows"] if row["set"] == place]
    headings = ["variant"]
    if any(row["texts"] for row in rows):
        headings += ["word F1", "recall", "precision", "character errors"]
    shown = [name for name in _COLUMNS if any(name in row["fields"] for row in rows)]
    headings += [_NAMES[name] for name in shown]
    merchants = any("merchant" in row for row in rows)
    headings += (["merchant in the vendor"] if merchants else []) + ["seconds a ticket"]
    lines = []
    for row in rows:
        cells = [row["variant"]]
        if row["texts"]:
            words = row["words"]
            cells += [_percent(words[name]) for name in ("f1", "recall", "precision")]
            cells.append(_percent(row["characters"]["error_rate"]))
        cells += [_counted(row["fields"][name]["read"]) for name in shown]
        cells += [_counted(row["merchant"])] if merchants else []
        cells.append(f"{row['seconds_a_ticket']:.2f}")
        lines.append(cells)
    return _table(headings, lines)


def _row(rows: Iterable[Mapping[str, Any]], place: str, variant: str) -> Mapping[str, Any] | None:
    return next((row for row in rows if (row["set"], row["variant"]) == (place, variant)), None)


def _counted(value: Mapping[str, Any]) -> str:
    return f"{value['count']} of {value['total']}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    shown = (" | ".join(cell.replace("|", r"\|") for cell in line) for line in lines)
    return "\n".join(f"| {line} |" for line in shown)
