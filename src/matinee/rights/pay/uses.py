"""What is owed for uses that were taken up: by use, by day, by second, and the one fee for all of them.

Covers uses as the gate recorded them against the agreement's own duties. Views of what was made are in `views`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from matinee.errors import Unpayable
from matinee.rights.agreements.duties import Price
from matinee.rights.agreements.terms import Grant, Terms
from matinee.rights.ledger.entries import time_at
from matinee.rights.money import Money
from matinee.rights.odrl import Problem
from matinee.rights.pay.contracts import Contracts
from matinee.rights.pay.owed import Owed, key_of
from matinee.rights.pay.periods import Period
from matinee.rights.rulebook.due import Due, price_by_unit, sum_dues
from matinee.rights.rulebook.rules import Citation
from matinee.tables.consent import TakenUse

_SHOWN = ("use_id", "kind", "action", "project", "medium", "territories", "language", "media_hash")
"""What a statement says of a use."""


Priced = tuple[tuple[Due, ...], Mapping[str, str]]
"""Amounts, and their sum as the gate says it."""


Viewed = tuple[str, int, str, str]
"""What a permission was used for: agreement, version, permission and project."""


@dataclass
class UsePricer:
    """Prices uses of a period.

    Attributes:
        period: of which all uses are.
        contracts: what was agreed.
        people: ids of the people that are known.
        problems: uses that cannot be paid, added as they are met.
        fees: (agreement, version) -> its one fee, where a use of it was met; the earliest use counts.
        viewed: what the permissions of uses that were met were used for.
    """

    period: Period
    contracts: Contracts
    people: Callable[[str], bool]
    problems: list[Problem] = field(default_factory=list)
    fees: dict[tuple[str, int], Owed] = field(default_factory=dict)
    viewed: set[Viewed] = field(default_factory=set)
    _dues: dict[tuple[Any, ...], Priced] = field(default_factory=dict)

    def price(self, taken: Iterable[TakenUse]) -> list[Owed]:
        """Price uses; what cannot be priced goes to `problems`."""
        owed = []
        for use in taken:
            try:
                owed.append(self._price(use))
            except Unpayable as error:
                self.problems.append(Problem(f"use {use.use_id}", str(error)))
        return owed

    def _price(self, use: TakenUse) -> Owed:
        request, agreement, price = _read_body(use)
        rule = agreement["permission"]
        self.viewed.add((agreement["id"], agreement["version"], rule, request["project"]))
        terms, grant = self.contracts.find_grant(agreement["id"], agreement["version"], rule, agreement["sha256"])
        check_person(use.person_id, terms, self.people)
        place = (rule, request["currency"], request["unit"], request["amount"], request["duration"])
        if place not in self._dues:
            self._dues[place] = _price_use(terms, grant, request, self.contracts.cite(terms, rule))
        dues, said = self._dues[place]
        if price is not None and price != said:
            told = f"{price['currency']} {price['amount']}"
            raise Unpayable(f"the gate said {told}, and the agreement gives {said['currency']} {said['amount']}")
        owed = Owed(
            key=f"pay/{self.period}/use/{use.use_id}",
            what="use",
            at=time_at(use.at),
            person_id=use.person_id,
            dues=dues,
            about={name: request[name] for name in _SHOWN} | {"agreement": agreement["id"]},
        )
        self._meet_fee(terms, owed)
        return owed

    def _meet_fee(self, terms: Terms, use: Owed) -> None:
        place = (terms.agreement_id, terms.version)
        if terms.fee is None or (place in self.fees and self.fees[place].at <= use.at):
            return
        fee = terms.fee
        cited = self.contracts.cite(terms, terms.policy.uid)
        due = price_by_unit(fee.amount, fee.currency, unit="use", count=1, terms=(cited,))
        text = f"one fee for all uses, due with the first = {due.money}"
        self.fees[place] = Owed(
            key=key_of("once", "fee", terms.agreement_id, str(terms.version)),
            what="fee",
            at=use.at,
            person_id=use.person_id,
            dues=(Due(due.money, text, due.citations),),
            about={"agreement": terms.agreement_id},
        )


def check_person(person_id: str | None, terms: Terms, people: Callable[[str], bool]) -> None:
    """Check that it is known who is paid.

    Raises:
        Unpayable: nobody is, or another than the agreement is of.
    """
    if person_id is None:
        raise Unpayable("whom it is about is not known, or was erased; what was paid before stays")
    if person_id != terms.person_id:
        raise Unpayable("it is about another person than its agreement")
    if not people(person_id):
        raise Unpayable(f"person {person_id} is not registered", todo="register them with `matinee agreement register`")


def _price_use(terms: Terms, grant: Grant, request: Mapping[str, Any], cited: Citation) -> Priced:
    """Price one use of a permission; without a price of its own it is worth 0."""
    currency = request["currency"]
    if terms.currency not in {None, currency}:
        raise Unpayable(f"is in {currency}, and the agreement pays {terms.currency}")
    dues = tuple(_price_part(price, request, cited) for price in grant.prices if price.per != "thousand views")
    if not dues:
        text = "settled from the audience" if grant.prices else "nothing is asked for a use"
        dues = (Due(Money(0, currency), text, (cited,)),)
    whole = sum_dues(dues)
    return dues, {"amount": str(whole.decimal), "currency": currency}


def _price_part(price: Price, request: Mapping[str, Any], cited: Citation) -> Due:
    counts = {"use": 1, "day": request["amount"], "second": request["duration"]}
    if price.per == "day" and request["unit"] != "day":
        raise Unpayable(f"counts in {request['unit']}s, and is paid by the day")
    return price_by_unit(price.amount, price.currency, unit=price.per, count=counts[price.per], terms=(cited,))


def _read_body(use: TakenUse) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any] | None]:
    """Read what the gate recorded: request, agreement, price."""
    try:
        said = json.loads(use.body)
        request, agreement, price = said["request"], said["answer"]["agreement"], said["answer"]["price"]
        missing = [name for name in (*_SHOWN, "currency", "unit", "amount", "duration") if name not in request]
        missing += [name for name in ("id", "version", "permission", "sha256") if name not in agreement]
    except (ValueError, KeyError, TypeError) as error:
        raise Unpayable(f"its entry is no permit of the gate: {error}", todo="run `matinee ledger verify`") from error
    if missing or agreement["permission"] != use.rule:
        raise Unpayable("its entry is no permit of the gate", todo="run `matinee ledger verify`")
    return request, agreement, price


def find_viewed(taken: Iterable[TakenUse]) -> set[Viewed]:
    """Find what permissions were used for; uses that cannot be read are left out."""
    found = set()
    for use in taken:
        with suppress(Unpayable):  # which is a problem of the use itself, and named there
            request, agreement, _ = _read_body(use)
            found.add((agreement["id"], agreement["version"], use.rule, request["project"]))
    return found
