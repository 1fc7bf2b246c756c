"""What the gate needs of a store: one turn at a time, in which nothing else of an agreement can change.

Covers the protocol alone. `memory` keeps it in this process, `matinee.flows.desk` in the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from matinee.rights.agreements.canonical import seal
from matinee.tables.consent import Record


@dataclass(frozen=True)
class Attempt:
    """A use asked for and what was answered, as it is kept.

    Attributes:
        use_id: of the request; None where it had none that can be read.
        at: when it was decided, UTC.
        is_permitted: the decision.
        rule: IRI of the permission it counts against; None if refused.
        nth: which use of that permission it is, from 1; None if refused.
        person_id: whose it is, where that is certain; None otherwise.
        body: the request and the answer without personal data.
        private: what the body leaves out.
    """

    use_id: str | None
    at: datetime
    is_permitted: bool
    rule: str | None
    nth: int | None
    person_id: str | None
    body: Mapping[str, Any]
    private: Mapping[str, Any]

    @property
    def permit(self) -> Record:
        """What is kept of a permit, to be found again when it is taken up."""
        return seal({"use_id": self.use_id, "rule": self.rule, "nth": self.nth})


class Taken(Exception):
    """An attempt cannot be kept: its use_id, or its place in the count, is taken."""


class Turn(Protocol):
    """One attempt within one transaction."""

    def last_time(self) -> datetime | None:
        """Give the latest time of any attempt kept; None before the first."""

    def events(self, agreement_id: str) -> Sequence[Record]:
        """Give what happened to an agreement, oldest first."""

    def person(self, person_id: str) -> Record | None:
        """Give what was registered last of a person."""

    def union(self, name: str) -> Record | None:
        """Give what was registered last of a union."""

    def payments(self, agreement_id: str) -> Sequence[Record]:
        """Give the payments in advance: objects of `minor` and `currency`."""

    def uses(self, rule: str) -> int:
        """Give the largest `nth` of a permission; 0 before the first."""

    def permit(self, use_id: str) -> Record | None:
        """Find what was kept of the permit of a use: `Attempt.permit`."""

    def keep(self, attempt: Attempt) -> None:
        """Keep an attempt; it is there once the turn has ended well.

        Raises:
            Taken: its use_id is permitted already, or its `nth` is taken.
        """

    def take_up(self, use_id: str, at: datetime) -> None:
        """Keep that a permit was taken up.

        Raises:
            Taken: it was already.
        """


class Desk(Protocol):
    """A store of agreements and attempts."""

    def turn(self, agreement_id: str) -> AbstractContextManager[Turn]:
        """Begin a turn; what was kept is durable when it ends, and gone if an error ends it.

        While it lasts, nobody else revokes, signs or counts uses of this agreement.
        """
