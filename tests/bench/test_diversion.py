"""What a new title replaces, in a small world whose truth is known."""

import numpy as np
import pytest
from bench.diversion import Told, measure

from matinee.world import WorldSettings


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return measure(WorldSettings(members=400, titles=120, days=90, views_per_member=14), seed=4)


def test_the_titles_that_lose_come_out_in_their_true_order(told):
    assert len(told) == 8
    assert np.mean([each.rank for each in told]) >= 0.8
    assert np.mean([each.rank_anchored for each in told]) >= 0.8


def test_with_a_holdout_of_another_title_the_plays_diverted_are_right_within_a_tenth(told):
    ratios = [each.anchored / each.true for each in told]
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)
    assert max(ratios) < 1.25
    assert min(ratios) > 0.75


def test_the_truth_takes_from_titles_and_from_nothing(told):
    assert all(0.3 < each.true < 0.95 for each in told)
