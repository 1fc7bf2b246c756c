import hashlib

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from matinee.measure.assignment import assign_arms, hash_uniform

MEMBERS = pl.Series([f"m{number}" for number in range(20_000)])
IDS = st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20)


def share(arms: pl.Series, arm: str) -> float:
    return int((arms == arm).sum()) / len(arms)


def test_arms_get_their_shares_of_the_members():
    arms = assign_arms(MEMBERS, {"a": 0.5, "b": 0.3, "c": 0.2}, experiment="page")
    seen = [share(arms, arm) for arm in "abc"]
    assert seen == pytest.approx([0.5, 0.3, 0.2], abs=4 * (0.25 / 20_000) ** 0.5)


@given(IDS, st.text(st.characters(codec="utf-8")))
def test_an_arm_depends_on_the_member_and_not_on_the_order_of_arms_or_members(ids, salt):
    members = pl.Series(ids, dtype=pl.String)
    once = assign_arms(members, {"a": 0.5, "b": 0.3, "c": 0.2}, experiment="x", salt=salt)
    again = assign_arms(members.reverse(), {"c": 0.2, "a": 0.5, "b": 0.3}, experiment="x", salt=salt)
    assert once.to_list() == again.reverse().to_list()


def test_the_assignment_is_the_same_for_ever():
    found = assign_arms(pl.Series(["1", "2", "3", "ü", "", "4"]), {"a": 0.5, "b": 0.5}, experiment="page", salt="s")
    assert found.to_list() == ["a", "a", "b", "b", "b", "a"]


def test_the_hash_is_the_head_of_sha256_over_lengths_and_texts():
    head = hashlib.sha256("1:s,5:pagé,m1".encode()).digest()[:8]
    want = ((int.from_bytes(head, "big") >> 11) + 0.5) / 2**53
    assert hash_uniform(["m1"], ("s", "pagé")) == pytest.approx([want], abs=0)


def test_hashes_are_uniform():
    assert stats.kstest(hash_uniform(MEMBERS, ("s", "page", "a")), "uniform").pvalue > 0.01


def test_no_two_contexts_are_mistaken_for_each_other():
    numbers = [hash_uniform(["m"], context)[0] for context in [("ab", "c"), ("a", "bc"), ("abc",), ("", "abc")]]
    assert len(set(numbers)) == 4
    assert hash_uniform(["cm"], ("ab",))[0] != hash_uniform(["m"], ("ab", "c"))[0]


def test_members_only_move_into_an_arm_whose_share_grew():
    before = assign_arms(MEMBERS, {"old": 0.9, "new": 0.1}, experiment="ramp")
    after = assign_arms(MEMBERS, {"old": 0.6, "new": 0.4}, experiment="ramp")
    third = assign_arms(MEMBERS, {"old": 0.45, "new": 0.3, "newer": 0.25}, experiment="ramp")
    assert not ((before == "new") & (after == "old")).any()
    assert set(after.filter(third != after)) == {"old", "new"}
    assert set(third.filter(third != after)) == {"newer"}


@pytest.mark.parametrize("other", [{"experiment": "other"}, {"experiment": "page", "salt": "pepper"}])
def test_another_experiment_or_salt_is_an_independent_draw(other):
    shares = {"a": 0.5, "b": 0.5}
    first, second = assign_arms(MEMBERS, shares, experiment="page"), assign_arms(MEMBERS, shares, **other)
    both = np.histogram2d((first == "a").to_numpy(), (second == "a").to_numpy(), bins=2)[0]
    assert stats.chi2_contingency(both).pvalue > 0.01


@pytest.mark.parametrize(
    ("shares", "match"),
    [
        ({"a": 0.5, "b": 0.4}, r"add up to 0.9, want 1"),
        ({"a": 1.5, "b": -0.5}, "got 1.5 for arm 'a'"),
        ({"a": float("nan"), "b": 0.5}, "got nan for arm 'a'"),
        ({"": 1.0}, "for arm '', want a named arm"),
        ({}, "add up to 0"),
    ],
)
def test_shares_that_cannot_be_are_refused(shares, match):
    with pytest.raises(ValueError, match=match):
        assign_arms(MEMBERS, shares, experiment="page")


def test_thirds_may_be_rounded():
    arms = assign_arms(MEMBERS, {"a": 0.333, "b": 0.333, "c": 0.333}, experiment="page")
    assert share(arms, "a") == pytest.approx(1 / 3, abs=0.015)
