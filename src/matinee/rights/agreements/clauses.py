"""The rules about clauses, held against an agreement.

Covers what the rules ask of each permission, taken from its terms and from what is known of the person. What the rules
say stands in `matinee.rights.rulebook.clauses`. That a description is reasonably specific is for people to judge: here
it has to be there, in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matinee.errors import Unpayable
from matinee.rights.agreements.duties import Price
from matinee.rights.agreements.people import Person
from matinee.rights.agreements.terms import Grant, Terms
from matinee.rights.money import Money, minor_unit
from matinee.rights.rulebook.clauses import Clause, Finding, check_clause
from matinee.rights.rulebook.contrast import Contrast, contrast_buyout
from matinee.rights.rulebook.replicas import BACKGROUND
from matinee.rights.rulebook.rules import Rulebook

SHORTEST = 20
"""Characters of a description."""

HORIZON = (1, 2, 10, 100)
"""Uses that an offer is laid beside pay per use for."""


@dataclass(frozen=True)
class Moment:
    """What is the case when an agreement is looked at.

    Attributes:
        signed_on: the day of signing, or today where it is only offered.
        union: of the person; None = none.
        is_on_strike: whether that union is; None = not known.
        is_minor: whether the person is a minor, or may be.
        has_guardian: whether a guardian signs.
        is_deceased: whether the person has died.
        has_estate: whether a successor signs.
    """

    signed_on: date
    union: str | None
    is_on_strike: bool | None
    is_minor: bool
    has_guardian: bool
    is_deceased: bool
    has_estate: bool


def look_at(person: Person, *, on: date, signed_on: date, roles: frozenset[str], is_on_strike: bool | None) -> Moment:
    """Say what is the case of a person on a day.

    Args:
        person: whose agreement it is.
        on: the day.
        signed_on: the day of signing.
        roles: of the keys that signed, or that could.
        is_on_strike: of the person's union; None = not known. Somebody without union is never on strike.
    """
    return Moment(
        signed_on,
        person.union,
        False if person.union is None else is_on_strike,
        person.is_minor(on),
        "guardian" in roles,
        person.is_deceased(on),
        "successor" in roles,
    )


def check_terms(rulebook: Rulebook, terms: Terms, moment: Moment) -> list[Finding]:
    """Hold every permission against the rules in force where and when it was signed; refusals first, each once."""
    found = [finding for grant in terms.grants for finding in check_clause(rulebook, make_clause(terms, grant, moment))]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.effect != "refuse")


def make_clause(terms: Terms, grant: Grant, moment: Moment) -> Clause:
    """Put a permission into the words of the rules."""
    per_use = next((price for price in grant.prices if price.per == "use"), None)
    return Clause(
        signed_on=moment.signed_on,
        territories=grant.territories,
        union=moment.union,
        actions=grant.actions,
        medium=grant.media[0] if len(grant.media) == 1 else None,
        is_blanket=not grant.projects,
        is_perpetual=grant.ends_at is None,
        is_described=len(terms.description) >= SHORTEST,
        is_represented=bool(terms.represented_by),
        notice_hours=terms.notice_hours,
        flat_fee=_whole_money(terms.fee),
        rate_per_use=_whole_money(per_use),
        is_on_strike=moment.is_on_strike,
        is_minor=moment.is_minor,
        has_guardian=moment.has_guardian,
        is_deceased=moment.is_deceased,
        has_estate=moment.has_estate,
        **dict(terms.stated),
    )


def contrast_fee(rulebook: Rulebook, terms: Terms, on: date) -> Contrast | None:
    """Lay the one fee of an agreement beside pay per use: at its own rate, else a background performer's day.

    Returns:
        None where there is no fee, or no rate in its currency.
    """
    fee = _whole_money(terms.fee)
    if fee is None:
        return None
    prices = [price for grant in terms.grants for price in grant.prices if price.per == "use"]
    rate = _whole_money(max(prices, key=lambda price: price.amount, default=None))
    day = rulebook.find(BACKGROUND, on) if rate is None else None
    if day is not None and day.values and day.grade != "N":
        rate = day.money()
    citations = [day.citation] if day else []
    try:
        return None if rate is None else contrast_buyout(fee, rate, HORIZON, citations=citations)
    except Unpayable:
        return None


def _whole_money(price: Price | None) -> Money | None:
    """Give a price as money; None if there is none, or it is finer than the currency."""
    if price is None:
        return None
    minor = price.amount / minor_unit(price.currency)
    return Money(int(minor), price.currency) if minor.denominator == 1 else None
