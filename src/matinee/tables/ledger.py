"""The nouns of the ledger: an entry as it is recorded, the transfers it makes, the subject it is about.

Covers what a recorded entry holds and the exact bytes that its hash is taken of. Making entries and proving them is
the business of `matinee.rights.ledger`; keeping them, of `matinee.store.rights`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matinee.tables.money import LARGEST
from matinee.tables.schemas import CURRENCY

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)

_SCALARS = frozenset({str, int, bool, type(None)})
"""Most of what JSON holds, and quicker to tell than what else it may be."""

_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")


def check_name(argument: str, name: str) -> str:
    """Return `name` if it is 1 to 200 characters without control characters.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{argument}: got {name!r}, want 1 to 200 characters without control characters")
    return name


@dataclass(frozen=True, slots=True)
class Transfer:
    """An amount that goes from one account to another; a set of them is balanced in every currency.

    Attributes:
        debit: the account that is debited, such as `expense:uses`.
        credit: the account that is credited, such as `payable:{subject}`; another than `debit`.
        amount: minor units of `currency`, 1 or more.
        currency: ISO 4217 code.
    """

    debit: str
    credit: str
    amount: int
    currency: str

    def __post_init__(self) -> None:
        if check_name("debit", self.debit) == check_name("credit", self.credit):
            raise ValueError(f"credit: got {self.credit!r}, want another account than debit")
        if not isinstance(self.amount, int) or isinstance(self.amount, bool) or not 0 < self.amount <= LARGEST:
            raise ValueError(f"amount: got {self.amount!r}, want a whole number of minor units from 1 to 2**63 - 1")
        if not isinstance(self.currency, str) or not re.fullmatch(CURRENCY, self.currency):
            raise ValueError(f"currency: got {self.currency!r}, want an ISO 4217 code such as USD")


@dataclass(frozen=True, slots=True)
class Leaf:
    """An entry as it is recorded.

    Attributes:
        position: place in the ledger, from 0.
        kind: what is recorded, such as `use` or `payment`.
        key: the caller's own id of it; a key is recorded once.
        at: microseconds since 1970 in UTC.
        subject: pseudonym of the person it is about; None = about nobody.
        body: canonical JSON of what anybody may read.
        commitment: HMAC-SHA256 of the personal data, which lie outside; None = there are none.
        reverses: key of the entry that this one takes back; None = of none.
        transfers: (debit, credit, amount, currency) each, as in `Transfer`; plain, because what a database holds may be
            anything.
        hash: SHA-256 of a zero byte and `content()`, 32 bytes.
    """

    position: int
    kind: str
    key: str
    at: int
    subject: str | None
    body: str
    commitment: bytes | None
    reverses: str | None
    transfers: tuple[tuple[str, str, int, str], ...]
    hash: bytes = b""

    def content(self) -> bytes:
        """Write the bytes that `hash` is taken of: a JSON list, in which every text stands as it is stored."""
        own = (self.position, self.kind, self.key, self.at, self.subject, self.body, self.commitment, self.reverses)
        return write_content((*own, self.transfers))


@dataclass(frozen=True, slots=True)
class Node:
    """A complete subtree, and the 256 subtrees it is made of.

    Attributes:
        level: it has 2 ** `level` entries; 8, 16, …
        position: how many of its size lie left of it.
        hash: 32 bytes.
        below: the hashes of the 256 subtrees eight levels down, from left to right, 8,192 bytes.
    """

    level: int
    position: int
    hash: bytes
    below: bytes


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as the ledger knows them; without this row nobody can tell whom a pseudonym stands for.

    Attributes:
        subject: the pseudonym that entries hold, random.
        person_id: the person.
        key: 32 random bytes that the person's data are committed to with.
    """

    subject: str
    person_id: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Private:
    """Personal data of an entry, as canonical JSON; kept outside the entry so that they can be erased."""

    position: int
    subject: str
    data: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A commitment of an entry and the personal data it was made to, either of which may be missing.

    Attributes:
        position: of the entry.
        key: of the entry; None = there is no such entry.
        commitment: as in `Leaf`; None = the entry has none.
        subject: as in `Leaf`.
        data: canonical JSON; None = erased or missing.
    """

    position: int
    key: str | None
    commitment: bytes | None
    subject: str | None
    data: str | None


def write_content(fields: tuple[Any, ...]) -> bytes:
    """Write the bytes that the hash of a leaf is taken of, of its fields but for `hash`, in their order."""
    *first, commitment, reverses, transfers = fields
    hexed = None if commitment is None else commitment.hex()
    return _ENCODER.encode(["matinee-ledger-entry/1", *first, hexed, reverses, transfers]).encode("ascii")


def canonical_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """Write JSON in one way only: keys sorted by code point, no blanks, whole numbers and no others.

    Raises:
        ValueError: the value holds a float, a key that is no text, or what JSON cannot say.
    """
    return _ENCODER.encode(value if _is_plain(value) else _plain(value))


def _is_plain(value: object) -> bool:
    """Whether a value can be written as it is; quicker than to make it anew, for most are."""
    todo = [value]
    while todo:
        each = todo.pop()
        if type(each) is dict:
            if any(type(key) is not str for key in each):
                return False
            todo += [item for item in each.values() if type(item) not in _SCALARS]
        elif type(each) is list or type(each) is tuple:
            todo += [item for item in each if type(item) not in _SCALARS]
        else:
            return False
    return True


def _plain(value: object) -> object:
    if isinstance(value, dict | Mapping):
        return {_check_key(key): each if type(each) in _SCALARS else _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [each if type(each) in _SCALARS else _plain(each) for each in value]
    if value is not None and not isinstance(value, str | int):
        raise ValueError(f"JSON: got {value!r}, want texts, whole numbers, booleans, null, lists and objects of them")
    return value


def _check_key(key: object) -> str:
    if not isinstance(key, str):
        raise ValueError(f"JSON: got the key {key!r}, want texts")
    return key
