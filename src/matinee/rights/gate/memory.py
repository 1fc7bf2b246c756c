"""A desk in this process: for simulations, and for whoever keeps agreements elsewhere.

Covers the promises of `Desk` with one lock; nothing outlives the process.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from matinee.rights.agreements.canonical import seal
from matinee.rights.agreements.people import Person
from matinee.rights.agreements.states import Event
from matinee.rights.gate.desk import Attempt, Taken
from matinee.tables.consent import Record


@dataclass
class MemoryDesk:
    """Agreements, people and attempts in dictionaries.

    Attributes:
        attempts: kept, oldest first.
    """

    attempts: list[Attempt] = field(default_factory=list)
    _events: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    _people: dict[str, Record] = field(default_factory=dict)
    _unions: dict[str, Record] = field(default_factory=dict)
    _payments: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    _permitted: dict[str, Record] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _taken: dict[str, datetime] = field(default_factory=dict)
    _last: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add_event(self, event: Event) -> None:
        """Keep an event of an agreement."""
        with self._lock:
            self._events[event.agreement_id].append(event.seal())

    def add_person(self, person: Person) -> None:
        """Keep what is known of a person."""
        with self._lock:
            self._people[person.person_id] = seal(person.as_json())

    def add_union(self, name: str, *, is_on_strike: bool) -> None:
        """Keep whether a union is on strike."""
        with self._lock:
            self._unions[name] = seal({"name": name, "on-strike": is_on_strike})

    def add_payment(self, agreement_id: str, minor: int, currency: str) -> None:
        """Keep a payment in advance."""
        with self._lock:
            self._payments[agreement_id].append(seal({"minor": minor, "currency": currency}))

    def turn(self, agreement_id: str) -> MemoryTurn:
        """Begin a turn; all turns wait for each other."""
        del agreement_id
        return MemoryTurn(self)

    def _write(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        self._last = attempt.at if self._last is None else max(self._last, attempt.at)
        if attempt.is_permitted and attempt.use_id and attempt.rule and attempt.nth:
            self._permitted[attempt.use_id] = attempt.permit
            self._counts[attempt.rule] = attempt.nth


@dataclass
class MemoryTurn:
    """A turn at a `MemoryDesk`; what it keeps is written when it ends well."""

    desk: MemoryDesk
    kept: list[Attempt] = field(default_factory=list)
    taken: dict[str, datetime] = field(default_factory=dict)

    def __enter__(self) -> MemoryTurn:
        self.desk._lock.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            for attempt in self.kept if kind is None else ():
                self.desk._write(attempt)
            self.desk._taken |= self.taken if kind is None else {}
        finally:
            self.desk._lock.release()

    def last_time(self) -> datetime | None:
        """Give the latest time of any attempt kept."""
        return self.desk._last

    def events(self, agreement_id: str) -> Sequence[Record]:
        """Give what happened to an agreement, oldest first."""
        return self.desk._events.get(agreement_id, ())

    def person(self, person_id: str) -> Record | None:
        """Give what was registered last of a person."""
        return self.desk._people.get(person_id)

    def union(self, name: str) -> Record | None:
        """Give what was registered last of a union."""
        return self.desk._unions.get(name)

    def payments(self, agreement_id: str) -> Sequence[Record]:
        """Give the payments in advance."""
        return self.desk._payments.get(agreement_id, ())

    def uses(self, rule: str) -> int:
        """Give the number of permitted uses of a permission."""
        return self.desk._counts.get(rule, 0)

    def permit(self, use_id: str) -> Record | None:
        """Find what was kept of the permit of a use."""
        return self.desk._permitted.get(use_id)

    def keep(self, attempt: Attempt) -> None:
        """Keep an attempt.

        Raises:
            Taken: its use_id is permitted already, or its `nth` is taken.
        """
        if attempt.is_permitted and attempt.use_id in self.desk._permitted:
            raise Taken(f"use {attempt.use_id} was permitted before")
        if attempt.rule is not None and attempt.nth is not None and attempt.nth <= self.uses(attempt.rule):
            raise Taken(f"use {attempt.nth} of {attempt.rule} is taken")
        self.kept.append(attempt)

    def take_up(self, use_id: str, at: datetime) -> None:
        """Keep that a permit was taken up.

        Raises:
            Taken: it was already.
        """
        if use_id in self.desk._taken:
            raise Taken(f"the permit of use {use_id} was taken up before")
        self.taken[use_id] = at
