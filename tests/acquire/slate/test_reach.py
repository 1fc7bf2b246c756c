import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.acquire.slate.reach import group_members, hedge, lay_out_reach


def make_chances(members=90, titles=4, seed=0):
    rng = np.random.default_rng(seed)
    return 1 / (1 + np.exp(rng.normal(2, 1, (members, 1)) + rng.normal(0, 1, (members, titles))))


def test_groups_part_members_by_how_much_and_by_what():
    chances = make_chances()
    groups = group_members(chances)
    assert np.bincount(groups).tolist() == [3] * 30
    active = chances.sum(axis=1)
    assert active[groups // 3 == 9].min() > active[groups // 3 == 0].max()


@pytest.mark.parametrize("members", [1, 7, 31])
def test_a_few_members_make_fewer_groups(members):
    laid = lay_out_reach(["a", "b"], make_chances(members, titles=2))
    assert laid.filter(candidate_id="a")["members"].sum() == members


@given(st.floats(1e-6, 0.99))
def test_a_chance_that_may_be_wrong_promises_less_and_keeps_its_order(chance):
    both = hedge(np.array([chance / 2, chance]))
    assert 0 < both[0] < both[1] < chance * (1 + 1e-6)


def test_small_chances_stay_as_they_are():
    assert hedge(np.array([1e-5])) == pytest.approx([1e-5], rel=0.01)
