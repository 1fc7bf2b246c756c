"""The best slate, proved; and the price up to which a title belongs to one.

Where members watch several titles of a slate, worth is not linear: the program of `program` is solved, tangents are
added where its solution lies, and again until worth and bound meet (Kelley 1960; Duran & Grossmann 1986).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array, vstack

from matinee.acquire.slate.problem import Choice, Problem
from matinee.acquire.slate.program import add_cover, add_tangents, first_cuts, gains_of, money_of, run, scale_of

GAP = 1e-4
"""Worth and bound of a slate with overlap may differ by this share; slates that add up are solved to the end."""

SECONDS = 30.0
"""After so long in one program the best slate so far is taken, and said not to be proved."""

_ROUNDS = 60
_SLACK = 1e-7
"""By which a slate as good as the target may miss it, in units of all titles' worth: below the solver's sight."""


@dataclass(frozen=True)
class Solution:
    """A slate.

    Attributes:
        chosen: bool (n,).
        worth: what it adds.
        bound: no slate adds more than this.
        is_proved: worth and bound meet, but for `GAP` where there are groups.
    """

    chosen: Choice
    worth: float
    bound: float
    is_proved: bool


def solve(problem: Problem, *, without: int | None = None) -> Solution | None:
    """Find the best slate.

    Args:
        problem: the choice.
        without: a title that may not be chosen; None = all may.

    Returns:
        the slate; None if none keeps every rule.
    """
    groups, gains = len(problem.worth.members), gains_of(problem)
    upper = np.ones(len(gains))
    upper[-1] = 0
    if without is not None:
        upper[without] = 0
    cuts, best, bound = first_cuts(groups), None, np.inf
    for _ in range(_ROUNDS):
        chosen, ceiling, is_final = run(
            problem, cuts, gains, bounds=Bounds(np.zeros(len(gains)), upper), seconds=SECONDS
        )
        if chosen is None:
            return None
        if not problem.allows(chosen):
            cuts = add_cover(cuts, chosen)
            continue
        bound = min(bound, ceiling * scale_of(problem))
        best = _better(best, Solution(chosen, problem.worth.of(chosen), bound, is_final))
        if not groups or not is_final or bound - best.worth <= GAP * best.worth:
            return replace(best, bound=max(bound, best.worth), is_proved=is_final)
        cuts = add_tangents(cuts, problem.worth.rates @ chosen)
    return replace(best, bound=bound, is_proved=False) if best else None


def _better(one: Solution | None, other: Solution) -> Solution:
    return other if one is None or other.worth > one.worth else one


def solve_ratio(problem: Problem, *, without: int | None = None) -> Solution | None:
    """Find the slate that adds the most per unit of money, of at least one title.

    Dinkelbach 1967: max a x - q prices x, with q the ratio of the last solution, until q stays.

    Args:
        problem: the choice; its worth adds up.
        without: a title that may not be chosen.

    Returns:
        the slate; `worth` and `bound` are what it adds, not the ratio. None if none keeps every rule.

    Raises:
        ValueError: if the worth has groups.
    """
    if len(problem.worth.members):
        raise ValueError("problem.worth: got groups, want a worth that adds up")
    wide = _some(problem)
    ratio, found = 0.0, None
    for _ in range(_ROUNDS):
        worth = replace(problem.worth, additive=problem.worth.additive - ratio * problem.prices)
        step = solve(replace(wide, worth=worth), without=without)
        if step is None:
            return None
        value, cost = problem.worth.of(step.chosen), problem.cost(step.chosen)
        if found is not None and (not cost or value / cost <= ratio * (1 + 1e-9)):
            return found
        found = Solution(step.chosen, value, value, step.is_proved)
        if not cost:
            return found
        ratio = value / cost
    return None if found is None else replace(found, is_proved=False)


def _some(problem: Problem) -> Problem:
    """Add the rule that a title at least is chosen."""
    ones = csr_array(np.ones((1, len(problem.prices))))
    rows = csr_array(vstack([problem.rows, ones])) if problem.rows.shape[0] else ones
    return replace(problem, rows=rows, least=np.append(problem.least, 1), most=np.append(problem.most, np.inf))


def find_price(problem: Problem, title: int, target: float, *, ratio: float = 0.0) -> int | None:
    """Find the highest price at which a title belongs to a best slate, all else staying as it is.

        max p   subject to   p + other prices <= budget,   worth - ratio (p + other prices) >= target,   x_title = 1

    Args:
        problem: the choice.
        title: its number.
        target: what the best slate without it adds; 0 where `ratio` is given.
        ratio: worth per unit of money of the best slate without it, where that is what counts.

    Returns:
        minor units, 0 or more; None if it belongs to none at any price.
    """
    free = replace(problem, prices=np.where(np.arange(len(problem.prices)) == title, 0, problem.prices))
    scale, gains = scale_of(problem), gains_of(problem)
    gains = gains - ratio * problem.budget / scale * money_of(free)
    lower, dearer = np.zeros(len(gains)), np.zeros(len(gains))
    lower[title] = dearer[-1] = 1
    cuts = first_cuts(len(problem.worth.members))
    goal = LinearConstraint(gains[None], target / scale - _SLACK, np.inf)
    slack = GAP * target if len(problem.worth.members) else 2 * _SLACK * scale
    for _ in range(_ROUNDS):
        bounds = Bounds(lower, np.ones(len(gains)))
        chosen, _, _ = run(free, cuts, dearer, bounds=bounds, extra=goal, seconds=SECONDS)
        if chosen is None:
            return None
        worth = problem.worth.of(chosen)
        if not free.allows(chosen):
            cuts = add_cover(cuts, chosen)
        elif worth - ratio * free.cost(chosen) >= target - slack:
            return _price(free, chosen, worth, ratio)
        else:
            cuts = add_tangents(cuts, problem.worth.rates @ chosen)
    return None


def _price(free: Problem, chosen: Choice, worth: float, ratio: float) -> int:
    """Find what is left for the title beside the others of a choice."""
    left = free.budget - free.cost(chosen)
    return min(left, int(worth / ratio) - free.cost(chosen)) if ratio else left
