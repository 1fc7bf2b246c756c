"""Fixed residuals and the bonus of a success, split among the people of a title.

Covers one period and the titles that a file of the user's names (`shares`). The fixed residual of a year is owed on the
day on which that year of exhibition begins; the bonus, on the day after the days in which a success is measured. Rules
that know no figure for a year, or are not verified, pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

import polars as pl

from matinee.errors import Unpayable
from matinee.rights.money import show_exact, split_money
from matinee.rights.odrl import Problem
from matinee.rights.pay.owed import Owed, key_of
from matinee.rights.pay.periods import Period
from matinee.rights.pay.shares import METRICS, Shared
from matinee.rights.pay.views import find_runtime
from matinee.rights.rulebook import success, writers
from matinee.rights.rulebook.audience import hours_of_seconds
from matinee.rights.rulebook.due import Due
from matinee.rights.rulebook.rules import Rulebook
from matinee.rights.rulebook.success import Subscribers, Success, measure_success

FUND = "fund:sag-aftra-success"


@dataclass
class ResidualPricer:
    """Works out residuals and bonuses of a period.

    Attributes:
        period: which.
        rulebook: the rules.
        subscribers: counts by day.
        people: whether a person is known.
        titles: title_id, parent_id, released_on, runtime_minutes of all titles.
        seconds: (title_id, union) -> seconds streamed at home in the first days, and viewings of unknown length or
            place.
        problems: what cannot be paid, added as it is met.
        checked: for each title whose success was measured, how.
    """

    period: Period
    rulebook: Rulebook
    subscribers: Sequence[Subscribers]
    people: Callable[[str], bool]
    titles: pl.DataFrame
    seconds: Mapping[tuple[str, str], tuple[int, int]]
    problems: list[Problem] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)

    def price(self, shared: Sequence[Shared]) -> list[Owed]:
        """Work out what is owed for titles in the period."""
        owed: list[Owed] = []
        for each in shared:
            for work_out in (self._pay_fixed, self._pay_bonus):
                try:
                    owed += work_out(each)
                except Unpayable as error:
                    self.problems.append(Problem(f"{_NAMES[work_out.__name__]} of {each.title_id}", str(error)))
        return owed

    def _pay_fixed(self, shared: Shared) -> list[Owed]:
        released_on = self._release(shared)
        year = self.period.year - released_on.year + 1
        if year < 1 or not self.period.has_day(begin_year(released_on, year)):
            return []
        at = _midnight(begin_year(released_on, year))
        return self._share(shared, "fixed residual", at, self._find_fixed(shared, released_on, year), f"year {year}")

    def _pay_bonus(self, shared: Shared) -> list[Owed]:
        released_on = self._release(shared)
        rule = self.rulebook.rule_for_money(METRICS[shared.union], released_on)
        due_on = released_on + timedelta(days=int(rule.number("days")))
        if not self.period.has_day(due_on):
            return []
        seconds, unknown = self.seconds.get((shared.title_id, shared.union), (0, 0))
        found = measure_success(
            self.rulebook,
            released_on,
            hours=hours_of_seconds(seconds, unknown=unknown, rule=rule),
            runtime_minutes=find_runtime(self.titles, shared.title_id),
            subscribers=self._find_subscribers(released_on),
            metric=METRICS[shared.union],
        )
        self.checked.append(f"{shared.title_id} ({shared.union}): {found.text}")
        if not found.is_reached:
            return []
        return self._share_bonus(shared, released_on, _midnight(due_on), found)

    def _share_bonus(self, shared: Shared, released_on: date, at: datetime, found: Success) -> list[Owed]:
        fixed = self._find_fixed(shared, released_on, 1)
        if shared.union == "WGA":
            due = writers.pay_success_bonus(self.rulebook, released_on, residuals=fixed)
            return self._share(shared, "success bonus", at, [_explain(due, found, fixed)], "bonus")
        bonus = success.pay_success_bonus(self.rulebook, released_on, fixed_residual=fixed[0].money)
        fund = Owed(
            key=key_of("once", "bonus", shared.title_id, shared.union, FUND),
            what="success bonus",
            at=at,
            person_id=None,
            fund=FUND,
            dues=(_explain(bonus.fund, found, fixed),),
            about={"title": shared.title_id, "union": shared.union},
        )
        return [*self._share(shared, "success bonus", at, [_explain(bonus.performers, found, fixed)], "bonus"), fund]

    def _find_fixed(self, shared: Shared, released_on: date, year: int) -> list[Due]:
        if shared.union == "WGA":
            counted = self._find_subscribers(released_on)
            found = writers.pay_fixed_residual(
                self.rulebook,
                released_on,
                length=shared.figure,
                subscribers=counted.count if counted else None,
                year=year,
            )
            return [found.domestic, found.foreign]
        name = shared.figure if year == 1 else f"{shared.figure}-year-{year}"
        return [success.pay_fixed_residual(self.rulebook, released_on, name=name)]

    def _share(self, shared: Shared, what: str, at: datetime, dues: Sequence[Due], which: str) -> list[Owed]:
        """Split amounts among the people of a title; who is not known is a problem, and the others are paid."""
        whole = sum(shared.shares.values(), Fraction(0))
        parts = [split_money(due.money, shared.shares) for due in dues]
        owed = []
        for person_id, share in shared.shares.items():
            if not self.people(person_id):
                what_is_wrong = f"person {person_id} is not registered, and their share is not paid"
                self.problems.append(Problem(f"{what} of {shared.title_id}", what_is_wrong))
                continue
            theirs = tuple(
                Due(
                    part[person_id],
                    f"{due.text}; share {show_exact(share)} of {show_exact(whole)} = {part[person_id]}",
                    due.citations,
                )
                for due, part in zip(dues, parts, strict=True)
            )
            key = key_of("once", _WORDS[what], shared.title_id, shared.union, which, person_id)
            about = {"title": shared.title_id, "union": shared.union} | ({"for": which} if which != "bonus" else {})
            owed.append(Owed(key=key, what=what, at=at, person_id=person_id, dues=theirs, about=about))
        return owed

    def _release(self, shared: Shared) -> date:
        found = self.titles.filter(pl.col("title_id") == shared.title_id)["released_on"].to_list()
        if not found:
            raise Unpayable(f"{shared.title_id} is no title of this service", todo="import it")
        if not isinstance(found[0], date):
            raise Unpayable(f"the first day of {shared.title_id} is not known", todo="import it as released_on")
        return found[0]

    def _find_subscribers(self, released_on: date) -> Subscribers | None:
        """Find the count of the year of release; which day it has to be of, the rule says."""
        of_year = [each for each in self.subscribers if each.as_of.year == released_on.year]
        return next((each for each in of_year if (each.as_of.month, each.as_of.day) == (7, 1)), None) or (
            of_year[0] if of_year else None
        )


def begin_year(released_on: date, number: int) -> date:
    """Give the first day of a year of exhibition, from 1; who opens on 29 February begins years on 1 March."""
    year = released_on.year + number - 1
    try:
        return released_on.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


_NAMES = {"_pay_fixed": "fixed residual", "_pay_bonus": "success bonus"}
_WORDS = {"fixed residual": "residual", "success bonus": "bonus"}


def _explain(due: Due, found: Success, fixed: Sequence[Due]) -> Due:
    """Put the success and the residual that a bonus rests on before its own arithmetic."""
    cited = dict.fromkeys([*found.citations, *(each for due in fixed for each in due.citations), *due.citations])
    return Due(due.money, f"{found.text}; {due.text}", tuple(cited))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
