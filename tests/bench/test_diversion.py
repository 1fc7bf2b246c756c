"""What a new title replaces, in small worlds whose truth is known: one ruled by taste and one by freshness."""

from dataclasses import replace

import numpy as np
import pytest
from bench.diversion import Told, measure

from matinee.world import WorldSettings

SMALL = WorldSettings(members=400, titles=120, days=90, views_per_member=14)


@pytest.fixture(scope="module")
def mixed() -> list[Told]:
    return measure(SMALL, seed=4)


@pytest.fixture(scope="module")
def fresh() -> list[Told]:
    return measure(replace(SMALL, taste=0.4, freshness=5.0), seed=1)


def test_the_titles_that_lose_come_out_in_their_true_order(mixed, fresh):
    for told in (mixed, fresh):
        assert len(told) == 8
        assert np.mean([each.rank for each in told]) >= 0.8
        assert np.mean([each.rank_anchored for each in told]) >= 0.8


def test_with_a_holdout_of_another_title_the_plays_diverted_are_right_within_a_tenth(mixed, fresh):
    for told in (mixed, fresh):
        ratios = [each.anchored / each.true for each in told]
        assert np.mean(ratios) == pytest.approx(1, abs=0.1)
        assert min(ratios) > 0.8
        assert max(ratios) < 1.2


def test_the_log_alone_does_not_tell_how_many_plays_are_diverted(fresh):
    assert np.mean([each.alone / each.true for each in fresh]) < 0.8
