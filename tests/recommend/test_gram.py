import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.recommend import gram
from matinee.recommend.gram import add_gram, compute_gram


def draw_histories(seed, members=30, titles=12, density=0.3):
    rng = np.random.default_rng(seed)
    return csr_array(((rng.random((members, titles)) < density) * rng.random((members, titles))).astype(np.float32))


seeds = st.integers(0, 2**32 - 1)


@settings(deadline=None)
@given(seed=seeds, members=st.integers(1, 40), titles=st.integers(1, 20))
def test_it_is_the_upper_triangle_of_the_weighted_product(seed, members, titles):
    X = draw_histories(seed, members, titles)
    w = np.random.default_rng(seed).random(members).astype(np.float32)
    dense = X.toarray().astype(np.float64)
    np.testing.assert_allclose(compute_gram(X, w), np.triu((dense.T * w) @ dense), rtol=1e-5, atol=1e-6)


def test_without_weights_every_member_counts_once():
    X = csr_array(np.array([[1, 1, 0], [0, 1, 0], [0, 0, 0]], dtype=np.float32))
    assert compute_gram(X).tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]


@settings(deadline=None)
@given(seed=seeds, cut=st.integers(0, 30))
def test_the_grams_of_two_shards_add_up_to_the_bit(seed, cut):
    X = draw_histories(seed)
    X.data[:] = 1
    w = np.random.default_rng(seed).integers(0, 1000, 30).astype(np.float32)
    parts = compute_gram(X[:cut], w[:cut]) + compute_gram(X[cut:], w[cut:])
    np.testing.assert_array_equal(parts, compute_gram(X, w))


def test_it_leaves_histories_and_weights_as_they_were():
    X, w = draw_histories(1), np.full(30, 2, dtype=np.float32)
    compute_gram(X, w)
    np.testing.assert_array_equal(X.toarray(), draw_histories(1).toarray())
    assert (w == 2).all()


def test_sums_can_be_float64():
    X, w = draw_histories(1), np.random.default_rng(1).random(30).astype(np.float32)
    dense = X.toarray().astype(np.float64)
    G = compute_gram(X, w, dtype=np.float64)
    np.testing.assert_allclose(G, np.triu((dense.T * w) @ dense), rtol=1e-14)


@given(seed=seeds, cuts=st.lists(st.integers(0, 30), max_size=4))
def test_shards_added_one_after_the_other_are_the_whole_to_the_bit(seed, cuts):
    X = draw_histories(seed)
    X.data[:] = np.random.default_rng(seed).integers(1, 5, X.nnz)
    w = np.random.default_rng(seed).integers(0, 1000, 30).astype(np.float32)
    edges = [0, *sorted(cuts), 30]
    G = np.zeros((12, 12), np.float32)
    for start, stop in itertools.pairwise(edges):
        add_gram(G, X[start:stop], w[start:stop])
    np.testing.assert_array_equal(G, compute_gram(X, w))


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("events", [1, 7, 50])
def test_neither_blocks_nor_threads_change_a_bit(monkeypatch, threads, events):
    X = draw_histories(2)
    whole = compute_gram(X)
    monkeypatch.setattr(gram, "BLOCK", events)
    with threadpool_limits(threads):
        np.testing.assert_array_equal(compute_gram(X), whole)


def test_more_titles_than_sixteen_bits_number_are_counted():
    X = csr_array((np.ones(3, np.float32), np.array([1, 9, 69_999], np.int32), [0, 3]), shape=(1, 70_000))
    G = np.lib.stride_tricks.as_strided(np.zeros(70_000, np.float32), (70_000, 70_000), (0, 4))  # all rows are one
    gram._add_block(X.indptr, X, np.ones(1, np.float32), G)
    assert G[0].nonzero()[0].tolist() == [1, 9, 69_999]


def test_nobody_and_nothing_add_nothing():
    assert not compute_gram(draw_histories(1, members=0)).any()
    assert not compute_gram(draw_histories(1, density=0)).any()


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_weights_that_are_negative_or_not_finite_are_refused(bad):
    X, w = draw_histories(1), np.ones(30, np.float32)
    w[3] = bad
    with pytest.raises(ValueError, match="member_weights must be finite and >= 0"):
        compute_gram(X, w)
    X.data[5] = bad
    with pytest.raises(ValueError, match="X must be finite and >= 0"):
        compute_gram(X)


def test_histories_out_of_order_are_refused():
    X = csr_array((np.ones(2, np.float32), np.array([1, 0], np.int32), [0, 2]), shape=(1, 2))
    with pytest.raises(ValueError, match="each title once and in ascending order"):
        compute_gram(X)
