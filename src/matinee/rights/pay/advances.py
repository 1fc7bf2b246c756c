"""Advances: what was paid before use, set off against what the same agreement comes to owe.

Covers the entry of an advance, and what of it is recouped in a quarter, worked out from the ledger alone. That a use
waits for its advance is for the gate.

    recouped in a quarter = min(owed under the agreement in that quarter,
                                paid in advance before its end - recouped in other quarters)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from matinee.rights.ledger.entries import Entry, time_of
from matinee.rights.money import Money
from matinee.rights.pay.owed import RECOUPED, Owed, key_of
from matinee.rights.pay.periods import Period
from matinee.rights.pay.record import base_key
from matinee.rights.rulebook.due import Due
from matinee.rights.rulebook.rules import Citation
from matinee.tables.ledger import Leaf, Transfer

ADVANCE = "advance"
"""The kind of entry that says what was paid before use."""

_Account = tuple[str, str]
"""Agreement and currency."""


def make_advance(
    agreement_id: str, number: int, person_id: str, *, money: Money, at: datetime, cited: Citation
) -> Entry:
    """Make the entry of an advance.

    Args:
        agreement_id: under which it is paid.
        number: of the agreement's advances, from 1.
        person_id: to whom.
        money: how much, above 0.
        at: when, with a zone.
        cited: the version of the agreement.
    """
    moved = Transfer("advance:{subject}", "cash:advances", money.minor, money.currency)
    body = {"agreement": agreement_id, "rules": [asdict(cited)]}
    key = f"advance/{agreement_id}/{number}"
    return Entry(kind=ADVANCE, key=key, at=at, body=body, transfers=(moved,), person_id=person_id)


def set_off(leaves: Iterable[Leaf], person_id: str, period: Period) -> list[Owed]:
    """Work out what is recouped in a quarter.

    Args:
        leaves: all entries about one person, in the order of the ledger.
        person_id: who that is.
        period: the quarter, of which all else is recorded.

    Returns:
        one an agreement and currency that an advance was paid under and where anything is, or was, recouped.
    """
    books = _read_books(leaves, period)
    found = (_set_off(account, books, person_id, period) for account in sorted(books.paid))
    return [each for each in found if each.money.minor or each.key in books.recorded]


@dataclass
class _Books:
    """What the ledger says of one person, minor units by agreement and currency.

    Attributes:
        paid: in advance, before the end of the quarter.
        owed: in the quarter.
        before: recouped in earlier quarters.
        after: recouped in later ones.
        rules: that the advances rest on.
        recorded: keys of all that was ever recouped.
    """

    paid: Counter[_Account] = field(default_factory=Counter)
    owed: Counter[_Account] = field(default_factory=Counter)
    before: Counter[_Account] = field(default_factory=Counter)
    after: Counter[_Account] = field(default_factory=Counter)
    rules: dict[_Account, dict[Citation, None]] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)

    def add_advance(self, leaf: Leaf, body: Mapping[str, Any]) -> None:
        ((_, _, minor, currency),) = leaf.transfers
        account = (body["agreement"], currency)
        self.paid[account] += minor
        self.rules.setdefault(account, {}).update((Citation(**each), None) for each in body["rules"])

    def add_payment(self, leaf: Leaf, body: Mapping[str, Any], at: datetime, period: Period) -> None:
        for _, _, minor, currency in leaf.transfers:
            account = (body["about"].get("agreement", ""), currency)
            if body["what"] != RECOUPED:
                self.owed[account] += minor if period.has_moment(at) else 0
            elif not period.has_moment(at):
                (self.before if at < period.starts_at else self.after)[account] += minor


def _read_books(leaves: Iterable[Leaf], period: Period) -> _Books:
    """Read what holds; what was corrected belongs to the quarter in which it was owed at first."""
    every = [leaf for leaf in leaves if leaf.kind in {ADVANCE, "payment", "reversal"}]
    taken = {leaf.reverses for leaf in every}
    first = {leaf.key: time_of(leaf) for leaf in every}
    books = _Books()
    for leaf in every:
        body = json.loads(leaf.body)
        if leaf.kind == "payment" and body["what"] == RECOUPED:
            books.recorded.add(base_key(leaf.key))
        if leaf.key in taken:
            continue
        if leaf.kind == ADVANCE and time_of(leaf) < period.ends_at:
            books.add_advance(leaf, body)
        if leaf.kind == "payment":
            books.add_payment(leaf, body, first[base_key(leaf.key)], period)
    return books


def _set_off(account: _Account, books: _Books, person_id: str, period: Period) -> Owed:
    agreement_id, currency = account
    open_before = books.paid[account] - books.before[account]
    wanted = min(books.owed[account], open_before)
    minor = max(0, min(wanted, open_before - books.after[account]))
    text = (
        f"the lesser of {Money(books.owed[account], currency)} owed in {period} "
        f"and {Money(open_before, currency)} paid in advance and not recouped before"
    )
    text += ", less what later quarters recouped" if minor < wanted else ""
    return Owed(
        key=key_of(str(period), RECOUPED, agreement_id, currency),
        what=RECOUPED,
        at=period.ends_at - timedelta(microseconds=1),
        person_id=person_id,
        dues=(Due(Money(minor, currency), f"{text} = {Money(minor, currency)}", tuple(books.rules[account])),),
        about={"agreement": agreement_id, "period": str(period)},
    )


def sum_advances(leaves: Sequence[Leaf], until: datetime | None) -> dict[str, int]:
    """Sum what was paid in advance and is not recouped yet.

    Args:
        leaves: all entries about one person.
        until: of entries before this moment; None = of all.

    Returns:
        currency -> minor units, where any advance was paid.
    """
    left: Counter[str] = Counter()
    for leaf in leaves:
        for debit, credit, minor, currency in leaf.transfers:
            if until is None or time_of(leaf) < until:
                left[currency] += minor * (debit.startswith("advance:") - credit.startswith("advance:"))
    has_any = {transfer[3] for leaf in leaves if leaf.kind == ADVANCE for transfer in leaf.transfers}
    return {currency: left[currency] for currency in sorted(has_any)}
