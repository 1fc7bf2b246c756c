from dataclasses import replace

import numpy as np
import pytest

from matinee.measure.splits import split_by_members, split_cold
from matinee.recommend import tune_factors as tuning
from matinee.recommend.exam import lay_out
from matinee.recommend.factors import start_factors
from matinee.recommend.low_rank import fit_low_rank
from matinee.recommend.tune_factors import tune_factors
from matinee.recommend.weigh import make_judge
from matinee.tables.log import build_log
from matinee.world import WorldSettings, simulate


@pytest.fixture(scope="module")
def log():
    world = simulate(WorldSettings(members=300, titles=80, days=60, views_per_member=15), np.random.default_rng(3))
    return build_log(world.members, world.titles, world.views.lazy(), min_rating=4)


@pytest.fixture
def judge(log):
    """A split of members, and the judge of settings on it that tuning should have made."""
    split = split_by_members(log.events, rng=np.random.default_rng(1))
    titles, seed = len(log.title_ids), int(np.random.default_rng(9).integers(2**32))  # few members: none are drawn
    exam = lay_out(split, titles)
    judge_scores = make_judge(exam)

    def call(settings):
        model = fit_low_rank(split.train, titles, settings, rng=np.random.default_rng(seed))
        return judge_scores(model.score(exam.seen))

    return split, titles, call


def test_the_ridge_that_ranks_best_on_the_inner_split_is_chosen(judge, monkeypatch):
    split, titles, call = judge
    steps, start = (0.3, 0.5, 2.0, 4.0), start_factors(judge[1])
    monkeypatch.setattr(tuning, "TRIALS", (("reg", steps),))
    judged = {step: call(replace(start, reg=start.reg * step)) for step in (1.0, *steps)}
    assert len({round(value, 4) for value in judged.values()}) > 1
    chosen = tune_factors(split, titles, rng=np.random.default_rng(9)).reg
    assert judged[chosen / start.reg] == pytest.approx(max(judged.values()), abs=1e-3)


def test_what_is_chosen_is_no_worse_than_the_start_and_the_same_for_a_seed(judge):
    split, titles, call = judge
    chosen = tune_factors(split, titles, rng=np.random.default_rng(9))
    assert chosen == tune_factors(split, titles, rng=np.random.default_rng(9))
    assert call(chosen) > call(start_factors(titles)) - 1e-3


def test_where_titles_are_hidden_members_are_held_out_instead(log):
    split, titles = split_cold(log.events, rng=np.random.default_rng(1)), len(log.title_ids)
    scrambled = replace(split, target=split.target.head(5))
    chosen = tune_factors(split, titles, rng=np.random.default_rng(9))
    assert chosen == tune_factors(scrambled, titles, rng=np.random.default_rng(9))


def test_a_log_too_small_to_tell_gets_the_start(log):
    split = split_cold(log.events, rng=np.random.default_rng(1))
    tiny = replace(split, train=split.train.head(1))
    assert tune_factors(tiny, 80, rng=np.random.default_rng(9)) == start_factors(80)
