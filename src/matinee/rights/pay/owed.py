"""What is owed to somebody for one thing, and the entry of the ledger that it becomes.

Covers the form of a payment. What is owed is worked out in `uses`, `views` and `residuals`; how entries are recorded,
and corrected, stands in `record`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from matinee.rights.ledger.entries import Entry
from matinee.rights.money import Money
from matinee.rights.rulebook.due import Due, sum_dues
from matinee.tables.ledger import Transfer, canonical_json

RECOUPED = "recouped"
"""What is said of money that an advance paid already."""

ACCOUNTS: Mapping[str, str] = {
    "use": "expense:uses",
    "views": "expense:views",
    "fee": "expense:fees",
    "fixed residual": "expense:residuals",
    "success bonus": "expense:bonuses",
}
"""What is paid for -> the account that is debited."""


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What is owed for one thing.

    Attributes:
        key: names what is paid, and nothing of how much; it is paid once.
        what: one of `ACCOUNTS`, or `RECOUPED`: then it is owed no more, for it was paid in advance.
        at: when it came to be owed, with a zone.
        person_id: to whom; None = to the fund of `fund`.
        fund: name of an account where it is owed to nobody in particular.
        dues: amounts with their arithmetic and rules, all in one currency; at least one.
        about: what was used or shown and where, for a statement: texts and lists of texts.

    Raises:
        Unpayable: it comes to more than a ledger can hold.
    """

    key: str
    what: str
    at: datetime
    person_id: str | None
    dues: tuple[Due, ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    fund: str = ""

    def __post_init__(self) -> None:
        sum_dues(self.dues)

    @property
    def money(self) -> Money:
        """How much, all together."""
        return sum_dues(self.dues)

    @property
    def gain(self) -> int:
        """Minor units that it brings to whom it is owed; below 0 where an advance paid them."""
        return -self.money.minor if self.what == RECOUPED else self.money.minor

    def body(self) -> dict[str, Any]:
        """Say it without personal data, as its entry does."""
        return {"what": self.what, "about": dict(self.about), "dues": [_say_due(due) for due in self.dues]}

    def make_entry(self, name: str, *, at: datetime, correction: Mapping[str, Any] | None = None) -> Entry:
        """Make the entry that records it.

        Args:
            name: its key in the ledger.
            at: its time.
            correction: what it puts right, and why; None = nothing.
        """
        money = self.money
        payable = f"payable:{self.fund or '{subject}'}"
        sides = (payable, "advance:{subject}") if self.what == RECOUPED else (ACCOUNTS[self.what], payable)
        moved = (_move(*sides, money.minor, money.currency),) if money.minor else ()
        parts = {"about": canonical_json(self.about), "dues": _write_dues(self.dues), "what": f'"{self.what}"'}
        parts |= {"correction": canonical_json(correction)} if correction else {}
        said = ",".join(f'"{part}":{text}' for part, text in sorted(parts.items()))
        return Entry(kind="payment", key=name, at=at, body=f"{{{said}}}", transfers=moved, person_id=self.person_id)


def key_of(*parts: str) -> str:
    """Make a key of a few words that may be long: the first two as they are, and a digest of all of them.

    Returns:
        such as "pay/2026Q3/views/" and 32 hexadecimal digits.
    """
    text = "\0".join(parts)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"pay/{parts[0]}/{parts[1]}/{digest}"


_move = lru_cache(10_000)(Transfer)


@lru_cache(10_000)
def _write_dues(dues: tuple[Due, ...]) -> str:
    """Write amounts as canonical JSON, once for all uses of one price."""
    return canonical_json([_say_due(due) for due in dues])


@lru_cache(10_000)
def _say_due(due: Due) -> dict[str, Any]:
    """Say an amount as JSON can, once for all uses of one price."""
    return due.to_dict()
