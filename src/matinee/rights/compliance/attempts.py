"""Attempted uses of the ledger, counted: which permissions were used with which model, what was refused and why.

Covers reading entries that the gate has kept. Whether entries are what was recorded is for the audit; one that cannot
be read is counted as such.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from matinee.tables.ledger import Leaf

KIND = "use"
"""Of the entries that the gate keeps."""

SHOWN = 5
"""Entries that a count names."""


class Used(NamedTuple):
    """What is counted together of uses that were permitted."""

    permission: str
    kind: str
    action: str
    project: str
    model: str


class Turned(NamedTuple):
    """What is counted together of uses that were refused; empty texts where a request did not say."""

    agreement_id: str
    action: str
    reasons: tuple[str, ...]


@dataclass
class Count:
    """How often, and when.

    Attributes:
        times: how often.
        first: microseconds since 1970 in UTC, of the first.
        last: of the last.
        keys: of the first few entries.
    """

    times: int = 0
    first: int = 0
    last: int = 0
    keys: list[str] = field(default_factory=list)

    def add(self, leaf: Leaf) -> None:
        """Count an entry."""
        self.first = min(self.first, leaf.at) if self.times else leaf.at
        self.last = max(self.last, leaf.at)
        self.times += 1
        if len(self.keys) < SHOWN:
            self.keys.append(leaf.key)


@dataclass
class Tally:
    """All attempts.

    Attributes:
        permitted: uses that were permitted.
        refused: uses that were refused.
        unreadable: entries of the gate that cannot be read.
    """

    permitted: dict[Used, Count] = field(default_factory=dict)
    refused: dict[Turned, Count] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def tally_attempts(leaves: Iterable[Leaf]) -> Tally:
    """Count the attempts among entries.

    Args:
        leaves: entries of any kind, in any order.
    """
    tally = Tally()
    for leaf in leaves:
        if leaf.kind != KIND:
            continue
        try:
            body = json.loads(leaf.body)
            request, answer = body["request"], body["answer"]
            if answer["decision"] == "permit":
                tally.permitted.setdefault(_name_use(request, answer), Count()).add(leaf)
            else:
                tally.refused.setdefault(_name_refusal(request, answer), Count()).add(leaf)
        except (ValueError, KeyError, TypeError):
            tally.unreadable.append(leaf.key)
    return tally


def _name_use(request: dict[str, Any], answer: dict[str, Any]) -> Used:
    said = (request[name] for name in ("kind", "action", "project", "model"))
    return Used(*map(str, (answer["agreement"]["permission"], *said)))


def _name_refusal(request: dict[str, Any], answer: dict[str, Any]) -> Turned:
    reasons = tuple(sorted({str(each) for each in answer["reasons"]}))
    return Turned(str(request.get("agreement_id") or ""), str(request.get("action") or ""), reasons)
