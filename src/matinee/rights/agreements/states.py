"""What became of an agreement: its events, and what stands because of them.

Covers offered, countered, signed, revoked and expired. Nothing is edited: a counter is a new version, a signature and a
revocation are events of their own, and what stands is computed from all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Literal

from matinee.rights.agreements.canonical import Damaged, seal, unseal
from matinee.tables.consent import Record

EventKind = Literal["offered", "countered", "signed", "revoked"]
State = Literal["offered", "countered", "signed", "revoked", "expired"]


@dataclass(frozen=True)
class Event:
    """Something that happened to an agreement.

    Attributes:
        kind: what.
        agreement_id: the agreement.
        version: which of its versions.
        at: when, UTC.
        by: who, in words.
        policy: of what is offered or countered: canonical JSON; empty otherwise.
        signature: of what is signed: over the policy's text, base64; empty otherwise.
        reason: why it was revoked; empty otherwise.
    """

    kind: EventKind
    agreement_id: str
    version: int
    at: datetime
    by: str
    policy: str = ""
    signature: str = ""
    reason: str = ""

    def seal(self) -> Record:
        """Write it as a record."""
        return seal(asdict(self) | {"at": self.at.astimezone(UTC).isoformat(timespec="microseconds")})


def read_event(record: Record) -> Event:
    """Read an event as stored.

    Raises:
        Damaged: the record is not what was stored, or no event.
    """
    said = unseal(record)
    try:
        event = Event(**said | {"at": datetime.fromisoformat(said["at"])})
    except (TypeError, KeyError, ValueError) as error:
        raise Damaged(f"a stored event cannot be read: {error}") from error
    if event.kind not in ("offered", "countered", "signed", "revoked") or event.at.tzinfo is None:
        raise Damaged(f"a stored event is of kind {event.kind!r}, at {event.at}")
    return event


@dataclass(frozen=True)
class Standing:
    """What stands of an agreement.

    Attributes:
        agreement_id: which.
        policies: version -> the event that brought it, oldest first; at least one.
        signatures: of the version that is signed last, oldest first; empty if none is.
        revoked: the revocation; None = not revoked.
    """

    agreement_id: str
    policies: Mapping[int, Event]
    signatures: tuple[Event, ...] = field(default=())
    revoked: Event | None = None

    @property
    def latest(self) -> int:
        """The version offered last."""
        return max(self.policies)

    @property
    def in_force(self) -> Event | None:
        """The event that brought the version that is signed last; None if none is signed."""
        return self.policies[self.signatures[0].version] if self.signatures else None

    def state(self, now: datetime, ends_at: datetime | None) -> State:
        """Say the state.

        Args:
            now: the time.
            ends_at: when the version ends that is signed, or else was offered last; None = never.
        """
        if self.revoked is not None:
            return "revoked"
        if ends_at is not None and ends_at <= now:
            return "expired"
        if self.signatures:
            return "signed"
        return "offered" if self.policies[self.latest].kind == "offered" else "countered"


def fold(events: Iterable[Event]) -> Standing | None:
    """Compute what stands; None where nothing has happened.

    Raises:
        Damaged: the events do not follow from each other.
    """
    standing: Standing | None = None
    for event in events:
        standing = _begin(event) if standing is None else _follow(standing, event)
    return standing


def _begin(event: Event) -> Standing:
    if (event.kind, event.version) != ("offered", 1) or not event.policy:
        raise Damaged(f"{event.agreement_id} begins with version {event.version} {event.kind}")
    return Standing(event.agreement_id, {1: event})


def _follow(standing: Standing, event: Event) -> Standing:
    if event.agreement_id != standing.agreement_id or standing.revoked is not None:
        raise Damaged(f"{standing.agreement_id} is followed by {event.kind} of {event.agreement_id}")
    policies, signatures = standing.policies, standing.signatures
    if event.kind == "revoked":
        return Standing(standing.agreement_id, policies, signatures, event)
    if event.kind == "signed" and event.version in policies:
        same = tuple(each for each in signatures if each.version == event.version)
        return Standing(standing.agreement_id, policies, (*same, event))
    if event.kind == "countered" and event.version == standing.latest + 1 and event.policy:
        return Standing(standing.agreement_id, {**policies, event.version: event}, signatures)
    raise Damaged(f"{standing.agreement_id}: version {event.version} cannot be {event.kind}")
