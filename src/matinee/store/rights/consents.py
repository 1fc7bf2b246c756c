"""Agreements, people, permits in the database: rows in, rows out.

Covers reading and adding within a transaction that `database.writing` or `reading` has begun. What the records say, and
whether they are sound, is the business of `matinee.rights`.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, Table, func, insert, select

from matinee.store.rights.schema import advances, agreement_events, attempts, permits, registered, takes
from matinee.tables.consent import Record

Registered = Literal["person", "union"]


class Consents:
    """What is kept of agreements and permits, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(self, agreement_id: str) -> list[Record]:
        """Read what happened to an agreement, oldest first."""
        return self._records(agreement_events, agreement_id)

    def advances(self, agreement_id: str) -> list[Record]:
        """Read the payments in advance of an agreement, oldest first."""
        return self._records(advances, agreement_id)

    def agreement_ids(self) -> list[str]:
        """List the agreements, in the order of their offers."""
        first = select(agreement_events.c.agreement_id).group_by(agreement_events.c.agreement_id)
        return list(self._connection.execute(first.order_by(func.min(agreement_events.c.number))).scalars())

    def registered(self, kind: Registered, name: str) -> Record | None:
        """Read what was registered last of a person or a union."""
        table = registered.c
        asked = select(table.text, table.digest).where(table.name == name, table.kind == kind)
        row = self._connection.execute(asked.order_by(table.number.desc()).limit(1)).first()
        return Record(*row) if row else None

    def unions(self) -> list[str]:
        """Name the unions that are registered."""
        asked = select(registered.c.name).where(registered.c.kind == "union").distinct()
        return sorted(self._connection.execute(asked).scalars())

    def last_time(self) -> int | None:
        """Give the time of the latest attempt, microseconds since 1970; None before the first."""
        found: int | None = self._connection.execute(select(func.max(attempts.c.at))).scalar()
        return found

    def uses(self, rule: str) -> int:
        """Give how often a permission was used."""
        found: int | None = self._connection.execute(
            select(func.max(permits.c.nth)).where(permits.c.rule == rule)
        ).scalar()
        return found or 0

    def permit(self, use_id: str) -> Record | None:
        """Read what was kept of the permit of a use; None if it was not permitted."""
        asked = select(permits.c.text, permits.c.digest).where(permits.c.use_id == use_id)
        row = self._connection.execute(asked).first()
        return Record(*row) if row else None

    def is_taken_up(self, use_id: str) -> bool:
        """Whether the permit of a use was taken up."""
        return self._connection.execute(select(takes.c.at).where(takes.c.use_id == use_id)).first() is not None

    def add_event(self, agreement_id: str, record: Record) -> None:
        """Add an event of an agreement."""
        self._add(agreement_events, agreement_id=agreement_id, **record._asdict())

    def add_registered(self, kind: Registered, name: str, record: Record) -> None:
        """Add what is known from now on of a person or a union."""
        self._add(registered, kind=kind, name=name, **record._asdict())

    def add_advance(self, agreement_id: str, record: Record) -> None:
        """Add a payment in advance."""
        self._add(advances, agreement_id=agreement_id, **record._asdict())

    def add_attempt(self, position: int, at: int) -> None:
        """Add an attempt, kept as the entry at `position`, at a time in microseconds since 1970."""
        self._add(attempts, position=position, at=at)

    def add_permit(self, use_id: str, *, position: int, rule: str, nth: int, record: Record) -> None:
        """Add a permit; its place in the count of its permission cannot be given twice."""
        self._add(permits, use_id=use_id, position=position, rule=rule, nth=nth, **record._asdict())

    def add_take(self, use_id: str, at: int) -> None:
        """Add that a permit was taken up, at a time in microseconds since 1970."""
        self._add(takes, use_id=use_id, at=at)

    def _records(self, table: Table, agreement_id: str) -> list[Record]:
        asked = select(table.c.text, table.c.digest).where(table.c.agreement_id == agreement_id)
        return [Record(*row) for row in self._connection.execute(asked.order_by(table.c.number))]

    def _add(self, table: Table, **values: object) -> None:
        self._connection.execute(insert(table), values)
