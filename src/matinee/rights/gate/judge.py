"""One use against the terms of an agreement that stands.

Covers parties, times, currency, the policy's own word (ODRL), units, price, advances and counts. Nothing here reads a
store: counts and payments are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from matinee.rights.agreements.duties import Price
from matinee.rights.agreements.profile import asset_iri, party_iri, term
from matinee.rights.agreements.terms import Grant, Terms
from matinee.rights.gate.answer import Reason
from matinee.rights.gate.asked import Use
from matinee.rights.money import Money, minor_unit
from matinee.rights.odrl import Fact, Request, World, evaluate
from matinee.rights.odrl.model import DutyRecord
from matinee.rights.odrl.names import odrl
from matinee.rights.odrl.vocabulary import COUNT
from matinee.rights.rulebook.due import Due, price_by_unit, sum_dues
from matinee.rights.rulebook.rules import Citation

SKEW = timedelta(minutes=5)
"""By which the request's time may differ from the gate's."""


@dataclass(frozen=True)
class Books:
    """What has happened under an agreement so far.

    Attributes:
        uses: IRI of a permission -> permitted uses.
        paid: currency -> minor units paid in advance.
    """

    uses: Mapping[str, int]
    paid: Mapping[str, int]


def check_parties(use: Use, terms: Terms, signed_at: datetime | None, now: datetime) -> Iterator[Reason]:
    """Compare who, when and in what currency with the agreement."""
    for name, asked, agreed in (
        ("person", use.person_id, terms.person_id),
        ("producer", use.producer_id, terms.producer_id),
    ):
        if asked != agreed:
            yield Reason(name, f"the agreement is by {name} {agreed}, not {asked}")
    if signed_at is not None and use.at < signed_at:
        yield Reason("dated", f"the use is dated {use.at.isoformat()}, before its agreement was signed")
    if abs(use.at - now) > SKEW:
        yield Reason("dated", f"the use is dated {use.at.isoformat()}, more than five minutes away from now")
    if terms.currency not in {None, use.currency}:
        yield Reason("currency", f"the agreement pays {terms.currency}, not {use.currency}")


def choose_grant(use: Use, terms: Terms, books: Books, now: datetime) -> tuple[Grant | None, list[Reason]]:
    """Find the permission that a use rests on.

    The policy has to permit it at the gate's time and at the time that the request names.

    Returns:
        the first permission that is active and counts in the request's unit, and no reason; or None and every reason.
    """
    active: set[str] | None = None
    for at in sorted({now, use.at}):
        report = evaluate(terms.policy, _request(use), _world(use, terms, books, at))
        if not report.is_permitted:
            said = (
                f"{rule.kind}: {rule.because}" for rule in report.rules if rule.is_active == _FORBIDS.get(rule.kind)
            )
            books_say = (each for grant in terms.grants for each in _check_books(grant, terms, books))
            return None, [Reason("terms", report.because), *(Reason("terms", each) for each in said), *books_say]
        found = {rule.rule for rule in report.rules if rule.is_active}
        active = found if active is None else active & found
    reasons = []
    for grant in terms.grants:
        if grant.rule in (active or ()):
            against = [*_check_grant(grant, use), *_check_books(grant, terms, books)]
            if not against:
                return grant, []
            reasons += against
    return None, reasons or [Reason("terms", "no permission holds all the time")]


def price_use(grant: Grant, terms: Terms, use: Use, cited: Citation) -> tuple[Due, ...]:
    """Price a use as the permission says; views are settled from the audience, all uses by one fee.

    Raises:
        Unpayable: it comes to more than a ledger can hold.
    """
    fees = (terms.fee,) if terms.fee else ()
    dues = tuple(_price(price, use, cited) for price in (*grant.prices, *fees))
    if dues:
        sum_dues(dues)
    return dues


_FORBIDS = {"permission": False, "prohibition": True}
"""Kind of rule -> whether it stands against a use when it is active."""


def _check_grant(grant: Grant, use: Use) -> Iterator[Reason]:
    if use.kind not in grant.kinds or use.action not in grant.actions:
        yield Reason("terms", f"{grant.rule} does not name {use.action} of the {use.kind}")
    pers = {price.per for price in grant.prices}
    unit = "day" if "day" in pers else "second" if "second" in pers else "use"
    amount = {"use": 1, "second": use.duration}.get(unit, use.amount)
    if (use.unit, use.amount) != (unit, amount):
        wanted = unit if unit == "day" else f"{amount:,} of {unit}"
        yield Reason("unit", f"{use.amount:,} of {use.unit} is asked for, and the permission counts {wanted}")


def _check_books(grant: Grant, terms: Terms, books: Books) -> Iterator[Reason]:
    if grant.limit is not None and books.uses.get(grant.rule, 0) >= grant.limit:
        yield Reason("count", f"all {grant.limit:,} uses are exhausted")
    if grant.advances and not _has_advances(terms, books):
        yield Reason("advance", "what has to be paid before use is not paid")


def _request(use: Use) -> Request:
    return Request(
        term(use.action),
        party_iri(use.producer_id),
        asset_iri(use.person_id, use.kind),
        party_iri(use.person_id),
    )


def _world(use: Use, terms: Terms, books: Books, at: datetime) -> World:
    said: dict[str, Fact] = {
        term("project"): Fact((use.project,)),
        term("medium"): Fact((use.medium,)),
        term("territory"): Fact(use.territories),
        term("model"): Fact((use.model,)),
        term("duration"): Fact((use.duration,)),
        odrl("language"): Fact((use.language,)),
    }
    counted = {rule: {COUNT: Fact((count,))} for rule, count in books.uses.items()}
    parts = {place: frozenset({place.partition("-")[0]}) for place in use.territories if "-" in place}
    return World(at, parts, facts={"": said, **counted}, duties=_settle_advances(terms, books))


def _settle_advances(terms: Terms, books: Books) -> dict[str, DutyRecord]:
    is_paid = _has_advances(terms, books)
    advances = [duty for grant in terms.grants for duty, _ in grant.advances]
    return {duty: DutyRecord("fulfilled" if is_paid else "open", is_paid) for duty in advances}


def _has_advances(terms: Terms, books: Books) -> bool:
    """Whether all advances of the agreement are paid: a payment does not say which one it is for."""
    owed = sum(price.amount for grant in terms.grants for _, price in grant.advances)
    currency = terms.currency or ""
    return books.paid.get(currency, 0) * minor_unit(currency) >= owed


def _price(price: Price, use: Use, cited: Citation) -> Due:
    if price.per in {"thousand views", "all uses"}:
        rate = price_by_unit(price.amount, price.currency, unit="use", count=1, terms=(cited,)).money
        by = "a thousand views, settled from the audience" if price.per == "thousand views" else "for all uses, one fee"
        return Due(Money(0, price.currency), f"{rate} {by}", (cited,))
    return price_by_unit(
        price.amount, price.currency, unit=price.per, count=use.amount if price.per != "use" else 1, terms=(cited,)
    )
