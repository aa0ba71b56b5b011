"""The figures of a reading in words: the same rows on the terminal and in the report."""

from __future__ import annotations

from typing import Final

from config.words import counted
from indexer.evaluation.measures import Proportion
from indexer.evaluation.tickets import TicketEvaluation, TicketSummary
from models.scoring.fields import SIMILAR
from service.reports.wording import Figure, counted_figure, percent

FIELD_WORDS: Final = {
    "vendor": "vendor",
    "vendor_exact": "vendor, to the letter",
    "ticket_date": "date",
    "total": "total",
    "currency": "currency",
    "tax": "tax",
}
"""What a measure is called, by its name."""
_MEANINGS: Final = {
    "vendor": f"Names that are similar to the true one by {SIMILAR:g} or more.",
    "vendor_exact": "The same name; case and number of blanks play no part.",
}


def tickets_headline(summary: TicketSummary) -> str:
    """What was read, in one line."""
    asked = max((one.total for one in summary.read.values()), default=0)
    return (
        f"{counted(summary.tickets, 'ticket')}: {summary.texts} with their text, "
        f"{asked} with their fields"
    )


def ticket_figures(evaluation: TicketEvaluation, summary: TicketSummary) -> list[Figure]:
    """The rows, most important first; those of which nothing is known are left out."""
    rows: list[Figure] = []
    if summary.texts:
        words, characters = summary.words, summary.characters
        there, read = words.right + words.missed, words.right + words.wrong
        rows = [
            _share("word F1", words.f1, "", "The harmonic mean of the next two."),
            _share("word recall", words.recall, f"{words.right} of {there}",
                   "Words there that were read, without case and punctuation around them."),
            _share("word precision", words.precision, f"{words.right} of {read}",
                   "Words read that are there."),
            _share("word F1, mean over tickets", summary.mean_f1, counted(summary.texts, "ticket"),
                   "A short ticket counts as much as a long one."),
            _share("character error rate", characters.rate,
                   f"{characters.errors} of {characters.length}",
                   "Signs to change in the text in reading order; case and line ends play no part."),
        ]  # fmt: skip
    rows += [_field(name, value, "read") for name, value in summary.read.items()]
    rows += [_field(name, value, "true words") for name, value in summary.ruled.items()]
    if summary.faults:
        rows.append(
            counted_figure(
                "not read at all",
                Proportion(summary.faults, summary.tickets),
                "They count as read without a word.",
            )
        )
    if summary.seconds is not None:
        rows.append(
            Figure(
                "seconds a ticket", f"{summary.seconds:.2f}", f"{evaluation.workers} at once", "",
                "From the file to its fields, on the average.",
            )
        )  # fmt: skip
    return rows


def _field(name: str, value: Proportion, source: str) -> Figure:
    meaning = _MEANINGS.get(name, "")
    if source != "read":
        meaning = "Found in the true words: what is wrong here is the rules' fault."
        return counted_figure(f"{FIELD_WORDS[name]}, from the true words", value, meaning)
    return counted_figure(FIELD_WORDS[name], value, meaning)


def _share(name: str, value: float | None, of: str, meaning: str) -> Figure:
    return Figure(name, percent(value), of, "", meaning)
