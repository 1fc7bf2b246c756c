"""Pay for digital replicas of performers, and their day rates by date.

Covers days, scans, background used as principals, other projects and real-time voices in games. Residuals of the
titles that replicas appear in are in `success`; prices that an agreement names itself are in `due`.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from matinee.errors import Unpayable
from matinee.rights.money import Money, round_money, show_exact
from matinee.rights.rulebook.due import Due, require_count, say_count
from matinee.rights.rulebook.rules import Rule, Rulebook

BACKGROUND = "sag-aftra.background.day-rate"
PRINCIPAL = "sag-aftra.day-performer.day-rate"
SCALES = (BACKGROUND, PRINCIPAL)


def day_rate(rulebook: Rulebook, on: date, *, scale: str = PRINCIPAL) -> Due:
    """Look up the minimum pay of a day.

    Each raise is applied to the rate before it and rounded half-up to whole dollars.

    Args:
        rulebook: the rules.
        on: the day worked.
        scale: `BACKGROUND` or `PRINCIPAL`.

    Raises:
        Unpayable: the day lies before the first rate.
    """
    rule = _scale(rulebook, on, scale)
    return Due(rule.money(), f"1 day × {rule.money()} = {rule.money()}", (rule.citation,))


def pay_replica_days(
    rulebook: Rulebook, on: date, *, days: int | None, contract_rate: Money | None = None, scale: str = PRINCIPAL
) -> Due:
    """Pay the days that a performer would have worked, had the replica not.

    amount = max(contract rate, minimum) x days (SAG-AFTRA's summary of AI protections, 2023).

    Args:
        rulebook: the rules.
        on: the day of the use.
        days: estimated in good faith by the producer, >= 1.
        contract_rate: the performer's own pro rata daily rate; None = none above the minimum.
        scale: the minimum: `BACKGROUND` or `PRINCIPAL`.

    Raises:
        Unpayable: no rule in force, no days, or a contract in another currency.
    """
    rule = rulebook.rule_for_money("sag-aftra.replica.days", on)
    return _pay_days(rulebook, on, rule=rule, days=require_count(days, "days"), agreed=contract_rate, scale=scale)


def pay_scan_session(
    rulebook: Rulebook, on: date, *, hours: Fraction | int, contract_rate: Money | None = None, scale: str = PRINCIPAL
) -> Due:
    """Pay a session that makes a replica on a day of its own.

    amount = max(contract rate, minimum) x 1 day, or x 1/2 day up to four hours, half-up to the minor unit.

    Args:
        rulebook: the rules.
        on: the day of the session.
        hours: its length, > 0 and <= 24.
        contract_rate: the performer's own pro rata daily rate; None = none above the minimum.
        scale: the minimum: `BACKGROUND` or `PRINCIPAL`.

    Raises:
        Unpayable: no rule in force, a length that cannot be, or a contract in another currency.
    """
    if not 0 < hours <= 24:
        raise Unpayable(f"a session of {show_exact(Fraction(hours))} hours", todo="give more than 0 and at most 24")
    rule = rulebook.rule_for_money("sag-aftra.replica.creation", on)
    days = rule.number("half-day" if hours <= rule.number("half-day-hours") else "day")
    return _pay_days(rulebook, on, rule=rule, days=days, agreed=contract_rate, scale=scale)


def pay_background_scan(rulebook: Rulebook, on: date) -> Due:
    """Pay a background performer who is called for a scan only: a full day at the background rate.

    Raises:
        Unpayable: no rule in force on that day.
    """
    rule = rulebook.rule_for_money("sag-aftra.replica.background-scan", on)
    return _pay_days(rulebook, on, rule=rule, days=rule.number(), scale=BACKGROUND)


def pay_background_as_principal(rulebook: Rulebook, on: date, *, days: int | None) -> Due:
    """Pay a background performer whose replica is used as a principal: the principal's day rate x days.

    Args:
        rulebook: the rules.
        on: the day of the use.
        days: estimated in good faith by the producer, >= 1.

    Raises:
        Unpayable: no rule in force, or no days.
    """
    rule = rulebook.rule_for_money("sag-aftra.replica.as-principal", on)
    return _pay_days(rulebook, on, rule=rule, days=require_count(days, "days"))


def pay_other_project(rulebook: Rulebook, on: date, *, days: int | None, agreed_rate: Money) -> Due:
    """Pay a replica's use in a project other than its own, under a new consent.

    amount = max(rate of the new consent, day performer's rate) x days.

    Args:
        rulebook: the rules.
        on: the day of the use.
        days: of use, >= 1.
        agreed_rate: a day, as the new consent says.

    Raises:
        Unpayable: no rule in force, no days, or a rate in another currency.
    """
    rule = rulebook.rule_for_money("sag-aftra.replica.other-project", on)
    return _pay_days(rulebook, on, rule=rule, days=require_count(days, "days"), agreed=agreed_rate)


def pay_real_time_voice(rulebook: Rulebook, on: date) -> Due:
    """Pay a voice that a game generates from in real time: 7.5 x scale, half-up to the minor unit.

    The scale before the agreement of 2025 was not seen: it must be supplied in the user's own file as
    `sag-aftra.games.scale`; the raises of 15.17%, 3%, 3% and 3% then apply to it.

    Raises:
        Unpayable: no rule in force on that day, or no scale supplied.
    """
    times, scale = (rulebook.rule_for_money(f"sag-aftra.games.{name}", on) for name in ("real-time-voice", "scale"))
    currency = scale.money().currency
    money = round_money(times.number() * scale.money().exact, currency)
    text = f"{show_exact(times.number())} × {scale.money()} = {money}"
    return Due(money, text, (times.citation, scale.citation))


def _pay_days(
    rulebook: Rulebook,
    on: date,
    *,
    rule: Rule,
    days: Fraction | int,
    agreed: Money | None = None,
    scale: str = PRINCIPAL,
) -> Due:
    """Pay days at the agreed rate, or the minimum if that is higher."""
    minimum = _scale(rulebook, on, scale)
    floor = minimum.money()
    rate = floor if agreed is None else max(agreed, floor)
    money = round_money(rate.exact * days, rate.currency)
    other = "" if agreed is None or agreed == floor else f" (the {_say_choice(rate, floor, agreed)})"
    return Due(money, f"{say_count(days, 'day')} × {rate} = {money}{other}", (rule.citation, minimum.citation))


def _say_choice(rate: Money, floor: Money, agreed: Money) -> str:
    return f"minimum, above the agreed {agreed}" if rate == floor else f"agreed rate, above the minimum {floor}"


def _scale(rulebook: Rulebook, on: date, scale: str) -> Rule:
    if scale not in SCALES:
        raise ValueError(f"scale: got {scale!r}, want one of {', '.join(SCALES)}")
    return rulebook.rule_for_money(scale, on)
