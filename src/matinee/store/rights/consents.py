"""Agreements, people, permits in the database: rows in, rows out.

Covers reading and adding within a transaction that `database.writing` or `reading` has begun. What the records say, and
whether they are sound, is the business of `matinee.rights`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, Table, bindparam, func, insert, select

from matinee.store.rights.schema import advances, agreement_events, attempts, permits, registered, takes
from matinee.tables.consent import Kept, Record

Registered = Literal["person", "union"]


_NAME: BindParameter[str] = bindparam("name")


def _all_of(table: Table) -> Select[tuple[str, str]]:
    """Select the records of an agreement; built once, since building costs more than running."""
    return select(table.c.text, table.c.digest).where(table.c.agreement_id == _NAME).order_by(table.c.number)


_EVENTS, _ADVANCES = _all_of(agreement_events), _all_of(advances)
_REGISTERED = (
    select(registered.c.text, registered.c.digest)
    .where(registered.c.name == _NAME, registered.c.kind == bindparam("kind"))
    .order_by(registered.c.number.desc())
    .limit(1)
)
_LAST = select(func.max(attempts.c.at))
_USES = select(func.max(permits.c.nth)).where(permits.c.rule == _NAME)
_PERMIT = select(permits.c.text, permits.c.digest).where(permits.c.use_id == _NAME)

_KEPT: dict[Table, ColumnElement[Any]] = {
    agreement_events: agreement_events.c.agreement_id,
    advances: advances.c.agreement_id,
    registered: registered.c.kind + " " + registered.c.name,
}
"""Tables of records -> whose each is."""


class Consents:
    """What is kept of agreements and permits, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(self, agreement_id: str) -> list[Record]:
        """Read what happened to an agreement, oldest first."""
        return self._records(_EVENTS, agreement_id)

    def advances(self, agreement_id: str) -> list[Record]:
        """Read the payments in advance of an agreement, oldest first."""
        return self._records(_ADVANCES, agreement_id)

    def agreement_ids(self) -> list[str]:
        """List the agreements, in the order of their offers."""
        first = select(agreement_events.c.agreement_id).group_by(agreement_events.c.agreement_id)
        return list(self._connection.execute(first.order_by(func.min(agreement_events.c.number))).scalars())

    def registered(self, kind: Registered, name: str) -> Record | None:
        """Read what was registered last of a person or a union."""
        row = self._connection.execute(_REGISTERED, {"name": name, "kind": kind}).first()
        return Record._make(row) if row else None

    def unions(self) -> list[str]:
        """Name the unions that are registered."""
        asked = select(registered.c.name).where(registered.c.kind == "union").distinct()
        return sorted(self._connection.execute(asked).scalars())

    def people(self) -> list[str]:
        """List the people that are registered."""
        asked = select(registered.c.name).where(registered.c.kind == "person").distinct()
        return sorted(self._connection.execute(asked).scalars())

    def last_time(self) -> int | None:
        """Give the time of the latest attempt, microseconds since 1970; None before the first."""
        found: int | None = self._connection.execute(_LAST).scalar()
        return found

    def uses(self, rule: str) -> int:
        """Give how often a permission was used."""
        found: int | None = self._connection.execute(_USES, {"name": rule}).scalar()
        return found or 0

    def permit(self, use_id: str) -> Record | None:
        """Read what was kept of the permit of a use; None if it was not permitted."""
        row = self._connection.execute(_PERMIT, {"name": use_id}).first()
        return Record._make(row) if row else None

    def is_taken_up(self, use_id: str) -> bool:
        """Whether the permit of a use was taken up."""
        return self._connection.execute(select(takes.c.at).where(takes.c.use_id == use_id)).first() is not None

    def kept(self) -> Iterator[Kept]:
        """Go through all events, advances, people and unions."""
        for table, of in _KEPT.items():
            asked = select(table.c.number, of, table.c.text, table.c.digest).order_by(table.c.number)
            for number, name, *record in self._connection.execute(asked):
                yield Kept(table.name, number, name, Record(*record))

    def add_event(self, agreement_id: str, record: Record) -> Kept:
        """Add an event of an agreement."""
        return self._keep(agreement_events, agreement_id, record, agreement_id=agreement_id)

    def add_registered(self, kind: Registered, name: str, record: Record) -> Kept:
        """Add what is known from now on of a person or a union."""
        return self._keep(registered, f"{kind} {name}", record, kind=kind, name=name)

    def add_advance(self, agreement_id: str, record: Record) -> Kept:
        """Add a payment in advance."""
        return self._keep(advances, agreement_id, record, agreement_id=agreement_id)

    def add_attempt(self, position: int, at: int) -> None:
        """Add an attempt, kept as the entry at `position`, at a time in microseconds since 1970."""
        self._add(attempts, position=position, at=at)

    def add_permit(self, use_id: str, *, position: int, rule: str, nth: int, record: Record) -> None:
        """Add a permit; its place in the count of its permission cannot be given twice."""
        self._add(permits, use_id=use_id, position=position, rule=rule, nth=nth, **record._asdict())

    def add_take(self, use_id: str, at: int) -> None:
        """Add that a permit was taken up, at a time in microseconds since 1970."""
        self._add(takes, use_id=use_id, at=at)

    def _records(self, asked: Select[tuple[str, str]], agreement_id: str) -> list[Record]:
        return [Record._make(row) for row in self._connection.execute(asked, {"name": agreement_id})]

    def _keep(self, table: Table, of: str, record: Record, **names: str) -> Kept:
        made = self._connection.execute(insert(table), {**names, **record._asdict()}).inserted_primary_key
        if made is None:
            raise ValueError(f"table: got {table.name!r}, want one with a number")
        return Kept(table.name, made[0], of, record)

    def _add(self, table: Table, **values: object) -> None:
        self._connection.execute(insert(table), values)
