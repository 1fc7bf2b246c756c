"""The gate's desk in the rights database: every turn is one transaction, every attempt an entry of the ledger.

Covers joining the two rooms; what is decided is for `matinee.rights.gate`, how entries are kept for the ledger.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from matinee.rights.gate.desk import Attempt, Taken
from matinee.rights.ledger.entries import Entry, append, count_micros, time_at
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import writing
from matinee.store.rights.ledger import LedgerWriter
from matinee.tables.consent import Record


class LedgerDesk:
    """A desk that keeps attempts in the ledger.

    Args:
        engine: of the rights database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def turn(self, agreement_id: str) -> Generator[LedgerTurn]:
        """Begin a turn: nobody else writes to the database while it lasts.

        Raises:
            StoreError: the database said no.
        """
        del agreement_id
        with writing(self._engine) as connection:
            yield LedgerTurn(Consents(connection), LedgerWriter(connection))


class LedgerTurn:
    """A turn at a `LedgerDesk`."""

    def __init__(self, consents: Consents, ledger: LedgerWriter) -> None:
        self._consents = consents
        self._ledger = ledger

    def last_time(self) -> datetime | None:
        """Give the latest time of any attempt kept."""
        at = self._consents.last_time()
        return None if at is None else time_at(at)

    def events(self, agreement_id: str) -> Sequence[Record]:
        """Give what happened to an agreement, oldest first."""
        return self._consents.events(agreement_id)

    def person(self, person_id: str) -> Record | None:
        """Give what was registered last of a person."""
        return self._consents.registered("person", person_id)

    def union(self, name: str) -> Record | None:
        """Give what was registered last of a union."""
        return self._consents.registered("union", name)

    def payments(self, agreement_id: str) -> Sequence[Record]:
        """Give the payments in advance."""
        return self._consents.advances(agreement_id)

    def uses(self, rule: str) -> int:
        """Give how often a permission was used."""
        return self._consents.uses(rule)

    def permit(self, use_id: str) -> Record | None:
        """Find what was kept of the permit of a use."""
        return self._consents.permit(use_id)

    def keep(self, attempt: Attempt) -> None:
        """Keep an attempt as an entry; a permit under its use_id, a refusal under a key of its own.

        Raises:
            Taken: its use_id is permitted already, or its `nth` is taken.
            StoreError: the database said no.
        """
        if attempt.is_permitted and attempt.use_id and self._consents.permit(attempt.use_id):
            raise Taken(f"use {attempt.use_id} was permitted before")
        if attempt.rule and attempt.nth and attempt.nth <= self._consents.uses(attempt.rule):
            raise Taken(f"use {attempt.nth} of {attempt.rule} is taken")
        position = self._ledger.size()
        refused = f"refused/{position}/{attempt.use_id or ''}"
        entry = Entry(
            kind="use",
            key=attempt.use_id if attempt.is_permitted and attempt.use_id else refused,
            at=attempt.at,
            body=attempt.body,
            person_id=attempt.person_id,
            private=attempt.private if attempt.person_id is not None else None,
        )
        (leaf,) = append(self._ledger, [entry])
        if leaf.position != position:
            raise Taken(f"use {leaf.key} is recorded already")
        self._consents.add_attempt(position, count_micros(attempt.at))
        if attempt.is_permitted and attempt.use_id and attempt.rule and attempt.nth:
            self._consents.add_permit(
                attempt.use_id, position=position, rule=attempt.rule, nth=attempt.nth, record=attempt.permit
            )

    def take_up(self, use_id: str, at: datetime) -> None:
        """Keep that a permit was taken up.

        Raises:
            Taken: it was already.
        """
        if self._consents.is_taken_up(use_id):
            raise Taken(f"the permit of use {use_id} was taken up before")
        self._consents.add_take(use_id, count_micros(at))
