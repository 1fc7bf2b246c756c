"""A person's statement: what was paid for, line by line, as the ledger has it.

Covers reading entries about one person. It works nothing out: amounts, arithmetic and rules are those of the entries,
and the sums are sums of the lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from matinee.rights.ledger.entries import time_of
from matinee.rights.money import Money
from matinee.rights.pay.advances import sum_advances
from matinee.rights.pay.owed import RECOUPED
from matinee.rights.pay.periods import Period
from matinee.tables.ledger import Leaf

COLUMNS = (
    "entry", "key", "at", "what", "use_id", "kind", "action", "project", "medium", "territories", "language",
    "agreement", "rules", "grade", "arithmetic", "amount", "currency", "takes_back", "why", "hash",
)  # fmt: skip
"""Columns of a statement as a table."""


@dataclass(frozen=True)
class Line:
    """One entry.

    Attributes:
        leaf: the entry.
        body: what it says, or what the entry says that it takes back.
        money: what it brings the person; negative = taken back.
        why: reason of a correction; empty where it is none.
    """

    leaf: Leaf
    body: Mapping[str, Any]
    money: Money
    why: str

    @property
    def at(self) -> datetime:
        """Its time, UTC."""
        return time_of(self.leaf)

    @property
    def rules(self) -> list[Mapping[str, str]]:
        """The rules and terms that it rests on, each once: rule, version, grade, source."""
        found = {(each["rule"], each["version"]): each for due in self.body["dues"] for each in due["rules"]}
        return list(found.values())

    @property
    def grade(self) -> str:
        """The grades of its rules, each once."""
        return "+".join(dict.fromkeys(each["grade"] for each in self.rules))

    @property
    def arithmetic(self) -> str:
        """How its amount came about."""
        return "; ".join(due["text"] for due in self.body["dues"])

    def to_dict(self) -> dict[str, Any]:
        """Say it as JSON can."""
        about = dict(self.body["about"])
        return {
            "entry": self.leaf.position,
            "key": self.leaf.key,
            "at": self.at.isoformat(),
            "what": self.body["what"],
            "about": about,
            "rules": [dict(each) for each in self.rules],
            "grade": self.grade,
            "arithmetic": self.arithmetic,
            "amount": str(self.money.decimal),
            "currency": self.money.currency,
            "takes_back": self.leaf.reverses,
            "why": self.why,
            "hash": self.leaf.hash.hex(),
        }

    def to_row(self) -> list[str]:
        """Say it in the columns of `COLUMNS`."""
        said = self.to_dict()
        said |= {name: value for name, value in said["about"].items() if name in COLUMNS}
        said["project"] = said.get("project") or said["about"].get("title")
        said["territories"] = " ".join(said.get("territories") or ())
        said["rules"] = "; ".join(f"{each['rule']} ({each['version']}, {each['grade']})" for each in self.rules)
        return [str(said[name]) if said.get(name) is not None else "" for name in COLUMNS]


@dataclass(frozen=True)
class Total:
    """The sums of a statement in one currency.

    Attributes:
        gross: what came to be owed.
        recouped: what of it advances had paid.
        net: what is left of it to be paid.
        left: paid in advance and not recouped yet.
    """

    gross: Money
    recouped: Money
    net: Money
    left: Money

    def __str__(self) -> str:
        taken = f"{self.gross}, less {self.recouped} paid in advance: " if self.recouped.minor else ""
        left = f" (an advance of {self.left} is still to be set off)" if self.left.minor else ""
        return f"{taken}{self.net}{left}"

    def to_dict(self) -> dict[str, str]:
        """Say it as JSON can; `amount` is the net."""
        return {
            "amount": str(self.net.decimal),
            "currency": self.net.currency,
            "gross": str(self.gross.decimal),
            "recouped": str(self.recouped.decimal),
            "advance_left": str(self.left.decimal),
        }


@dataclass(frozen=True)
class Statement:
    """What was paid to a person.

    Attributes:
        person_id: whom.
        name: the person's.
        period: which; None = all.
        lines: in the order of the ledger.
        advances: currency -> minor units paid in advance and not recouped at the end of the period.
    """

    person_id: str
    name: str
    period: Period | None
    lines: tuple[Line, ...]
    advances: Mapping[str, int] = field(default_factory=dict)

    @property
    def totals(self) -> list[Total]:
        """The sums of the lines in each currency, in order of currency; also of those with an advance alone."""
        currencies = {line.money.currency for line in self.lines} | self.advances.keys()
        return [self._sum(currency) for currency in sorted(currencies)]

    def _sum(self, currency: str) -> Total:
        own = [line for line in self.lines if line.money.currency == currency]
        gross = sum(line.money.minor for line in own if line.body["what"] != RECOUPED)
        recouped = sum(-line.money.minor for line in own if line.body["what"] == RECOUPED)
        left = self.advances.get(currency, 0)
        return Total(*(Money(minor, currency) for minor in (gross, recouped, gross - recouped, left)))

    def to_dict(self) -> dict[str, Any]:
        """Say it as JSON can."""
        return {
            "person": {"id": self.person_id, "name": self.name},
            "period": self.period and str(self.period),
            "totals": [each.to_dict() for each in self.totals],
            "lines": [line.to_dict() for line in self.lines],
        }


def make_statement(leaves: Iterable[Leaf], *, person_id: str, name: str, period: Period | None = None) -> Statement:
    """Make a statement of the entries about one person.

    Args:
        leaves: all entries about them, in the order of the ledger.
        person_id: whom.
        name: the person's.
        period: of the times of the entries; None = all. A correction belongs to the period in which it was made.
    """
    every = list(leaves)
    payments: dict[str, Leaf] = {}
    lines = []
    for leaf in every:
        if leaf.kind == "payment":
            payments[leaf.key] = leaf
        said = leaf if leaf.kind == "payment" else payments.get(leaf.reverses or "")
        if said is not None and (period is None or period.has_moment(time_of(leaf))):
            lines.append(_read_line(leaf, json.loads(said.body)))
    return Statement(person_id, name, period, tuple(lines), sum_advances(every, period.ends_at if period else None))


def _read_line(leaf: Leaf, body: Mapping[str, Any]) -> Line:
    theirs = f"payable:{leaf.subject}"
    minor = sum(amount * ((credit == theirs) - (debit == theirs)) for debit, credit, amount, _ in leaf.transfers)
    currency = leaf.transfers[0][3] if leaf.transfers else body["dues"][0]["currency"]
    own = json.loads(leaf.body)
    why = own.get("why") or own.get("correction", {}).get("why", "")
    return Line(leaf, body, Money(minor, currency), why)
