"""Uses to record."""

from datetime import UTC, datetime

from matinee.rights.ledger.entries import Entry, append
from matinee.store.rights.ledger import write_ledger
from matinee.tables.ledger import Transfer

AT = datetime(2026, 5, 1, 12, 0, 0, 250, tzinfo=UTC)
PAID = (Transfer("expense:uses", "payable:{subject}", 18_700, "USD"),)


def use(number, **said):
    return Entry(kind="use", key=f"use-{number}", at=AT, body={"decision": "refuse"}, **said)


def record(engine, *entries):
    with write_ledger(engine) as book:
        return append(book, entries)
