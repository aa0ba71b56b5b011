"""What came of an evaluation folder: of each query, of each episode, of all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.verdict import UNKNOWN, Match, Verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict beside the truth.

    Attributes:
        episode: path of its episode relative to the evaluation folder; ``.`` if that is the one.
        query: path of the query relative to the evaluation folder, with forward slashes.
        truth: the class it is of; ``unknown`` for a stranger.
        verdict: what was decided, by at least one class.
        own: the nearest example of the true class; None for a stranger.
    """

    episode: str
    query: str
    truth: str
    verdict: Verdict
    own: Match | None

    @property
    def nearest(self) -> Match:
        """The nearest support image."""
        return self.verdict.matches[0]

    @property
    def known(self) -> bool:
        """Whether its class is among those of the support set."""
        return self.truth != UNKNOWN

    @property
    def right(self) -> bool:
        """Whether the nearest class is the true one; never so for a stranger."""
        return self.nearest.class_name == self.truth

    @property
    def accepted(self) -> bool:
        """Whether the answer was a class, and not ``unknown``."""
        return self.verdict.class_name != UNKNOWN


@dataclass(frozen=True, slots=True)
class Episode:
    """A support set and what it was asked.

    Attributes:
        name: see `Outcome.episode`.
        classes: number of classes of the support set.
        examples: number of support images.
        shown: queries that are, byte for byte, support images too: nothing is learnt from them.
        index_id: content hash of the support set.
        outcomes: of the queries that could be read, in the order of their names.
    """

    name: str
    classes: int
    examples: int
    shown: int
    index_id: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was found out of an evaluation folder.

    Attributes:
        folder: the evaluation folder, absolute.
        branch_id: content hash of the weights and the preparation that judged.
        reject: the share of strangers to let in, by which was decided.
        episodes: in the order of their names, at least one.
        unreadable: files that could not be used, with the reason, by path relative to ``folder``.
    """

    folder: Path
    branch_id: str
    reject: float
    episodes: tuple[Episode, ...]
    unreadable: dict[str, str]

    @property
    def outcomes(self) -> list[Outcome]:
        """Of all episodes."""
        return [outcome for episode in self.episodes for outcome in episode.outcomes]
