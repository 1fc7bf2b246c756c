import numpy as np

from matinee.measure.splits import split_by_members
from matinee.recommend.exam import lay_out
from matinee.recommend.factors import FactorsSettings, fit_factors
from matinee.recommend.tune_factors import REGS, tune_factors
from matinee.tables.log import build_log
from matinee.world import WorldSettings, simulate


def test_the_ridge_that_ranks_best_on_the_inner_split_is_chosen():
    world = simulate(WorldSettings(members=300, titles=80, days=60, views_per_member=15), np.random.default_rng(3))
    log = build_log(world.members, world.titles, world.views.lazy(), min_rating=4)
    split = split_by_members(log.events, rng=np.random.default_rng(1))
    titles, exam = len(log.title_ids), lay_out(split, len(log.title_ids))
    rng = np.random.default_rng(9)
    seed = int(rng.integers(2**32))  # few members, so that none are drawn before
    judged = {}
    for reg in REGS:
        model = fit_factors(split.train, titles, FactorsSettings(reg=reg), rng=np.random.default_rng(seed))
        judged[reg] = exam.judge(model.score(exam.seen))
    assert len(set(judged.values())) > 1
    assert tune_factors(split, titles, rng=np.random.default_rng(9)).reg == max(judged, key=judged.__getitem__)
