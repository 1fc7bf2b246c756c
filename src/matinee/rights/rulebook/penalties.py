"""What the law sets for replicas and synthetic performers without consent or disclosure.

Covers amounts that a statute names. It does not say whether a statute was broken; that is for a court.
"""

from __future__ import annotations

from datetime import date

from matinee.rights.money import Money
from matinee.rights.rulebook.due import Due, require_count, say_count
from matinee.rights.rulebook.rules import Rulebook

CALIFORNIA, NEW_YORK = "us-ca.ab-1836", "us-ny.s8391"
"""Statutes on replicas of the deceased."""


def price_undisclosed_advertisements(rulebook: Rulebook, on: date, *, violations: int | None) -> Due:
    """Add up the penalties for advertisements that do not disclose a synthetic performer (New York S.8420-A).

    amount = 1,000 for the first violation + 5,000 for each later one.

    Args:
        rulebook: the rules.
        on: the day of the last violation.
        violations: how many, >= 1.

    Raises:
        Unpayable: the law is not in force on that day, or no violations.
    """
    count = require_count(violations, "violations")
    rule = rulebook.rule_for_money("us-ny.s8420-a", on)
    first, later = rule.money("first"), rule.money("later")
    money = first + later * (count - 1)
    more = f" + {say_count(count - 1, 'later violation')} × {later}" if count > 1 else ""
    return Due(money, f"1 violation × {first}{more} = {money}", (rule.citation,))


def price_replica_of_deceased(rulebook: Rulebook, on: date, *, statute: str, damages: Money) -> Due:
    """Say what a replica of a deceased person without consent costs: the greater of the statute's amount and damages.

    Args:
        rulebook: the rules.
        on: the day of the use.
        statute: `CALIFORNIA` (AB 1836, 10,000) or `NEW_YORK` (S.8391, 2,000).
        damages: as suffered.

    Raises:
        Unpayable: the law is not in force on that day, or damages in another currency.
        ValueError: another statute.
    """
    if statute not in (CALIFORNIA, NEW_YORK):
        raise ValueError(f"statute: got {statute!r}, want {CALIFORNIA} or {NEW_YORK}")
    rule = rulebook.rule_for_money(statute, on)
    money = max(damages, rule.money())
    return Due(money, f"the greater of {rule.money()} and damages of {damages} = {money}", (rule.citation,))
