import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.recommend.cold import fill_cold
from matinee.recommend.factors import Factors, FactorsSettings
from matinee.recommend.low_rank import LowRank, fill_vectors, fit_low_rank, linearise
from matinee.tables.log import EVENTS

KNOWN = np.arange(30) % 7 != 3


def draw_factors(titles=30, size=4, seed=0, **weights):
    V = np.random.default_rng(seed).normal(size=(titles, size)).astype(np.float32)
    settings = {"unobserved": 0.2, "reg": 0.05, "nu": 1.0} | weights
    return Factors(V, np.float32(settings["unobserved"]) * (V.T @ V), **settings)


def draw_watched(members=40, titles=30, seed=1):
    return csr_array((np.random.default_rng(seed).random((members, titles)) < 0.3).astype(np.float32))


def draw_events(members=3_000, titles=700):
    rows = np.flatnonzero(np.random.default_rng(2).random(members * titles) < 0.02)
    facts = {"member_row": rows // titles, "title_row": rows % titles, "at": rows, "weight": np.ones(len(rows))}
    return pl.DataFrame(facts).cast(dict(EVENTS))  # type: ignore[arg-type]


def draw_features(titles=30, seed=3):
    F = np.random.default_rng(seed).random((titles, 9)) < 0.3
    F[:, 0] = True
    return csr_array((F / np.linalg.norm(F, axis=1, keepdims=True)).astype(np.float32))


def test_weights_are_what_a_typical_member_gets_from_factors():
    model, X = draw_factors(), draw_watched()
    V, n = model.vectors.astype(np.float64), np.median(np.diff(X.indptr))
    shares = X.toarray().sum(axis=0) / X.nnz
    A = 0.2 * V.T @ V + n * V.T @ np.diag(shares) @ V + 0.05 * (n + 0.2 * 30) * np.eye(4)
    low = linearise(model, X)
    np.testing.assert_allclose(low.left @ low.right.T, V @ np.linalg.inv(A) @ V.T, rtol=1e-4, atol=1e-5)


def test_who_watched_everything_alike_is_scored_as_by_solving_for_them():
    model, X = draw_factors(), csr_array(np.ones((5, 30), np.float32))
    np.testing.assert_allclose(linearise(model, X).score(X), model.score(X), rtol=1e-3, atol=1e-4)


def test_the_same_seed_gives_the_same_to_the_bit_however_many_threads_there_are():
    events, settings = draw_events(), FactorsSettings(embedding_size=33, epochs=2)
    found = []
    for threads in (1, 2, 3):
        with threadpool_limits(threads, user_api="blas"):
            found.append(fit_low_rank(events, 700, settings, rng=np.random.default_rng(4)))
    for other in found[1:]:
        np.testing.assert_array_equal(found[0].left, other.left)
        np.testing.assert_array_equal(found[0].right, other.right)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), reg=st.sampled_from([0.3, 1.0, 10.0]))
def test_unwatched_titles_get_what_dense_weights_would_get_from_metadata(seed, reg):
    low, features = linearise(draw_factors(seed=seed), draw_watched()), draw_features(seed=seed)
    expected = fill_cold(low.left @ low.right.T, features, KNOWN, reg=reg)
    filled = fill_vectors(low, features, KNOWN, reg=reg)
    np.testing.assert_allclose(filled.left @ filled.right.T, expected, atol=2e-3 * np.abs(expected).max())
    np.testing.assert_array_equal(filled.right[KNOWN], low.right[KNOWN])


def test_a_title_without_metadata_keeps_zeros():
    low, features = LowRank(np.ones((30, 2), np.float32), np.zeros((30, 2), np.float32)), draw_features().tolil()
    low.right[KNOWN] = 1
    features[3] = 0
    right = fill_vectors(low, csr_array(features), KNOWN, reg=1.0).right
    assert not right[3].any()
    assert right[10].all()


@pytest.mark.parametrize("known", [np.ones(30, np.bool_), np.zeros(30, np.bool_)])
def test_without_anything_to_fill_or_to_fill_from_it_stays_as_it_is(known):
    low = linearise(draw_factors(), draw_watched())
    assert fill_vectors(low, draw_features(), known, reg=1.0) is low


def test_a_ridge_that_is_none_is_refused():
    with pytest.raises(ValueError, match="reg must be > 0, got 0"):
        fill_vectors(linearise(draw_factors(), draw_watched()), draw_features(), KNOWN, reg=0)
