"""A slate with its reasons: what is in, what is out, at which price that would change, and what another budget buys.

Covers the way from candidates and forecasts to a plan. Solving is in `solve`, what is asked in `terms`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from matinee.acquire.slate.problem import Problem, Worth, count_hours, count_reach
from matinee.acquire.slate.solve import Solution, find_price, solve, solve_ratio
from matinee.acquire.slate.terms import Terms, bar_offers, count_rules
from matinee.acquire.slate.worth import weigh_hours
from matinee.errors import MatineeError

SHARES = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
"""Budgets of the frontier, as shares of the one asked for."""

AS_GOOD = 0.99
"""A slate of the frontier that adds so much of what this one does, for less money, is worth a word."""


@dataclass(frozen=True)
class Verdict:
    """What became of a candidate.

    Attributes:
        candidate_id: which.
        name: of the title.
        is_in: whether it is in the slate.
        price: asked, minor units; None = not named.
        worth: what it adds alone: hours, or members; None = not weighed.
        adds: of a title in the slate, what the best slate without it would lack; None = out.
        changes_at: in: it stays up to this price; out: it comes in at this price or less; None = at no price, or not
            weighed. Minor units. The other prices stay.
        why: one clause.
    """

    candidate_id: str
    name: str
    is_in: bool
    price: int | None
    worth: float | None
    adds: float | None
    changes_at: int | None
    why: str


@dataclass(frozen=True)
class Step:
    """What a budget buys: minor units, number of titles, their cost, what they add, and whether that is proved."""

    budget: int
    titles: int
    cost: int
    worth: float
    is_proved: bool


@dataclass(frozen=True)
class Plan:
    """A slate.

    Attributes:
        terms: what was asked.
        cost: minor units.
        worth: what it adds, hours or members.
        bound: no slate adds more than this; for the objective `value` that of the ratio is proved instead.
        is_proved: it is the best.
        verdicts: one a candidate: in the slate first, then by worth.
        frontier: the best slates of smaller and larger budgets; none for the objective `value`.
    """

    terms: Terms
    cost: int
    worth: float
    bound: float
    is_proved: bool
    verdicts: tuple[Verdict, ...]
    frontier: tuple[Step, ...]

    @property
    def cheaper(self) -> Step | None:
        """The cheapest slate of the frontier that costs less and adds `AS_GOOD` of this one or more; None = none."""
        near = [step for step in self.frontier if step.cost < self.cost and step.worth >= AS_GOOD * self.worth]
        return min(near, key=lambda step: step.cost, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Give the plan as JSON can say it."""
        days = {"first_day": self.terms.first_day, "last_day": self.terms.last_day}
        plain = {name: day and day.isoformat() for name, day in days.items()} | {"owned": sorted(self.terms.owned)}
        cheaper = asdict(self.cheaper) if self.cheaper else None
        return asdict(self) | {"terms": asdict(self.terms) | plain, "cheaper": cheaper}


def plan_slate(
    candidates: pl.DataFrame,
    forecasts: pl.DataFrame,
    terms: Terms,
    *,
    windows: pl.DataFrame,
    chances: pl.DataFrame | None = None,
) -> Plan:
    """Choose the slate.

    Args:
        candidates: rows of the table candidates.
        forecasts: columns `matinee.acquire.slate.worth.COLUMNS`, and `incremental` where known.
        terms: what is asked.
        windows: rows of the table windows: what is owned.
        chances: for the objective `reach`: candidate_id, segment, members, chance in [0, 1].

    Returns:
        the plan.

    Raises:
        MatineeError: no candidate can be weighed, or no slate keeps the limits.
        ValueError: the objective is `reach` and there are no chances.
    """
    table = _known(terms, forecasts, chances)
    barred = bar_offers(candidates, terms, known={*table["candidate_id"]}, windows=windows)
    weighed = candidates.filter(~pl.col("candidate_id").is_in([*barred]))
    if weighed.is_empty():
        said = "; ".join(f"{why} ({[*barred.values()].count(why)})" for why in dict.fromkeys(barred.values()))
        raise MatineeError("no candidate can be weighed", where="candidates", todo=said or "give at least one")
    rows, least, most = count_rules(weighed, terms.limits)
    worth = _worth(weighed, table, terms)
    problem = Problem(worth, weighed["price"].to_numpy(), terms.budget, rows, least, most)
    best = _solve(problem, terms)
    if best is None:
        raise _say_impossible(problem, terms)
    verdicts = _judge(problem, best, weighed, terms) + _refuse(candidates, barred)
    frontier = () if terms.objective == "value" else tuple(_trace(problem))
    return Plan(terms, problem.cost(best.chosen), best.worth, best.bound, best.is_proved, tuple(verdicts), frontier)


def _known(terms: Terms, forecasts: pl.DataFrame, chances: pl.DataFrame | None) -> pl.DataFrame:
    if terms.objective != "reach":
        return forecasts
    if chances is None:
        raise ValueError("chances: got None, want a frame for the objective 'reach'")
    return chances


def _worth(weighed: pl.DataFrame, table: pl.DataFrame, terms: Terms) -> Worth:
    """Lay out what the candidates weighed add, in their order."""
    ids = weighed.select("candidate_id")
    if terms.objective != "reach":
        return count_hours(weigh_hours(ids.join(table, on="candidate_id", maintain_order="left"), risk=terms.risk))
    wide = table.pivot("candidate_id", index=["segment", "members"], values="chance").sort("segment")
    chances = wide.select(weighed["candidate_id"].to_list()).fill_null(0.0).to_numpy()
    return count_reach(wide["members"].to_numpy().astype(np.float64), chances)


def _solve(problem: Problem, terms: Terms, without: int | None = None) -> Solution | None:
    return (solve_ratio if terms.objective == "value" else solve)(problem, without=without)


def _say_impossible(problem: Problem, terms: Terms) -> MatineeError:
    """Name the limits that cannot be kept even alone, or say that they do not go together."""
    first = problem.rows.shape[0] - len(terms.limits)
    said = []
    for place, limit in enumerate(terms.limits):
        counts = np.asarray(problem.rows[[first + place]].toarray(), dtype=np.float64)[0]
        free = replace(problem, worth=count_hours(counts), rows=problem.rows[:first], least=problem.least[:first])
        most = solve(replace(free, most=problem.most[:first]))
        if most is not None and most.worth < limit.least - 0.5:
            said.append(f"{limit}, but the budget buys {most.worth:.0f} at most")
    what = "; ".join(said) or "the limits do not go together: " + "; ".join(map(str, terms.limits))
    return MatineeError(what, where="limits", todo="loosen a limit or raise the budget")


def _judge(problem: Problem, best: Solution, weighed: pl.DataFrame, terms: Terms) -> list[Verdict]:
    """Give the reasons of every candidate weighed, the chosen first, then by worth."""
    alone = [problem.worth.of(row) for row in np.eye(len(best.chosen), dtype=np.bool_)]
    rows = sorted(range(len(alone)), key=lambda row: (not best.chosen[row], -alone[row]))
    offers = weighed.select("candidate_id", "name", "price").rows()
    return [_judge_one(problem, best, row, offers, terms, alone=alone[row]) for row in rows]


def _judge_one(
    problem: Problem, best: Solution, row: int, offers: list[tuple[Any, ...]], terms: Terms, *, alone: float
) -> Verdict:
    is_in = bool(best.chosen[row])
    other = _solve(problem, terms, row) if is_in else best
    price, adds = _changes_at(problem, other, row, terms), None
    if is_in and other is not None:
        adds = max(best.worth - other.worth, 0.0) if terms.objective != "value" else None
    candidate_id, name, asked = offers[row]
    if is_in and other is None:
        price, why = None, "no slate keeps the limits without it"
    elif is_in:
        why = "among the best for the money"
    else:
        why = _say_out(problem, best, row, [offer[0] for offer in offers], price)
    return Verdict(candidate_id, name, is_in, asked, alone, adds, price, why)


def _changes_at(problem: Problem, other: Solution | None, row: int, terms: Terms) -> int | None:
    """Find the price up to which a title belongs, beside the best slate without it."""
    if other is None:
        return None
    if terms.objective != "value":
        return find_price(problem, row, other.worth)
    cost = problem.cost(other.chosen)
    return find_price(problem, row, 0.0, ratio=other.worth / cost) if cost else None


def _say_out(problem: Problem, best: Solution, row: int, ids: list[str], price: int | None) -> str:
    """Say why a title is out: what it clashes with, or that others add more for the money."""
    if price is not None:
        return "others add more for the money"
    pairs = (problem.most == 1) & np.isneginf(problem.least)
    rows = problem.rows[np.flatnonzero(pairs)].toarray() > 0
    clashing = [ids[each] for pair in rows if pair[row] for each in np.flatnonzero(pair & best.chosen)]
    if clashing:
        return f"cannot be bought with {', '.join(dict.fromkeys(clashing))}, which adds more; at no price"
    return "at no price: it would push out titles that add more, or break a limit"


def _refuse(candidates: pl.DataFrame, barred: dict[str, str]) -> list[Verdict]:
    offers = {row[0]: (row[1], row[2]) for row in candidates.select("candidate_id", "name", "price").iter_rows()}
    return [_refuse_one(each, *offers[each], why) for each, why in barred.items()]


def _refuse_one(candidate_id: str, name: str, price: int | None, why: str) -> Verdict:
    return Verdict(candidate_id, name, is_in=False, price=price, worth=None, adds=None, changes_at=None, why=why)


def _trace(problem: Problem) -> list[Step]:
    """Solve for other budgets; those that no slate keeping the limits fits are left out."""
    steps = []
    for share in SHARES:
        budget = round(problem.budget * share)
        found = solve(replace(problem, budget=budget))
        if found is not None:
            cost = problem.cost(found.chosen)
            steps.append(Step(budget, int(found.chosen.sum()), cost, found.worth, found.is_proved))
    return steps
