"""Records of agreements and people, kept together with their notes in the ledger.

Covers the one transaction that holds both. What is in a record is made by the verbs, what is in a note by
`matinee.rights.ledger.records`.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection

from matinee.rights.agreements.canonical import seal
from matinee.rights.agreements.people import Person
from matinee.rights.agreements.states import Event
from matinee.rights.ledger.audit import Finding
from matinee.rights.ledger.entries import append
from matinee.rights.ledger.records import NOTE, check_records, make_note
from matinee.rights.money import Money
from matinee.store.rights.consents import Consents
from matinee.store.rights.ledger import LedgerReader, LedgerWriter
from matinee.tables.consent import Kept


def keep_event(connection: Connection, event: Event) -> None:
    """Keep an event of an agreement."""
    _note(connection, Consents(connection).add_event(event.agreement_id, event.seal()), event.at)


def keep_person(connection: Connection, person: Person, now: datetime) -> None:
    """Keep what is known from now on of a person."""
    kept = Consents(connection).add_registered("person", person.person_id, seal(person.as_json()))
    _note(connection, kept, now, person.person_id)


def keep_union(connection: Connection, name: str, is_on_strike: bool, now: datetime) -> None:
    """Keep what is known from now on of a union."""
    record = seal({"name": name, "on-strike": is_on_strike})
    _note(connection, Consents(connection).add_registered("union", name, record), now)


def keep_advance(connection: Connection, agreement_id: str, money: Money, now: datetime) -> None:
    """Keep that an advance was paid."""
    record = seal({"minor": money.minor, "currency": money.currency, "at": now.isoformat()})
    _note(connection, Consents(connection).add_advance(agreement_id, record), now)


def find_changed_records(connection: Connection) -> list[Finding]:
    """Find records that are not as the ledger notes them."""
    book, noted = LedgerReader(connection), {}
    for leaf in book.leaves(kind=NOTE):
        private = book.find_private(leaf.position) if leaf.commitment else None
        text = private.data if private else None if leaf.commitment else leaf.body
        noted[leaf.key] = None if text is None else json.loads(text)
    return check_records(noted, Consents(connection).kept())


def _note(connection: Connection, kept: Kept, at: datetime, person_id: str | None = None) -> None:
    append(LedgerWriter(connection), [make_note(kept, at=at, person_id=person_id)])
