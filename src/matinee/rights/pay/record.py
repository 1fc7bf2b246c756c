"""Recording what is owed: once, and where it has come to be more, by taking back and recording anew.

Covers finding what is recorded of a thing, and the entries that bring it up to date. A thing has a key; its first entry
has that key, the entries that follow on corrections have `KEY/2`, `KEY/3`, …; each that was corrected is taken back by
`…/back`. An entry that somebody set by hand is left as it is, and so is one that has come to
be less: viewings of a member who was forgotten are gone from the log, and happened. To take money from somebody, a
person has to decide it (`correct`). What is recouped of an advance follows what is owed, up and down.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from matinee.rights.ledger.entries import Book, Entry, append, reverse
from matinee.rights.money import Money
from matinee.rights.odrl import Problem
from matinee.rights.pay.owed import RECOUPED, Owed
from matinee.tables.ledger import Leaf

BACK = "/back"


@dataclass
class Tally:
    """What recording did.

    Attributes:
        counts: "recorded", "known" (recorded before, and the same), "corrected", "free" (nothing is owed), "by_hand",
            "lower" (comes to less now, and was left).
        minor: (what, currency) -> minor units that moved to whom they are owed, net of what was taken back.
        problems: what comes to less now.
    """

    counts: Counter[str] = field(default_factory=Counter)
    minor: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Live:
    """What is recorded of a thing.

    Attributes:
        next: number of the entry that comes next, from 1.
        leaf: the entry that holds; None = there is none.
    """

    next: int
    leaf: Leaf | None


def record(book: Book, owed: Sequence[Owed], *, now: datetime, why: str, tally: Tally) -> None:
    """Bring the ledger up to what is owed.

    Args:
        book: an open transaction.
        owed: every thing once, in the order in which it is to be recorded; an amount of 0 records nothing.
        now: time of corrections.
        why: their reason, without personal data.
        tally: is added to.
    """
    live = find_live(book, [each.key for each in owed])
    entries: list[Entry] = []
    for each in owed:
        entries += _bring_up(each, live[each.key], now, why, tally)
    append(book, entries)


def correct(book: Book, owed: Owed, *, now: datetime, why: str, by_hand: bool) -> list[Leaf]:
    """Take back what holds of a thing and record what is right, if that is another amount.

    Returns:
        the entries recorded; none if what is recorded is right.

    Raises:
        ValueError: nothing holds that could be corrected.
    """
    live = find_live(book, [owed.key])[owed.key]
    if live.leaf is None:
        raise ValueError(f"owed: got {owed.key!r}, want what is recorded")
    if not by_hand and _is_same(owed, json.loads(live.leaf.body)):
        return []
    return append(book, _replace(owed, live, now, {"why": why, "by_hand": by_hand}))


class Found(Protocol):
    """What can be found of entries."""

    def find(self, keys: Collection[str]) -> dict[str, Leaf]:
        """Find recorded entries by key; those that are not there are left out."""

    def find_reversals(self, keys: Collection[str]) -> dict[str, str]:
        """Map the keys that were taken back already to the keys of the entries that did."""


def find_live(book: Found, keys: Collection[str]) -> dict[str, Live]:
    """Find what holds of things, by key."""
    live: dict[str, Live] = {}
    pending, number = list(keys), 1
    while pending:
        names = {key: name_revision(key, number) for key in pending}
        found = book.find(names.values())
        taken = book.find_reversals(found.keys()) if found else {}
        for key, name in names.items():
            if name not in found:
                live[key] = Live(number, None)
            elif name not in taken:
                live[key] = Live(number + 1, found[name])
        pending = [key for key in pending if key not in live]
        number += 1
    return live


def name_revision(key: str, number: int) -> str:
    """Name an entry of a thing, from 1."""
    return key if number == 1 else f"{key}/{number}"


def base_key(name: str) -> str:
    """Give the key of the thing that an entry is of; undoes `name_revision` and the name of what takes it back."""
    name = name.removesuffix(BACK)
    base, _, last = name.rpartition("/")
    return base if last.isdecimal() and base.count("/") >= 3 else name


def _bring_up(owed: Owed, live: Live, now: datetime, why: str, tally: Tally) -> list[Entry]:
    money = owed.money
    if live.leaf is None:
        tally.counts["recorded" if money.minor else "free"] += 1
        tally.minor[owed.what, money.currency] += owed.gain
        return [owed.make_entry(name_revision(owed.key, live.next), at=owed.at)] if money.minor else []
    said = json.loads(live.leaf.body)
    if said.get("correction", {}).get("by_hand"):
        tally.counts["by_hand"] += 1
        return []
    if _is_same(owed, said):
        tally.counts["known"] += 1
        return []
    ((_, _, held, currency),) = live.leaf.transfers
    if currency != money.currency or (money.minor < held and owed.what != RECOUPED):
        tally.counts["lower"] += 1
        what = f"comes to {money} now, and {Money(held, currency)} was recorded, which stays"
        tally.problems.append(Problem(live.leaf.key, f"{what}; `matinee pay correct` takes it back, with a reason"))
        return []
    tally.counts["corrected"] += 1
    tally.minor[owed.what, currency] += owed.gain - (-held if owed.what == RECOUPED else held)
    return _replace(owed, live, now, {"why": why, "by_hand": False})


def _replace(owed: Owed, live: Live, now: datetime, reason: dict[str, Any]) -> list[Entry]:
    if live.leaf is None:
        raise ValueError(f"live: got nothing of {owed.key!r}, want the entry that is replaced")
    back = reverse(live.leaf, key=f"{live.leaf.key}{BACK}", at=now, why=reason["why"])
    if not owed.money.minor and not reason["by_hand"]:
        return [back]
    anew = owed.make_entry(name_revision(owed.key, live.next), at=now, correction=reason | {"of": live.leaf.key})
    return [back, anew]


def _is_same(owed: Owed, said: dict[str, Any]) -> bool:
    """Whether the body of an entry says the same amounts, arithmetic and rules; a source may be worded anew."""
    return _gist(owed.body()) == _gist(said)


def _gist(body: dict[str, Any]) -> list[Any]:
    return [
        (due["amount"], due["currency"], due["text"], [(rule["rule"], rule["version"]) for rule in due["rules"]])
        for due in body.get("dues", [])
    ]
