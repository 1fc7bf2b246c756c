import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.sparse import csr_array

from matinee.recommend.rank import rank_fairly, rank_titles

shapes = arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)


@st.composite
def pages(draw):
    """Scores with many ties, titles seen, titles allowed, and how many are wanted."""
    shape = draw(shapes)
    scores = draw(arrays.arrays(np.float32, shape, elements=st.sampled_from([-1.5, -0.0, 0.0, 0.5, 2.0])))
    seen = draw(arrays.arrays(np.bool_, shape))
    allowed = draw(arrays.arrays(np.bool_, st.sampled_from([shape, shape[1:]])))
    return scores, seen, allowed, draw(st.integers(1, shape[1] + 2))


@settings(deadline=None)
@given(pages())
def test_ranking_is_a_stable_sort_of_what_may_be_shown(page):
    scores, seen, allowed, k = page
    top = rank_titles(scores, k, seen=csr_array(seen.astype(np.float32)), allowed=allowed)
    may_show = np.broadcast_to(allowed, scores.shape) & ~seen
    for row, titles in enumerate(top):
        expected = [t for t in np.argsort(-scores[row], kind="stable").tolist() if may_show[row, t]][:k]
        assert titles.tolist() == expected + [-1] * (k - len(expected))


@settings(deadline=None)
@given(pages())
def test_fair_ranking_is_that_of_titles_in_an_order_drawn_once(page):
    scores, seen, allowed, k = page
    order = np.random.default_rng(0).permutation(scores.shape[1])
    drawn = rank_titles(scores[:, order], k, seen=csr_array(seen[:, order] * 1.0), allowed=allowed[..., order])
    top = rank_fairly(scores, k, seen=csr_array(seen * 1.0), allowed=allowed)
    places = np.argsort(order)
    np.testing.assert_array_equal(np.where(top >= 0, places[top], -1), drawn)


@settings(deadline=None)
@given(arrays.arrays(np.float32, (3, 50), elements=st.floats(-(2.0**99), 2.0**99, width=32)), st.integers(1, 50))
def test_without_masks_every_title_can_be_returned_once(scores, k):
    top = rank_titles(scores, k)
    assert top.dtype == np.int32
    np.testing.assert_array_equal(top, np.argsort(-scores, axis=1, kind="stable")[:, :k])


def test_of_equal_scores_the_lower_rows_come_first():
    assert rank_titles(np.zeros((1, 5), dtype=np.float32), 3).tolist() == [[0, 1, 2]]


def test_where_nothing_is_left_there_is_minus_one():
    scores = np.array([[1, 2, 3]], dtype=np.float32)
    assert rank_titles(scores, 5).tolist() == [[2, 1, 0, -1, -1]]
    assert rank_titles(scores, 2, allowed=np.zeros(3, dtype=np.bool_)).tolist() == [[-1, -1]]


def test_scores_stay_as_they_are():
    scores = np.array([[1, 2, 3]], dtype=np.float32)
    rank_titles(scores, 2, seen=csr_array(np.ones((1, 3), dtype=np.float32)))
    assert scores.tolist() == [[1, 2, 3]]


def test_no_members_and_no_titles_are_no_places_filled():
    assert rank_titles(np.zeros((0, 3), dtype=np.float32), 2).shape == (0, 2)
    assert rank_titles(np.zeros((1, 0), dtype=np.float32), 2).tolist() == [[-1, -1]]


def test_no_places_are_refused():
    with pytest.raises(ValueError, match="k must be >= 1, got 0"):
        rank_titles(np.zeros((1, 3), dtype=np.float32), 0)
