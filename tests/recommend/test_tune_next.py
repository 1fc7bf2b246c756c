import numpy as np
import polars as pl
from tests.recommend.test_next_title import TITLES, draw_log

from matinee.recommend.next_title import MOST_TITLES
from matinee.recommend.recipe import Recipe
from matinee.recommend.tune_next import choose_next
from matinee.tables.log import EVENTS

UNORDERED = 20


def choose(log, titles=TITLES):
    return choose_next(log, titles, Recipe(), None, rng=np.random.default_rng(0))


def test_the_next_title_wins_where_titles_follow_each_other():
    trial = choose(draw_log())
    assert trial is not None
    assert trial.wins
    assert trial.judged["next"] > trial.judged["blend"] + 0.2


def test_the_next_title_does_not_win_where_order_says_nothing():
    rng = np.random.default_rng(2)
    walks = [rng.permutation(UNORDERED)[: rng.integers(4, 10)] for _ in range(300)]
    rows = [(m, int(title), 100 + place, 1.0) for m, walk in enumerate(walks) for place, title in enumerate(walk)]
    trial = choose(pl.DataFrame(rows, schema=EVENTS, orient="row"), UNORDERED)
    assert trial is not None
    assert not trial.wins


def test_a_choice_is_the_same_for_the_same_seed():
    assert choose(draw_log()) == choose(draw_log())


def test_it_is_not_tried_without_an_order_or_beyond_what_fits():
    log = draw_log()
    assert choose(log.with_columns(at=pl.lit(100, pl.Int64))) is None
    assert choose(log, MOST_TITLES + 1) is None
    assert choose(log.head(1)) is None
