"""Writers' residuals on streaming services (WGA): fixed, and the bonus of a success.

Covers one title and one year of exhibition. Whether a title was a success is in `success`; splits among the credited
writers are `money.split_money`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from matinee.errors import Unpayable
from matinee.rights.money import round_money, show_exact
from matinee.rights.rulebook.due import Due, require_count
from matinee.rights.rulebook.rules import Citation, Rule, Rulebook


@dataclass(frozen=True)
class Residual:
    """A title's fixed residual of one year.

    Attributes:
        domestic: for use at home.
        foreign: for use abroad.
    """

    domestic: Due
    foreign: Due


def pay_fixed_residual(
    rulebook: Rulebook, on: date, *, length: str, subscribers: int | None, year: int = 1
) -> Residual:
    """Pay the fixed residual of a title for one year of exhibition.

    domestic = base x subscriber factor x share of the year; foreign = 60% of domestic (wga.org); each half-up to the
    cent.

    Args:
        rulebook: the rules.
        on: a day of the agreement that the title was written under.
        length: as `wga.residual.base` names them: half-hour, one-hour, feature.
        subscribers: domestic, of the service.
        year: of exhibition, 1 = the first; the shares of later years are not known and must be supplied.

    Raises:
        Unpayable: no rule in force, no subscribers, or no figure for this length, size of service or year.
    """
    base = rulebook.rule_for_money("wga.residual.base", on)
    tiers, years, abroad = (
        rulebook.rule_for_money(f"wga.residual.{name}", on)
        for name in ("subscriber-factor", "year-share", "foreign-share")
    )
    factor = _find_factor(tiers, require_count(subscribers, "domestic subscribers"))
    share, start = years.number(str(year)), base.money(length)
    domestic = round_money(start.exact * factor * share, start.currency, years.rounding)
    foreign = round_money(domestic.exact * abroad.number(), start.currency, abroad.rounding)
    cited: tuple[Citation, ...] = (base.citation, tiers.citation, years.citation)
    said = f"{start} × {show_exact(factor)} × {show_exact(share * 100)}% = {domestic}"
    return Residual(
        Due(domestic, said, cited),
        Due(foreign, f"{domestic} × {show_exact(abroad.number() * 100)}% = {foreign}", (*cited, abroad.citation)),
    )


def pay_success_bonus(rulebook: Rulebook, on: date, *, residuals: Sequence[Due]) -> Due:
    """Pay the writers' bonus of a success: 50% of the fixed residuals, domestic and foreign, half-up to the cent.

    Args:
        rulebook: the rules.
        on: a day of the agreement that the title was written under.
        residuals: those that are paid for the title; at least one.

    Raises:
        Unpayable: no rule in force, or residuals in several currencies.
    """
    if not residuals:
        raise ValueError("residuals: got none, want at least one")
    rule = rulebook.rule_for_money("wga.success.bonus", on)
    whole = sum((each.money for each in residuals[1:]), residuals[0].money)
    money = round_money(whole.exact * rule.number(), whole.currency, rule.rounding)
    parts = " + ".join(str(each.money) for each in residuals)
    cited = dict.fromkeys(citation for each in residuals for citation in each.citations)
    return Due(money, f"({parts}) × {show_exact(rule.number() * 100)}% = {money}", (rule.citation, *cited))


def _find_factor(tiers: Rule, subscribers: int) -> Fraction:
    """Find the factor of the largest tier that the service reaches."""
    todo = "supply the tiers, each a whole number, in a rules file of your own"
    if strange := [tier for tier in tiers.values if not tier.isdecimal()]:
        raise Unpayable(f"tier {strange[0]!r} is no number of subscribers", where=str(tiers.citation), todo=todo)
    reached = [tier for tier in tiers.values if int(tier) <= subscribers]
    if not reached:
        raise Unpayable(f"no factor is known for {subscribers:,} subscribers", where=str(tiers.citation), todo=todo)
    return tiers.number(max(reached, key=int))
