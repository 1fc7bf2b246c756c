"""Success on a streaming service, and the bonus of performers that it brings.

Covers views from hours and runtime, their share of the subscribers, and the bonus with its split. Counting hours is in
`audience`; writers' residuals are in `writers`; splits among people are `money.split_money`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from matinee.errors import Unpayable
from matinee.rights.money import Money, round_money, show_exact
from matinee.rights.rulebook.audience import Hours
from matinee.rights.rulebook.due import Due, require_count
from matinee.rights.rulebook.rules import Citation, Rule, Rulebook

PERFORMERS, WRITERS = "sag-aftra.success.metric", "wga.success.metric"


@dataclass(frozen=True)
class Subscribers:
    """Domestic subscribers of a service.

    Attributes:
        count: how many.
        as_of: the day of the count.
    """

    count: int
    as_of: date


@dataclass(frozen=True)
class Success:
    """Whether a title was a success.

    Attributes:
        views: hours / runtime, of the hours that are certain; exact.
        threshold: views needed; exact.
        is_reached: whether there were as many.
        text: how it was computed, in one line for a statement.
        citations: the rules that it rests on.
    """

    views: Fraction
    threshold: Fraction
    is_reached: bool
    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Bonus:
    """The performers' bonus.

    Attributes:
        performers: their part, to be split among them.
        fund: the part of the fund.
        performers_total: fixed residual and bonus.
    """

    performers: Due
    fund: Due
    performers_total: Money


def measure_success(
    rulebook: Rulebook,
    released_on: date,
    *,
    hours: Hours,
    runtime_minutes: Decimal | Fraction | int | None,
    subscribers: Subscribers | None,
    metric: str = PERFORMERS,
) -> Success:
    """Measure a title against the success metric.

    views = hours x 60 / runtime in minutes; a success if views / domestic subscribers >= 0.20. Nothing is rounded but
    the hours.

    Args:
        rulebook: the rules.
        released_on: the title's first day; the subscribers are those of 1 July of that year.
        hours: streamed at home in the first 90 days.
        runtime_minutes: of the film or the whole season, > 0; exact, so no float.
        subscribers: of the service, at home.
        metric: `PERFORMERS` or `WRITERS`.

    Raises:
        Unpayable: no rule in force, no runtime, no subscribers or those of another day, or hours too uncertain to tell.
    """
    rule = rulebook.rule_for_money(metric, released_on)
    minutes = Fraction(runtime_minutes or 0)
    if minutes <= 0:
        raise Unpayable(f"a runtime of {runtime_minutes} minutes", todo="give the runtime, above 0")
    count = _count_subscribers(subscribers, rule, released_on)
    threshold = rule.number("share") * count
    views = hours.at_least * 60 / minutes
    is_reached = views >= threshold
    if not is_reached and (hours.at_most is None or hours.at_most * 60 / minutes >= threshold):
        at_most = "any number" if hours.at_most is None else show_exact(hours.at_most)
        todo = "complete the viewings or the totals of the first days"
        raise Unpayable(
            f"between {show_exact(hours.at_least)} and {at_most} hours, which leaves the success open", todo=todo
        )
    text = (
        f"{hours} × 60 / {show_exact(minutes)} min = {show_exact(views)} views;"
        f" {show_exact(rule.number('share') * 100)}% of {count:,} subscribers = {show_exact(threshold)}:"
        f" {'reached' if is_reached else 'not reached'}"
    )
    return Success(views, threshold, is_reached, text, (rule.citation,))


def pay_fixed_residual(rulebook: Rulebook, on: date, *, name: str = "value") -> Due:
    """Pay a title's fixed residual, from the table that the user supplied as `sag-aftra.residual.fixed`.

    Args:
        rulebook: the rules.
        on: the title's first day.
        name: which of the table's figures.

    Raises:
        Unpayable: no table was supplied, or it has no such figure.
    """
    rule = rulebook.rule_for_money("sag-aftra.residual.fixed", on)
    return Due(rule.money(name), f"fixed residual, {name}: {rule.money(name)}", (rule.citation,))


def pay_success_bonus(rulebook: Rulebook, on: date, *, fixed_residual: Money) -> Bonus:
    """Pay the performers' bonus of a success.

    bonus = 100% of the fixed residual; 75% of it, half-up to the cent, to the performers; the rest, with any remainder
    of rounding, to the fund.

    Args:
        rulebook: the rules.
        on: the title's first day.
        fixed_residual: of the title, all performers together, >= 0.

    Raises:
        Unpayable: no rule in force, or a negative residual.
    """
    if fixed_residual.minor < 0:
        raise Unpayable(f"a fixed residual of {fixed_residual}", todo="give one of 0 or more")
    rule = rulebook.rule_for_money("sag-aftra.success.bonus", on)
    whole = round_money(fixed_residual.exact * rule.number("bonus"), fixed_residual.currency, rule.rounding)
    share = rule.number("performers")
    performers = round_money(whole.exact * share, whole.currency, rule.rounding)
    fund = whole - performers
    said = f"{show_exact(share * 100)}% × {whole} = {performers}"
    return Bonus(
        Due(performers, said, (rule.citation,)),
        Due(fund, f"{whole} - {performers} = {fund} (the rest, with the remainder of rounding)", (rule.citation,)),
        fixed_residual + performers,
    )


def _count_subscribers(subscribers: Subscribers | None, rule: Rule, released_on: date) -> int:
    count = require_count(subscribers.count if subscribers else None, "domestic subscribers")
    try:
        wanted = date(released_on.year, int(rule.number("month")), int(rule.number("day")))
    except ValueError as error:
        raise Unpayable(f"no such day: {error}", where=str(rule.citation), todo="mend its month and day") from error
    if subscribers is not None and subscribers.as_of != wanted:
        raise Unpayable(f"subscribers as of {subscribers.as_of}", todo=f"give those of {wanted}")
    return count
