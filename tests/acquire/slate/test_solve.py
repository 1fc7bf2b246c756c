from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import csr_array
from tests.acquire.slate.conftest import every_choice, problems

from matinee.acquire.slate.problem import Problem, count_hours, count_reach
from matinee.acquire.slate.solve import GAP, find_price, solve, solve_ratio


def without_rules(worth, prices, budget):
    n = len(prices)
    return Problem(worth, np.array(prices, dtype=np.int64), budget, csr_array((0, n)), np.zeros(0), np.zeros(0))


@settings(max_examples=60)
@given(problem=problems())
def test_no_other_choice_adds_more(problem):
    found, every = solve(problem), every_choice(problem)
    if found is None:
        assert every == []
        return
    assert problem.allows(found.chosen)
    assert found.is_proved
    assert found.worth == pytest.approx(max(map(problem.worth.of, every)), abs=1e-5)


@settings(max_examples=30)
@given(problem=problems(groups=True))
def test_no_other_choice_reaches_more_members(problem):
    found, every = solve(problem), every_choice(problem)
    if found is None:
        assert every == []
        return
    best = max(map(problem.worth.of, every))
    assert best * (1 - GAP) - 1e-4 <= found.worth <= best + 1e-9
    assert found.bound >= best - 1e-4


@settings(max_examples=30)
@given(problem=problems())
def test_no_other_choice_adds_more_for_its_money(problem):
    problem = replace(problem, prices=problem.prices + 1)
    every = [chosen for chosen in every_choice(problem) if chosen.any()]
    found = solve_ratio(problem)
    if found is None:
        assert every == []
        return
    best = max(problem.worth.of(chosen) / problem.cost(chosen) for chosen in every)
    assert problem.worth.of(found.chosen) / problem.cost(found.chosen) == pytest.approx(best, abs=1e-5)


@settings(max_examples=40)
@given(problem=problems())
def test_a_title_belongs_up_to_its_price_and_not_beyond(problem):
    other = solve(problem, without=0)
    if other is None:
        return
    price = find_price(problem, 0, other.worth)

    def gains(asked):
        asked_for = replace(problem, prices=np.append(np.int64(asked), problem.prices[1:]))
        tried = [chosen for chosen in every_choice(asked_for) if chosen[0]]
        return max(map(problem.worth.of, tried), default=-1.0) - other.worth

    if price is not None:
        assert gains(price) >= -1e-4
    assert gains(0 if price is None else price + 1) < 0


def test_a_price_by_ratio_is_where_the_ratio_is_kept():
    problem = without_rules(count_hours(np.array([30.0, 10.0])), [10, 5], 100)
    assert find_price(problem, 0, 0.0, ratio=2.0) == 15
    assert find_price(problem, 1, 0.0, ratio=3.0) == 10 // 3 + 0


def test_a_budget_of_billions_is_kept_to_the_cent():
    trillion = 10**12
    prices = [4 * trillion, 3 * trillion, 3 * trillion]
    problem = without_rules(count_hours(np.array([5.0, 4.0, 1.0])), prices, 7 * trillion - 1)
    found = solve(problem)
    assert found is not None
    assert problem.cost(found.chosen) <= problem.budget
    assert found.worth == pytest.approx(5)


def test_reach_prefers_two_audiences_to_one_twice():
    chances = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 0.4]])
    worth = count_reach(np.array([100.0, 100.0]), chances)
    found = solve(without_rules(worth, [1, 1, 1], 2))
    assert found is not None
    assert found.worth == pytest.approx(90)
    assert found.chosen[2]


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="budget and prices must be >= 0, got -1"):
        without_rules(count_hours(np.ones(1)), [1], -1)
    with pytest.raises(ValueError, match="got groups, want a worth that adds up"):
        solve_ratio(without_rules(count_reach(np.ones(1), np.full((1, 1), 0.5)), [1], 1))


def test_where_the_solver_fails_in_its_presolve_the_program_is_solved_without():
    rng = np.random.default_rng(16)
    base, copies = rng.integers(4, 12), int(rng.integers(4, 14))
    prices = np.repeat(rng.integers(1, 60, base) * 100_000, copies)
    worth = np.repeat(rng.lognormal(3, 1, base), copies) * rng.lognormal(0, 0.02, base * copies)
    problem = without_rules(count_hours(worth), prices, int(prices.sum() * 0.3))
    other = solve(problem, without=18)  # of 72 titles, nine each cost the same
    assert other is not None
    price = find_price(problem, 18, other.worth)
    assert price is not None
    again = solve(replace(problem, prices=np.where(np.arange(len(prices)) == 18, price, prices)))
    assert again is not None
    assert again.worth >= other.worth * (1 - 1e-6)
