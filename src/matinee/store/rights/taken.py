"""Uses that were taken up, out of the database, a page at a time.

Covers rows out; what is owed for them is the business of `matinee.rights.pay`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, func, select

from matinee.store.rights.schema import leaves, permits, subjects, takes
from matinee.tables.consent import TakenUse

PAGE = 10_000
"""Rows that wait in memory where many are gone through."""

_FROM = (
    takes
    .join(permits, permits.c.use_id == takes.c.use_id)
    .join(leaves, leaves.c.position == permits.c.position)
    .outerjoin(subjects, subjects.c.subject == leaves.c.subject)
)
_TAKEN = select(takes.c.use_id, takes.c.at, permits.c.rule, leaves.c.body, subjects.c.person_id).select_from(_FROM)


def read_taken(connection: Connection, *, since: int, until: int, after: str, limit: int) -> list[TakenUse]:
    """Read a page of the uses that were taken up in a time.

    Args:
        connection: to the rights database.
        since: first moment, microseconds since 1970.
        until: first moment after it.
        after: use_id at the end of the page before; "" before the first.
        limit: uses at most.

    Returns:
        in the order of their use_id.
    """
    asked = _TAKEN.where(takes.c.at >= since, takes.c.at < until, takes.c.use_id > after)
    return [TakenUse._make(row) for row in connection.execute(asked.order_by(takes.c.use_id).limit(limit))]


def iterate_taken_of(connection: Connection, rules: Collection[str], *, until: int) -> Iterator[TakenUse]:
    """Go through the uses of some permissions that were taken up before a time, in any order, a page at a time."""
    asked = _TAKEN.where(permits.c.rule.in_(rules), takes.c.at < until)
    found = connection.execution_options(yield_per=PAGE).execute(asked)
    return (TakenUse._make(row) for row in found)


def read_first_taken(connection: Connection, *, until: int) -> list[TakenUse]:
    """Read one use of each permission of which any was taken up before a time, in the order of their use_id."""
    of = permits.join(takes, takes.c.use_id == permits.c.use_id)
    asked = select(func.min(permits.c.use_id)).select_from(of).where(takes.c.at < until).group_by(permits.c.rule)
    page = _TAKEN.where(takes.c.use_id.in_(asked)).order_by(takes.c.use_id)
    return [TakenUse._make(row) for row in connection.execute(page)]
