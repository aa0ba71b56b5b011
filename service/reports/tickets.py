"""The report of a reading: figures, and each ticket with what was read rightly, wrongly, not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Final

from indexer.evaluation.tickets import TicketEvaluation, TicketOutcome, TicketSummary
from models.fields.ticket import FIELD_NAMES, Fields
from models.page.read import Limits
from models.ticket.words import Word
from service.reports.boxes import Mark, boxed_page
from service.reports.html import name, section, table, text, write_page
from service.reports.ticket_wording import FIELD_WORDS, ticket_figures, tickets_headline
from service.reports.wording import percent

_MOST_PICTURES: Final = 120
"""Tickets that are shown: some ten megabytes."""
_OPEN: Final = 3
"""Tickets that need not be opened first."""
_MOST_WORDS: Final = 400
"""Words of a list: a page of a book that was dropped among the tickets has more."""


def write_tickets(
    file: Path, evaluation: TicketEvaluation, summary: TicketSummary, limits: Limits
) -> None:
    """Write the report as one HTML file that needs no network.

    Args:
        file: where; see `service.reports.html.check_place`. It has no charts.
        evaluation: what was found out; its scans are read again for the pictures.
        summary: of its outcomes.
        limits: what a scan may ask of this machine.

    Raises:
        UsageError: it cannot be written there.
    """
    worst = sorted(evaluation.outcomes, key=lambda one: (_worth(one), one.truth.name))
    shown = [
        _ticket(one, number < _OPEN, limits) for number, one in enumerate(worst[:_MOST_PICTURES])
    ]
    few = f" The {len(shown)} worst of {len(worst)}." if len(shown) < len(worst) else ""
    write_page(
        file,
        f"How well is it read: {evaluation.folder.name}",
        tickets_headline(summary),
        [
            _figures(evaluation, summary),
            section(
                "Tickets",
                _LEGEND,
                *shown,
                note="Worst first, by words and fields together; click one to open it, point at a "
                f"box for its word. Of several pages the first is shown.{few}",
            ),
            _about(evaluation),
        ],
        charts=False,
    )


def _figures(evaluation: TicketEvaluation, summary: TicketSummary) -> str:
    rows = [
        (one.name, one.value, one.counted, one.interval, one.meaning)
        for one in ticket_figures(evaluation, summary)
    ]
    headings = ["", "", "", "95 % interval", "what it says"]
    return section("Figures", table(headings, rows, right=(1, 2, 3)))


_LEGEND: Final = (
    '<p class="legend"><span class="right">read, and there</span> '
    '<span class="read">read; the text is not known</span> '
    '<span class="wrong">read, and not there</span> '
    '<span class="missed">there, and not read</span> '
    '<span class="field">where a field was found</span></p>'
)


def _about(evaluation: TicketEvaluation) -> str:
    rows = [
        ("folder", str(evaluation.folder)),
        ("ocr_engine", evaluation.engine),
        ("ocr_language", evaluation.language),
        ("date_order", evaluation.date_order),
        ("tickets at once", str(evaluation.workers)),
        ("seconds for all", f"{evaluation.elapsed:.1f}"),
    ]
    return section("What was measured", table(["", ""], rows))


def _worth(one: TicketOutcome) -> float:
    """How well a ticket was read, from 0 to 1: the mean of word F1 and the share of its fields."""
    f1 = one.words.counts.f1 if one.words else None
    known = [] if f1 is None else [f1]
    if one.read:
        known.append(fmean(one.read.values()))
    return fmean(known) if known else 1.0


def _ticket(one: TicketOutcome, opened: bool, limits: Limits) -> str:
    # A vendor that is not even similar is said once.
    wrong = [
        FIELD_WORDS[measure]
        for measure, right in one.read.items()
        if not right and (measure != "vendor_exact" or one.read["vendor"])
    ]
    parts = [name(one.truth.name)]
    if one.words:
        parts.append(f"word F1 {percent(one.words.counts.f1)}")
    if one.characters:
        parts.append(f"character errors {percent(one.characters.rate)}")
    if one.fault:
        parts.append(f'<span class="wrong">{text(one.fault.reason)}</span>')
    elif wrong:
        parts.append(f'<span class="wrong">wrong: {text("; ".join(wrong))}</span>')
    words = ""
    if one.words:
        words = _words("not read", one.words.missed) + _words("read wrongly", one.words.wrong)
    picture = boxed_page(one.truth.path, list(_marks(one)), limits, cut=_placed(one))
    return (
        f'<details class="ticket"{" open" if opened else ""}><summary>{" &middot; ".join(parts)}'
        f'</summary><div class="beside">{picture}<div>{_fields(one)}{words}</div></div></details>'
    )


def _placed(one: TicketOutcome) -> bool:
    """Whether it is known where everything stands."""
    return one.truth.transcript is not None and one.truth.transcript.placed


def _marks(one: TicketOutcome) -> Iterable[Mark]:
    """The boxes on the first page."""
    kinds = (
        [("right", one.words.right), ("wrong", one.words.wrong)]
        if one.words
        else [("read", one.ticket.words)]
    )
    if one.words and _placed(one):
        kinds.append(("missed", one.words.missed))
    for kind, words in kinds:
        for word in words:
            if word.page == 1:
                yield Mark(word.box, kind, word.text)
    for field, found in one.ticket.fields.found().items():
        if found.page == 1:
            yield Mark(found.box, "field", f"{FIELD_WORDS[field]}: {found.value}")


def _fields(one: TicketOutcome) -> str:
    """What it says, what was read, and what the rules find in the true words."""
    true = one.truth.fields
    rows = []
    for field in FIELD_NAMES:
        said = getattr(true, field) if true else None
        read, ruled = _cell(one.ticket.fields, field, one.read), ""
        if one.by_rules:
            ruled = f"<td>{_cell(one.by_rules, field, one.ruled)}</td>"
        rows.append(
            f"<tr><td>{FIELD_WORDS[field]}</td><td>{name(said or '')}</td><td>{read}</td>{ruled}</tr>"
        )
    heading = "<th>from the true words</th>" if one.by_rules else ""
    return (
        f'<div class="wide"><table><thead><tr><th></th><th>true</th><th>read</th>{heading}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(fields: Fields, field: str, judged: Mapping[str, bool]) -> str:
    found = fields.found().get(field)
    shown = name(found.value) if found else "none"
    if field not in judged:
        return f'<span class="unknown">{shown if found else ""}</span>'
    # Only similar to the true vendor is neither.
    kind = "right" if judged[field] else "wrong"
    near = field == "vendor" and judged[field] and not judged["vendor_exact"]
    return f'<span class="{kind}">{shown}{" (similar)" if near else ""}</span>'


def _words(heading: str, words: Iterable[Word]) -> str:
    held = [text(word.text) for word in words]
    if not held:
        return ""
    more = f" and {len(held) - _MOST_WORDS} more" if len(held) > _MOST_WORDS else ""
    shown = " ".join(f"<span>{word}</span>" for word in held[:_MOST_WORDS])
    return f'<h3>{len(held)} {heading}</h3><p class="words">{shown}{more}</p>'
