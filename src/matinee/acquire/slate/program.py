"""A slate as a mixed-integer program for HiGHS (Huangfu & Hall 2018), and the cuts that make it exact.

    variables   x in {0, 1}^n titles,   t in [0, 1]^groups shares reached,   p in [0, 1] a price that is looked for
    always      prices x + p <= budget,   least <= rows x <= most
    tangents    t_g <= 1 - exp(-y) + exp(-y) (r_g x - y)   at points y, for 1 - exp(-z) is concave
    covers      sum of x over S <= |S| - 1   for a choice S that costs more than the budget

A tangent holds everywhere, so the program bounds the worth from above whatever tangents it has. Covers keep money
integer: the solver sees a budget to some digits only. Money is in budgets here, worth in that of all titles together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array, csr_array

from matinee.acquire.slate.problem import Choice, Floats, Problem

_POINTS = (0.0, 0.25, 0.5, 1.0, 1.75, 3.0)


@dataclass(frozen=True)
class Cuts:
    """What is added as the program is solved.

    Attributes:
        groups: the group of each tangent.
        points: where each touches.
        covers: choices that cost too much.
    """

    groups: tuple[int, ...]
    points: tuple[float, ...]
    covers: tuple[Choice, ...] = ()


def first_cuts(groups: int) -> Cuts:
    """Make tangents at a few points of every group."""
    return Cuts(tuple(np.repeat(range(groups), len(_POINTS)).tolist()), _POINTS * groups)


def add_tangents(cuts: Cuts, points: Floats) -> Cuts:
    """Add a tangent for every group, at its point."""
    return replace(cuts, groups=(*cuts.groups, *range(len(points))), points=(*cuts.points, *points.tolist()))


def add_cover(cuts: Cuts, chosen: Choice) -> Cuts:
    """Forbid a choice that costs too much."""
    return replace(cuts, covers=(*cuts.covers, chosen))


def scale_of(problem: Problem) -> float:
    """Add up what all titles would be worth: the program's unit."""
    total = np.abs(problem.worth.additive).sum() + problem.worth.members.sum()
    return float(total) or 1.0


def gains_of(problem: Problem) -> Floats:
    """Weigh the variables by what they add: (n + groups + 1,), in units of `scale_of`."""
    return np.concatenate([problem.worth.additive, problem.worth.members, [0.0]]) / scale_of(problem)


def money_of(problem: Problem) -> Floats:
    """Weigh the variables by what they cost: (n + groups + 1,), in budgets."""
    groups = np.zeros(len(problem.worth.members))
    return np.concatenate([problem.prices / max(problem.budget, 1), groups, [1.0]])


def run(
    problem: Problem,
    cuts: Cuts,
    objective: Floats,
    *,
    bounds: Bounds,
    extra: LinearConstraint | None = None,
    seconds: float,
) -> tuple[Choice | None, float, bool]:
    """Maximise an objective over the program.

    Args:
        problem: the choice.
        cuts: what is known of it.
        objective: (n + groups + 1,).
        bounds: of the variables.
        extra: one more rule.
        seconds: limit of the solver's time.

    Returns:
        the choice of the best solution, None if there is none; the bound of the objective; whether the two are proved
        to meet.
    """
    n, rules = len(problem.prices), _rules(problem, cuts, len(objective))
    solve = partial(
        milp,
        -objective,
        integrality=np.repeat([1, 0], [n, len(objective) - n]),
        bounds=bounds,
        constraints=[*rules, *([extra] if extra else [])],
    )
    try:
        result: OptimizeResult = solve(options={"mip_rel_gap": 0.0, "time_limit": seconds})
    except ValueError:  # HiGHS fails in its presolve now and then ("vector::reserve"), where titles are alike
        result = solve(options={"mip_rel_gap": 0.0, "time_limit": seconds, "presolve": False})
    if result.x is None:
        return None, np.inf, result.status == 2
    return result.x[:n] > 0.5, -float(result.mip_dual_bound), result.status == 0


def _rules(problem: Problem, cuts: Cuts, width: int) -> list[LinearConstraint]:
    n = len(problem.prices)
    ceiling = 1.0 if problem.budget else 0.0
    rules = [LinearConstraint(money_of(problem)[None], -np.inf, ceiling)]
    if problem.rows.shape[0]:
        rules.append(LinearConstraint(_widen(problem.rows, width), problem.least, problem.most))
    if cuts.covers:
        covers = csr_array(np.array(cuts.covers, dtype=np.float64))
        rules.append(LinearConstraint(_widen(covers, width), -np.inf, covers.sum(axis=1) - 1))
    if cuts.points:
        points, groups = np.array(cuts.points), np.array(cuts.groups)
        slopes = np.exp(-points)
        left = np.zeros((len(points), width))
        left[:, :n] = -slopes[:, None] * problem.worth.rates[groups]
        left[np.arange(len(points)), n + groups] = 1
        rules.append(LinearConstraint(csr_array(left), -np.inf, 1 - slopes * (1 + points)))
    return rules


def _widen(rows: csr_array, width: int) -> csr_array:
    placed: coo_array = rows.tocoo()
    return csr_array((placed.data, placed.coords), shape=(rows.shape[0], width))
