"""What a permission asks for in return: compensation, and to inform, attribute or delete.

Covers duties of the profile, read from rules that are ODRL; any other duty is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from matinee.rights.agreements.profile import PER, term
from matinee.rights.money import is_kept
from matinee.rights.odrl import Constraint, Logical, Rule
from matinee.rights.odrl.model import Condition
from matinee.rights.odrl.names import odrl, shorten

CURRENCY = re.compile(r"urn:iso:std:iso:4217:([A-Z]{3})")

TOO_LARGE = "more than a ledger can hold, 2**63 - 1 of the smallest units"
"""What is said of an amount."""

Complain = Callable[[str, str], None]
"""Takes a place and what is wrong there."""


@dataclass(frozen=True)
class Price:
    """What a use costs.

    Attributes:
        amount: for one unit, in whole units of the currency (dollars), exact, >= 0.
        currency: ISO 4217 code.
        per: one of `PER`.
    """

    amount: Fraction
    currency: str
    per: str


def read_duties(
    rule: Rule, place: str, complain: Complain
) -> tuple[tuple[tuple[str, Price], ...], tuple[Price, ...], tuple[str, ...]]:
    """Read what a permission asks for in return.

    Returns:
        advances as (IRI of the duty, price), prices, and other duties in words.
    """
    advances, prices, owed = [], [], []
    for number, duty in enumerate(rule.duties):
        at = f"{place}/duty/{number}"
        name = shorten(duty.about.actions[0].iri) if len(duty.about.actions) == 1 else ""
        if name == "compensate":
            price = read_price(duty, at, complain)
            if duty.before_use and price.per != "all uses":
                complain(at, "what is paid before use is paid per 'all uses'")
            if duty.before_use:
                advances.append((duty.uid, price))
            else:
                prices.append(price)
        elif name in {"inform", "attribute", "delete"} and not duty.before_use:
            owed.append(name + _read_delay(duty, name, at, complain))
        else:
            complain(at, f"duty {name or 'of several actions'} is not compensate, inform, attribute or delete")
    if len({price.per for price in prices}) < len(prices):
        complain(place, "is compensated twice for the same unit")
    return tuple(advances), tuple(prices), tuple(owed)


def _read_delay(duty: Rule, name: str, place: str, complain: Complain) -> str:
    delays = [each for each in flatten(duty.constraints) if each.operand == odrl("delayPeriod")]
    if (name == "delete") != (len(delays) == 1) or len(duty.constraints) != len(delays):
        complain(place, "delete wants one constraint, delayPeriod eq P30D; inform and attribute want none")
    if name != "delete" or not delays:
        return ""
    delay = delays[0].values[0] if delays[0].values else None
    if not isinstance(delay, timedelta) or delay < timedelta(0) or delays[0].operator != "eq":
        complain(place, "delayPeriod wants eq and a duration such as P30D")
        return ""
    days = delay / timedelta(days=1)
    return f" after {days:,.0f} day{'' if days == 1 else 's'}" if days.is_integer() else f" after {delay}"


def read_price(duty: Rule, place: str, complain: Complain) -> Price:
    """Read a compensation."""
    refinements = duty.about.actions[0].refinements
    facts = {each.operand: each for each in refinements if isinstance(each, Constraint) and each.operator == "eq"}
    pay, per = facts.get(odrl("payAmount")), facts.get(term("per"))
    amount = pay.values[0] if pay is not None and pay.values else None
    unit = str(per.values[0]) if per is not None and per.values else ""
    currency = CURRENCY.fullmatch(pay.unit or "") if pay is not None else None
    if len(refinements) != 2 or isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount < 0:
        complain(place, "compensate wants two refinements: payAmount eq AMOUNT, at least 0; matinee:per eq UNIT")
    if unit not in PER:
        complain(place, f"is paid per {unit!r}; want one of {', '.join(PER)}")
    if currency is None:
        complain(place, "payAmount wants the unit urn:iso:std:iso:4217:CODE")
    exact = Fraction(amount) if isinstance(amount, int | Decimal) else Fraction(0)
    if currency is not None and not is_kept(exact, currency[1]):
        complain(place, f"payAmount is {TOO_LARGE}")
    if duty.constraints:
        complain(place, "a compensation has no constraints but event lt policyUsage")
    return Price(exact, currency[1] if currency else "", unit)


def flatten(conditions: Iterable[Condition]) -> Iterator[Constraint]:
    """Go through the constraints of conditions, however they are taken together."""
    for condition in conditions:
        if isinstance(condition, Logical):
            yield from flatten(condition.parts)
        else:
            yield condition
