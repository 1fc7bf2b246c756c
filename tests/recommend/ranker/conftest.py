"""A log in which members watch what is ten days old, neither newer nor older: no blend of popularity says so."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from matinee.measure.splits import Split, split_by_time
from matinee.recommend.popular import DAY
from matinee.recommend.ranker.learn import RankerTrial, choose_ranker
from matinee.recommend.recipe import Recipe
from matinee.tables.log import EVENTS

TITLES = 120


@dataclass(frozen=True)
class Case:
    """A log, its inner split and what was learned from it."""

    split: Split
    recipe: Recipe
    trial: RankerTrial
    titles: int = TITLES


def draw_log(members: int, rng: np.random.Generator) -> pl.DataFrame:
    """Two titles come out a day; now and then a member watches one of the last ten days, the older the likelier."""
    rows = []
    for member in range(members):
        seen: set[int] = set()
        for day in range(5, TITLES // 2):
            new = np.array([title for title in range(max(0, 2 * day - 20), 2 * day) if title not in seen])
            if rng.random() < 0.4 and len(new):
                shares = np.exp(0.3 * (2 * day - new))
                title = int(rng.choice(new, p=shares / shares.sum()))
                seen.add(title)
                rows.append((member, title, day * DAY + int(rng.integers(DAY)), 1.0))
    return pl.DataFrame(rows, schema=EVENTS, orient="row").sort("at", "member_row", "title_row")


@pytest.fixture(scope="session")
def case() -> Case:
    split = split_by_time(draw_log(300, np.random.default_rng(1)))
    recipe = Recipe(taste=0.5)
    trial = choose_ranker(split.train, TITLES, recipe, rng=np.random.default_rng(2))
    assert trial is not None
    return Case(split, recipe, trial)


@pytest.fixture(scope="session")
def few() -> Split:
    """A log like that of `case`, but of few members."""
    return split_by_time(draw_log(40, np.random.default_rng(1)))
