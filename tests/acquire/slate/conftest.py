"""Small slates whose every choice can be tried."""

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.acquire.slate.problem import Problem, count_hours, count_reach
from matinee.tables.schemas import TABLES

GOOD = {"name": "Heat", "kind": "film", "runtime_minutes": 120.0, "currency": "EUR", "territories": ["FR"]}


def offers(*rows):
    """Candidates c0, c1, … of different names."""
    empty = TABLES["candidates"].create_empty()
    base = dict.fromkeys(empty.columns) | GOOD
    full = [base | {"candidate_id": f"c{n}", "name": f"Heat of {n}"} | row for n, row in enumerate(rows)]
    return pl.DataFrame(full, schema=empty.schema, orient="row")


def forecasts(*hours):
    """Forecasts that are certain."""
    logs = np.log10(np.array(hours, dtype=float))
    ids = [f"c{n}" for n in range(len(hours))]
    return pl.DataFrame({"candidate_id": ids, "q10": logs, "median": logs, "q90": logs})


def every_choice(problem):
    """List the choices that are allowed."""
    found = (np.array(each, dtype=np.bool_) for each in product([False, True], repeat=len(problem.prices)))
    return [chosen for chosen in found if problem.allows(chosen)]


@st.composite
def problems(draw, *, groups=False):
    n = draw(st.integers(1, 7))
    prices = np.array(draw(st.lists(st.integers(0, 50), min_size=n, max_size=n)), dtype=np.int64)
    worths = np.array(draw(st.lists(st.integers(0, 40), min_size=n, max_size=n)), dtype=np.float64)
    rule = np.array([draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))], dtype=np.float64)
    least, most = sorted([draw(st.integers(0, 2)), draw(st.integers(0, 5))])
    worth = count_hours(worths)
    if groups:
        chances = np.array(draw(st.lists(st.integers(0, 9), min_size=2 * n, max_size=2 * n))).reshape(2, n) / 10
        worth = count_reach(np.array([100.0, 40.0]), chances)
    budget = draw(st.integers(1, 120))
    return Problem(worth, prices, budget, csr_array(rule), np.array([float(least)]), np.array([float(most)]))


@pytest.fixture
def no_windows():
    return TABLES["windows"].create_empty()
