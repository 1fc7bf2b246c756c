import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.recommend import topk
from matinee.recommend.blend import DenseBlend, FactorBlend
from matinee.recommend.rank import rank_titles
from matinee.recommend.registers import WIDTH
from matinee.recommend.topk import rank_histories
from matinee.recommend.truncate import truncate_blend

seeds = st.integers(0, 2**32 - 1)


def draw_blend(titles, seed=0, taste=0.8, known=0.8):
    rng = np.random.default_rng(seed)
    B = rng.normal(size=(titles, titles)).astype(np.float32)
    is_known = rng.random(titles) < known
    is_known[0] = True
    means = B[:, is_known].mean(axis=1)
    return DenseBlend(B, means, is_known, rng.normal(size=titles).astype(np.float32), taste)


def draw_histories(members, titles, seed=0, density=0.3):
    rng = np.random.default_rng([seed, 1])
    drawn = rng.random((members, titles)) < density * rng.random((members, 1))  # some are empty
    return csr_array((drawn * rng.random((members, titles))).astype(np.float32))


def assert_ranked(found, blend, histories, k, **masks):
    """The best by plain scoring and ranking; titles whose scores differ by rounding alone may stand the other way."""
    scores = blend.score(histories)
    expected = rank_titles(scores, k, **masks)
    assert ((found.titles < 0) == (expected < 0)).all()
    assert (np.isneginf(found.scores) == (expected < 0)).all()
    for own, got, best, want in zip(scores, found.titles, found.scores, expected, strict=True):
        got, best, want = got[got >= 0], best[got >= 0], want[want >= 0]
        assert len(set(got.tolist())) == len(got)
        np.testing.assert_allclose(own[got], own[want], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(best, own[got], rtol=1e-4, atol=1e-4)
    assert (found.titles == expected).mean() > 0.9


def restore(truncated, titles):
    """The dense blend that has the kept weights only."""
    B = np.zeros((titles, titles), np.float32)
    np.put_along_axis(B, truncated.columns.astype(np.int64), truncated.values, axis=1)
    return DenseBlend(B, B.mean(axis=1), truncated.known, truncated.shelf, truncated.taste)


@settings(deadline=None)
@given(seed=seeds, titles=st.integers(1, 150), k=st.integers(1, 170), masked=st.sampled_from(["none", "all", "each"]))
def test_it_gives_what_scoring_and_ranking_give(seed, titles, k, masked):
    blend, histories = draw_blend(titles, seed), draw_histories(5, titles, seed)
    shape = {"none": None, "all": titles, "each": (5, titles)}[masked]
    allowed = None if shape is None else np.random.default_rng(seed).random(shape) < 0.7
    found = rank_histories(blend, histories, k, seen=histories, allowed=allowed)
    assert_ranked(found, blend, histories, k, seen=histories, allowed=allowed)
    if allowed is not None:
        shown = np.broadcast_to(allowed, histories.shape)
        assert all(shown[u, row] for u, top in enumerate(found.titles) for row in top[top >= 0])


def draw_factors(titles, seed=0):
    rng, dense = np.random.default_rng([seed, 2]), draw_blend(titles, seed)
    left, right = (rng.normal(size=(titles, 6)).astype(np.float32) for _ in range(2))
    means = left @ right[dense.known].mean(axis=0)
    return FactorBlend(left, right, means, dense.known, dense.shelf, dense.taste)


@settings(deadline=None)
@given(seed=seeds, titles=st.integers(1, 150), members=st.integers(1, 40))
def test_factors_give_what_scoring_and_ranking_give(seed, titles, members):
    blend, histories = draw_factors(titles, seed), draw_histories(members, titles, seed)
    found = rank_histories(blend, histories, 10, seen=histories)
    assert_ranked(found, blend, histories, 10, seen=histories)


@pytest.mark.parametrize("threads", [1, 3])
def test_many_members_are_ranked_by_factors_as_few_are(threads):
    blend, histories = draw_factors(200), draw_histories(topk.MANY + 7, 200, density=0.05)
    with threadpool_limits(threads, user_api="blas"):
        found = rank_histories(blend, histories, 9, seen=histories)
    assert_ranked(found, blend, histories, 9, seen=histories)


@settings(deadline=None)
@given(seed=seeds, titles=st.integers(1, 120), keep=st.integers(1, 130))
def test_truncated_it_gives_what_the_kept_weights_give(seed, titles, keep):
    blend, histories = draw_blend(titles, seed), draw_histories(20, titles, seed)
    truncated = truncate_blend(blend, keep)
    found = rank_histories(truncated, histories, 10, seen=histories)
    assert_ranked(found, restore(truncated, titles), histories, 10, seen=histories)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("titles", [WIDTH - 1, 2 * WIDTH * topk.TILES + 5])
def test_many_members_are_ranked_as_few_are(monkeypatch, threads, titles):
    monkeypatch.setattr(topk, "BLOCK", 400 * titles)  # several blocks a thread
    blend, histories = draw_blend(titles), draw_histories(3 * topk.MANY + 7, titles, density=0.02)
    with threadpool_limits(threads):
        found = rank_histories(blend, histories, 20, seen=histories)
    assert_ranked(found, blend, histories, 20, seen=histories)


@settings(deadline=None)
@given(seed=seeds, titles=st.integers(1, 100), k=st.integers(1, 110))
def test_of_equal_scores_the_lower_rows_come_first(seed, titles, k):
    rng = np.random.default_rng(seed)
    shelf = rng.choice(np.array([-1.5, -0.0, 0.0, 0.5, 2.0], np.float32), titles)
    blend = DenseBlend(np.zeros((titles, titles), np.float32), np.zeros(titles), np.ones(titles, np.bool_), shelf, 1.0)
    seen, allowed = csr_array(rng.random((3, titles)) < 0.3), rng.random(titles) < 0.8
    found = rank_histories(blend, draw_histories(3, titles, density=0), k, seen=seen, allowed=allowed)
    expected = rank_titles(np.tile(shelf, (3, 1)), k, seen=seen, allowed=allowed)
    np.testing.assert_array_equal(found.titles, expected)
    assert (np.isneginf(found.scores) == (expected < 0)).all()


def test_whole_sums_that_tie_keep_the_order_of_rows():
    B = np.tile(np.array([3, 1, 3, 2, 1, 3], np.float32), (6, 1))
    blend = DenseBlend(B, B.mean(axis=1), np.ones(6, np.bool_), np.zeros(6, np.float32), 1.0)
    history = csr_array(np.array([[0, 2, 0, 0, 0, 1]], np.float32))
    assert rank_histories(blend, history, 6).titles.tolist() == [[0, 2, 5, 3, 1, 4]]


def test_an_empty_history_gets_the_shelf_alone():
    blend = draw_blend(50)
    found = rank_histories(blend, draw_histories(1, 50, density=0), 3)
    assert found.titles[0].tolist() == np.argsort(-blend.shelf)[:3].tolist()
    np.testing.assert_array_equal(found.scores[0], np.sort(blend.shelf)[::-1][:3])


def test_nobody_is_ranked_for_nobody():
    found = rank_histories(draw_blend(9), draw_histories(0, 9), 4)
    assert found.titles.shape == found.scores.shape == (0, 4)


def test_where_nothing_may_be_shown_there_is_minus_one():
    found = rank_histories(draw_blend(9), draw_histories(1, 9), 2, allowed=np.zeros(9, np.bool_))
    assert found.titles.tolist() == [[-1, -1]]
    assert np.isneginf(found.scores).all()


def test_what_was_given_stays_as_it_was_and_may_be_read_only():
    blend, histories = draw_blend(30), draw_histories(4, 30)
    before = [blend.weights.copy(), blend.shelf.copy(), histories.toarray()]
    for array in (blend.weights, blend.shelf, blend.known, histories.data):
        array.flags.writeable = False
    rank_histories(blend, histories, 5, seen=histories)
    for now, then in zip([blend.weights, blend.shelf, histories.toarray()], before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_a_weight_that_is_negative_or_not_finite_is_refused(weight):
    histories = csr_array(np.array([[0, weight, 1]], np.float32))
    with pytest.raises(ValueError, match="histories must be finite and >= 0"):
        rank_histories(draw_blend(3), histories, 1)


def test_a_title_that_the_model_does_not_have_is_refused():
    stray = draw_histories(1, 3, density=0)
    stray.data, stray.indices, stray.indptr = np.ones(1, np.float32), np.array([3], np.int32), np.array([0, 1])
    with pytest.raises(ValueError, match="must name title rows below 3, got 3 to 3"):
        rank_histories(draw_blend(3), stray, 1)
    with pytest.raises(ValueError, match="must name title rows below 3, got 3 to 3"):
        rank_histories(draw_blend(3), draw_histories(1, 3), 1, seen=stray)


def test_matrices_of_other_sizes_are_refused():
    blend, histories = draw_blend(3), draw_histories(2, 3)
    with pytest.raises(ValueError, match=r"histories must be \(2, 3\)"):
        rank_histories(blend, draw_histories(2, 4), 1)
    with pytest.raises(ValueError, match=r"seen must be \(2, 3\)"):
        rank_histories(blend, histories, 1, seen=draw_histories(1, 3))
    with pytest.raises(ValueError, match=r"allowed must be \(3,\) or \(2, 3\)"):
        rank_histories(blend, histories, 1, allowed=np.ones((1, 4), np.bool_))
    with pytest.raises(ValueError, match="k must be >= 1, got 0"):
        rank_histories(blend, histories, 0)
