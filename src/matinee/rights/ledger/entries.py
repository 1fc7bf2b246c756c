"""Entries: what is recorded, written in one way only, added to the tree, taken back by another entry.

Covers idempotent appending, pseudonyms of persons, commitments to personal data, reversals. Where an entry is kept, and
that only one writer appends at a time, is the business of whoever implements `Book` (`matinee.store.rights`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from matinee.errors import Refused
from matinee.rights.ledger.merkle import Tiles, grow, hash_leaf
from matinee.tables.ledger import Leaf, Node, Private, Subject, Transfer, canonical_json, check_name, write_content

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something to record: an attempted use, a payment, a correction.

    Attributes:
        kind: what is recorded, such as `use` or `payment`.
        key: the caller's own id; recording a key twice records it once.
        at: when it happened, with a zone.
        body: what anybody may read: texts, whole numbers, booleans, null, lists and objects of them; or that as a text
            that `canonical_json` wrote. No personal data.
        transfers: money that moves; `{subject}` in the name of an account stands for the person's pseudonym.
        person_id: whom it is about; None = nobody. Only the pseudonym is recorded.
        private: personal data, kept outside the entry and committed to in it; None = none. They need a `person_id`.
        reverses: key of the entry that this one takes back; None = of none.
    """

    kind: str
    key: str
    at: datetime
    body: Mapping[str, Any] | str = field(default_factory=lambda: NOTHING)
    transfers: tuple[Transfer, ...] = ()
    person_id: str | None = None
    private: Mapping[str, Any] | None = None
    reverses: str | None = None

    def __post_init__(self) -> None:
        for argument in ("kind", "key"):
            check_name(argument, getattr(self, argument))
        for argument in ("person_id", "reverses"):
            if (name := getattr(self, argument)) is not None:
                check_name(argument, name)
        if self.at.tzinfo is None:
            raise ValueError(f"at: got {self.at!r}, want a time with a zone")
        if self.private is not None and self.person_id is None:
            raise ValueError("private: got personal data of nobody, want a person_id with them")
        if self.person_id is None and any("{subject}" in each.debit + each.credit for each in self.transfers):
            raise ValueError("transfers: got an account of {subject}, want a person_id with it")


class Book(Tiles, Protocol):
    """An open transaction of a store in which nobody else appends."""

    def size(self) -> int:
        """Count the entries."""

    def find(self, keys: Collection[str]) -> dict[str, Leaf]:
        """Find recorded entries by key; those that are not there are left out."""

    def find_reversals(self, keys: Collection[str]) -> dict[str, str]:
        """Map the keys that were taken back already to the keys of the entries that did."""

    def find_subjects(self, person_ids: Collection[str]) -> dict[str, Subject]:
        """Find the pseudonyms of persons, by person_id; those without one get one."""

    def add(self, leaves: Sequence[Leaf], nodes: Sequence[Node], private: Sequence[Private]) -> None:
        """Add entries in their order, nodes of the tree, and personal data."""


def append(book: Book, entries: Sequence[Entry]) -> list[Leaf]:
    """Append entries, in the order given, unless their keys are recorded already.

    Args:
        book: an open transaction; nothing is recorded before it is committed.
        entries: what to record.

    Returns:
        The entry recorded for each, new or of before.

    Raises:
        Refused: a key is recorded with other content (its time left aside); an entry takes back one that is not there,
            or not by its mirror, or that was taken back before.
    """
    subjects = book.find_subjects({each.person_id for each in entries if each.person_id is not None})
    known = book.find({each.key for each in entries} | {each.reverses for each in entries if each.reverses is not None})
    taken = book.find_reversals({each.reverses for each in entries if each.reverses is not None})
    size = book.size()
    fresh: list[Leaf] = []
    private: list[Private] = []
    for entry in entries:
        subject = subjects[entry.person_id] if entry.person_id is not None else None
        leaf, data = _record(entry, subject, size + len(fresh), known.get(str(entry.reverses)))
        if entry.key in known:
            _check_same(leaf, known[entry.key])
            continue
        if entry.reverses is not None:
            _check_reversal(leaf, known, taken)
            taken[entry.reverses] = entry.key
        known[entry.key] = leaf
        fresh.append(leaf)
        private += [data] if data else []
    if fresh:
        book.add(fresh, grow(book, size, [leaf.hash for leaf in fresh]), private)
    return [known[entry.key] for entry in entries]


def reverse(leaf: Leaf, *, key: str, at: datetime, why: str) -> Entry:
    """Make the entry that takes another back: the same transfers the other way round.

    It is about the same subject as the other, who need not be known any more.

    Args:
        leaf: what is taken back.
        key: of the new entry.
        at: when it is taken back.
        why: the reason, without personal data.
    """
    transfers = tuple(Transfer(credit, debit, amount, currency) for debit, credit, amount, currency in leaf.transfers)
    return Entry(kind="reversal", key=key, at=at, body={"why": why}, transfers=transfers, reverses=leaf.key)


def commit_to(subject: Subject, key: str, data: str) -> bytes:
    """Commit to personal data: HMAC-SHA256 under the person's key of the entry's key, a zero byte and the data.

    Without the key, which erasing the person deletes, nobody can test a guess of the data against it.
    """
    return hmac.digest(subject.key, f"{key}\0{data}".encode("ascii", "backslashreplace"), hashlib.sha256)


def count_micros(at: datetime) -> int:
    """Count the microseconds from 1970 to a time with a zone: how the database keeps times."""
    return (at - EPOCH) // timedelta(microseconds=1)


def time_at(micros: int) -> datetime:
    """Give the time, in UTC, so many microseconds after 1970 began: the way back of `count_micros`."""
    return EPOCH + timedelta(microseconds=micros)


def time_of(leaf: Leaf) -> datetime:
    """Give the time of an entry, in UTC."""
    return time_at(leaf.at)


def _record(
    entry: Entry, subject: Subject | None, position: int, taken_back: Leaf | None
) -> tuple[Leaf, Private | None]:
    """Write an entry as it is recorded at a position, and its personal data beside it."""
    data = commitment = None
    about = subject or taken_back
    pseudonym = (about.subject if about else None) or ""
    if subject and entry.private is not None:
        data = Private(position, pseudonym, canonical_json(entry.private))
        commitment = commit_to(subject, entry.key, data.data)
    fields = (
        position,
        entry.kind,
        entry.key,
        count_micros(entry.at),
        pseudonym or None,
        entry.body if isinstance(entry.body, str) else canonical_json(entry.body),
        commitment,
        entry.reverses,
        tuple(_name_accounts(each, pseudonym) for each in entry.transfers),
    )
    return Leaf(*fields, hash_leaf(write_content(fields))), data


def _name_accounts(transfer: Transfer, pseudonym: str) -> tuple[str, str, int, str]:
    debit = transfer.debit.replace("{subject}", pseudonym)
    credit = transfer.credit.replace("{subject}", pseudonym)
    return debit, credit, transfer.amount, transfer.currency


def _check_same(leaf: Leaf, known: Leaf) -> None:
    if replace(leaf, position=known.position, at=known.at, hash=known.hash) != known:
        what = f"the key {leaf.key!r} is recorded with other content, as entry {known.position:,}"
        raise Refused(what, todo="take that entry back with a reversal, and record this one under a new key")


def _check_reversal(leaf: Leaf, known: Mapping[str, Leaf], taken: Mapping[str, str]) -> None:
    where, key = f"entry {leaf.key!r}", str(leaf.reverses)
    if key not in known:
        raise Refused(f"it takes back {key!r}, which is not recorded", where=where)
    if key in taken:
        raise Refused(f"{key!r} was taken back before, by {taken[key]!r}", where=where)
    mirror = sorted((credit, debit, amount, currency) for debit, credit, amount, currency in known[key].transfers)
    if sorted(leaf.transfers) != mirror:
        raise Refused(f"its transfers are not those of {key!r} the other way round", where=where)
