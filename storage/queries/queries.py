"""What the ledger answers. Each method is one short transaction and blocks nobody."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    Select,
    TableClause,
    column,
    exists,
    func,
    select,
    table,
)

from indexer.verdict import Detection, Match, Verdict
from models.fields.ticket import Field, Ticket
from models.page.scan import Fault
from storage import rows
from storage.queries.searching import search
from storage.records import Heartbeat, Hit, Move, Prior, State, Superseded, displayable, timestamp
from storage.standing import Standing
from storage.tables import (
    JUDGED,
    OPEN,
    PAST,
    detections,
    feedback,
    heartbeat,
    journal,
    matches,
    scans,
)
from storage.tickets.tickets import fields_of, ticket_of
from storage.views import RESULT_COLUMNS

_PAGE = 500  # rows a transaction: a slow reader must not hold the write-ahead log back

results_view: TableClause = table("results", *(column(name) for name in RESULT_COLUMNS))


class Queries(Standing):
    """The reading half of the ledger."""

    def results(
        self,
        class_name: str | None = None,
        state: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        *,
        unread: bool = False,
        unseen: bool = False,
        current: bool = False,
        before: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Rows of the view ``results``, newest first; the keys are its columns, in order.

        Args:
            class_name: only scans of this class.
            state: only scans in this state.
            since: only scans received then or later.
            limit: no more rows than this.
            unread: only scans that were judged though their text could not be read.
            unseen: only scans of which nobody has said anything that holds.
            current: not those that were put back or whose files were deleted; where a state is
                asked for, that decides.
            before: only scans with a smaller id.
        """
        view = results_view.c
        query = select(results_view).order_by(view.scan_id.desc())
        if class_name is not None:
            query = query.where(view["class"] == displayable(class_name))
        if state is not None:
            query = query.where(view.state == displayable(state))
        elif current:
            query = query.where(view.state.not_in(PAST))
        if since is not None:
            query = query.where(view.received_at >= timestamp(since))
        if unread:
            query = query.where(view.state.in_(JUDGED), view.error.is_not(None))
        if unseen:
            query = query.where(~_said_of(view.scan_id))
        if before is not None:
            query = query.where(view.scan_id < before)
        return self._paged(query, limit)

    def _paged(self, query: Select[Any], limit: int | None) -> Iterator[dict[str, Any]]:
        page, left = query, limit
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            with self.database.read() as connection:
                found = connection.execute(page.limit(size)).mappings().all()
            yield from (dict(row) for row in found)
            if len(found) < size:
                return
            page = query.where(results_view.c.scan_id < found[-1]["scan_id"])
            left = None if left is None else left - size

    def result(self, scan_id: int) -> dict[str, Any] | None:
        """One row of the view ``results``; None when there is no such scan."""
        query = select(results_view).where(results_view.c.scan_id == scan_id)
        return next(self._paged(query, 1), None)

    def results_of(self, scan_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Rows of the view ``results``, by their ids; ids that no scan has are left out."""
        query = select(results_view).where(results_view.c.scan_id.in_(scan_ids))
        with self.database.read() as connection:
            found = connection.execute(query).mappings().all()
        return {row["scan_id"]: dict(row) for row in found}

    def matches(self, scan_id: int) -> tuple[Match, ...]:
        """The support images that a scan was nearest to, nearest first."""
        with self.database.read() as connection:
            return _matches(connection, scan_id)

    def detections(self, scan_id: int) -> tuple[Detection, ...]:
        """What each detector said of a scan, by name."""
        with self.database.read() as connection:
            return _detections(connection, scan_id)

    def fields(self, scan_ids: Sequence[int]) -> dict[int, dict[str, Field]]:
        """The fields that were found on scans, by their ids and by name."""
        with self.database.read() as connection:
            return fields_of(connection, scan_ids)

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Scans whose text holds every word of ``text``; see `storage.queries.searching.search`."""
        with self.database.read() as connection:
            return search(connection, text, limit)

    def counts(self) -> dict[str, int]:
        """How many scans are in each state; states without any are left out."""
        query = select(scans.c.state, func.count()).group_by(scans.c.state)
        with self.database.read() as connection:
            return {state: number for state, number in connection.execute(query)}  # noqa: C416

    def counts_by_class(self) -> dict[str, int]:
        """How many scans are taken for each class; what was put back or deleted does not count."""
        number = select(scans.c.class_name, func.count()).group_by(scans.c.class_name)
        with self.database.read() as connection:
            # Each by an index alone: one look for class and state would go through every row.
            found = {name: count for name, count in connection.execute(number) if name is not None}
            for name, count in connection.execute(number.where(scans.c.state.in_(PAST))):
                if name is not None:
                    found[name] -= count
        return {name: count for name, count in found.items() if count}

    def unseen(self, state: State) -> int:
        """How many scans are in a state of which nobody has said anything that holds."""
        query = select(func.count()).where(scans.c.state == state, ~_said_of(scans.c.id))
        with self.database.read() as connection:
            number: int = connection.execute(query).scalar_one()
        return number

    def unread(self) -> int:
        """How many scans were judged though their text could not be read."""
        query = select(func.count()).where(scans.c.state.in_(JUDGED), scans.c.error.is_not(None))
        with self.database.read() as connection:
            number: int = connection.execute(query).scalar_one()
        return number

    def heartbeat(self) -> Heartbeat | None:
        """What the daemon told last; None when none ever ran."""
        with self.database.read() as connection:
            row = connection.execute(select(heartbeat)).one_or_none()
        if row is None:
            return None
        return Heartbeat(
            row.pid,
            datetime.fromisoformat(row.started_at),
            _moment(row.swept_at),
            row.waiting,
            row.version,
            row.events or "none",
            _moment(row.oldest_at),
            row.trouble or "",
        )

    def oldest_open(self) -> datetime | None:
        """When the oldest scan of which nothing is decided yet was received; None if none waits."""
        # Not the least of the times: the clock may have been set back since.
        oldest = select(func.min(scans.c.id)).where(scans.c.state.in_(OPEN)).scalar_subquery()
        query = select(scans.c.received_at).where(scans.c.id == oldest)
        with self.database.read() as connection:
            return _moment(connection.execute(query).scalar())

    def prior(self, scan_id: int) -> Prior | None:
        """What was decided of a scan that was filed or sent to review; None of any other.

        None also of one whose text could not be read: that may go better another time.
        """
        query = select(scans).where(
            scans.c.id == scan_id,
            scans.c.state.in_(JUDGED),
            scans.c.error.is_(None),
        )
        with self.database.read() as connection:
            row = connection.execute(query).one_or_none()
            if row is None or row.class_name is None:
                return None
            found = _matches(connection, scan_id)
            said = _detections(connection, scan_id)
            ticket = ticket_of(connection, scan_id)
        verdict = Verdict(row.class_name, row.score, found, row.branch_id, row.index_id, said)
        return Prior(scan_id, row.state, verdict, ticket, row.pages)

    def ticket(self, scan_id: int) -> Ticket | None:
        """What was read of a scan; None if it was not read."""
        with self.database.read() as connection:
            return ticket_of(connection, scan_id)

    def fault(self, scan_id: int) -> Fault | None:
        """Why a scan could not be judged, or its text not be read; None if all went well."""
        query = select(scans.c.error_stage, scans.c.error, scans.c.advice)
        with self.database.read() as connection:
            row = connection.execute(query.where(scans.c.id == scan_id)).one_or_none()
        if row is None or row.error is None:
            return None
        return Fault(row.error_stage or "file", row.error, row.advice or "")

    def moves(self) -> list[Move]:
        """The journal: files that were on their way when the daemon stopped, oldest first."""
        with self.database.read() as connection:
            return [rows.as_move(row) for row in connection.execute(rows.moves)]

    def retried(self) -> list[Superseded]:
        """Failed scans that were tried again and still name the place of their file."""
        superseded = self.filed(states=("superseded",))
        return [
            Superseded(one.scan_id, one.place, one.sha256, one.size, one.identity)
            for one in superseded
        ]

    def moving(self) -> set[int]:
        """The scans that stand in the journal."""
        with self.database.read() as connection:
            return set(connection.execute(select(journal.c.scan_id)).scalars())

    def open_scans(self) -> list[tuple[int, Path]]:
        """Scans of which nothing is decided yet, with their files in the inbox, oldest first."""
        query = select(scans.c.id, scans.c.source).where(scans.c.state.in_(OPEN))
        with self.database.read() as connection:
            found = connection.execute(query.order_by(scans.c.id)).all()
        return [(scan_id, Path(os.fsdecode(source))) for scan_id, source in found]


def _said_of(scan_id: ColumnElement[int]) -> Exists:
    """Whether somebody has said something of a scan that holds."""
    return exists().where(feedback.c.scan_id == scan_id, feedback.c.undone_at.is_(None))


def _matches(connection: Connection, scan_id: int) -> tuple[Match, ...]:
    near = (
        select(matches.c.class_name, matches.c.support, matches.c.distance)
        .where(matches.c.scan_id == scan_id)
        .order_by(matches.c.rank)
    )
    return tuple(Match(*match) for match in connection.execute(near))


def _detections(connection: Connection, scan_id: int) -> tuple[Detection, ...]:
    said = (
        select(
            detections.c.name,
            detections.c.detector_id,
            detections.c.probability,
            detections.c.accepted,
        )
        .where(detections.c.scan_id == scan_id)
        .order_by(detections.c.name)
    )
    return tuple(Detection(*one) for one in connection.execute(said))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
