from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from matinee.recommend.exam import lay_out
from matinee.recommend.explain import explain_score, weigh_history
from matinee.recommend.pages.reasons import split_scores
from matinee.recommend.ranker.explain import explain_additions, unfold
from matinee.recommend.ranker.features import FEATURES, describe_members
from matinee.recommend.ranker.ranker import build_ranker
from matinee.recommend.recipe import fit_recipe


@pytest.fixture(scope="module", params=[0.5, 0.0])
def asked(case, request):
    """A ranker on a blend with and without taste, one member's history, and what is known of them."""
    blend = fit_recipe(case.split.train, case.titles, replace(case.recipe, taste=request.param), now=case.split.now)
    ranker = build_ranker(blend, case.split.train, case.trial.correction, now=case.split.now)
    exam = lay_out(case.split, case.titles)
    members = describe_members(ranker.facts, case.split.history, case.split.member_rows)
    return ranker, exam.seen[[1]], members[1:2]


def test_contributions_add_up_to_the_score_of_any_title(asked):
    ranker, history, member = asked
    scores = ranker.score(history, member)[0]
    for row in range(len(scores)):
        parts = explain_score(
            ranker.blend, history, row, explain_additions(ranker, ranker.judge(history, member), [row])
        )
        assert sum(part.value for part in parts) == pytest.approx(scores[row], abs=1e-4)


def test_pages_name_the_same_shares_as_explain(asked):
    ranker, history, member = asked
    rows = np.array([118, 3, 110])
    additions = explain_additions(ranker, ranker.judge(history, member), rows)
    pull = weigh_history(ranker.blend, history)
    split = split_scores(ranker.blend, history, pull, rows, additions=additions)
    for row, shares in zip(rows, split, strict=True):
        exact = explain_score(
            ranker.blend, history, row, explain_additions(ranker, ranker.judge(history, member), [row])
        )
        values = {(part.kind, part.title_row): part.value for part in exact}
        assert [share.kind for share in shares[-4:]] == ["rest", "popular", "fresh", "habits"]
        assert all(share.value == pytest.approx(values[share.kind, share.title_row], abs=1e-5) for share in shares[:3])
        assert sum(share.value for share in shares) == pytest.approx(sum(values.values()), abs=1e-4)


def test_a_slate_keeps_what_the_pull_of_a_history_is_divided_by(asked):
    ranker, history, member = asked
    pull = history.data / ranker.lay_out(history, member).deviation[0, 0]
    np.testing.assert_array_equal(pull, weigh_history(ranker.blend, history))


def test_each_kind_has_the_shares_of_its_features(asked):
    ranker, history, member = asked
    slate = ranker.lay_out(history, member)
    parts = ranker.correction.contribute(slate.x)
    additions = explain_additions(ranker, ranker.judge(history, member), slate.pairs[1])
    fresh = parts[:, [FEATURES.index(name) for name in ("age", "idle", "newer", "usual_age")]].sum(axis=1)
    np.testing.assert_allclose(additions.fresh, fresh, atol=1e-5)
    habits = parts[:, [FEATURES.index(name) for name in ("length", "since", "share", "usual_share")]].sum(axis=1)
    np.testing.assert_allclose(additions.habits, habits + parts[:, -1], atol=1e-4)
    assert np.abs(fresh).mean() > 0.01


def test_a_title_that_is_no_candidate_has_one_share_for_standing_behind(asked):
    ranker, history, member = asked
    watched = explain_additions(ranker, ranker.judge(history, member), history.indices[:1])
    assert not any([*watched.taste, *watched.popular, *watched.fresh])
    assert watched.habits < 0


small = st.floats(-2, 2, width=32).map(lambda value: round(value, 3))


@given(arrays(np.float32, (4, 3), elements=small), arrays(np.float32, 3, elements=small))
def test_taste_unfolds_whole_unless_nothing_contributes(contributions, taste):
    unfolded = unfold(contributions, taste)
    speaks = np.abs(contributions).sum(axis=0) > 0
    np.testing.assert_allclose(unfolded.sum(axis=0), np.where(speaks, taste, 0), atol=1e-4)
    assert (np.abs(unfolded) <= 10.01 * np.abs(taste) + 1e-6).all()


def test_taste_unfolds_in_proportion_to_the_contributions():
    assert unfold(np.array([[3], [-1]], np.float32), np.array([4.0])).tolist() == [[6], [-2]]
    assert unfold(np.array([[3], [-3]], np.float32), np.array([4.0])).tolist() == [[2], [2]]
