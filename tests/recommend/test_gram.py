import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.recommend.gram import compute_gram


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


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_weights_that_are_negative_or_not_finite_are_refused(wrong):
    X, w = draw_histories(1), np.ones(30, dtype=np.float32)
    w[3] = wrong
    with pytest.raises(ValueError, match=f"member_weights must hold finite numbers >= 0, got {wrong} at place 3"):
        compute_gram(X, w)
    X.data[2] = wrong
    with pytest.raises(ValueError, match="X must hold finite numbers >= 0"):
        compute_gram(X)
