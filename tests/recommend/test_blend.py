import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.recommend.blend import DenseBlend, FactorBlend, build_blend, restore_blend, standardise_scores
from matinee.recommend.low_rank import LowRank
from matinee.recommend.model import dump_arrays


def test_scores_are_standardised_over_known_titles_only():
    known = np.array([True, False, True, True])
    z = standardise_scores(np.array([[1, 9, 2, 3], [10, 0, 20, 30]], dtype=np.float32), known)
    unit = np.sqrt(3 / 2)
    np.testing.assert_allclose(z, [[-unit, 7 * unit, 0, unit], [-unit, -2 * unit, 0, unit]], rtol=1e-6)


@settings(deadline=None)
@given(score=st.floats(-1e6, 1e6, width=32), n=st.integers(1, 2_000))
def test_a_flat_row_becomes_zero_even_for_a_title_that_differs(score, n):
    scores = np.append(np.full(n, score, dtype=np.float32), np.float32(0))[None, :]
    assert not standardise_scores(scores, np.arange(n + 1) < n).any()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-12, 6))
def test_scores_of_any_size_standardise_alike(seed, power):
    scores = np.random.default_rng(seed).normal(size=(3, 30)).astype(np.float32)
    known = np.ones(30, dtype=np.bool_)
    scaled = standardise_scores(scores * np.float32(10.0**power), known)
    np.testing.assert_allclose(scaled, standardise_scores(scores, known), atol=1e-4)


KNOWN = np.array([True, True, True, False])
COUNTS = np.array([[4, 3, 2, 1], [-1, 1, 0, -4]], dtype=np.float32)
WEIGHTS = np.array([[0, 1, 2, 3], [1, 0, 1, 0], [2, 2, 0, 1], [0, 0, 0, 0]], dtype=np.float32)


def blend(taste=2.0, popular_weights=(1.0, 0.5)):
    return build_blend(WEIGHTS, KNOWN, COUNTS, taste=taste, popular_weights=np.array(popular_weights, np.float32))


def test_a_score_is_standardised_taste_and_the_shelf():
    unit = np.sqrt(3 / 2)
    scores = blend().score(csr_array(np.array([[1, 0, 0, 0]], dtype=np.float32)))
    np.testing.assert_allclose(scores, [[0.5 - 2 * unit, 0.5, -1 + 2 * unit, -4 + 4 * unit]], rtol=1e-5)


def test_an_empty_history_gets_the_shelf_alone_whose_mean_is_zero():
    model = blend()
    np.testing.assert_allclose(model.score(csr_array(np.zeros((1, 4), np.float32))), [model.shelf])
    np.testing.assert_allclose(model.shelf, [0.5, 0.5, -1, -4])


def test_row_means_are_taken_over_known_titles():
    np.testing.assert_allclose(blend().row_means, [1, 2 / 3, 4 / 3, 0], rtol=1e-6)


def test_a_negative_weight_lifts_no_title_for_having_no_past():
    np.testing.assert_allclose(blend(popular_weights=(0, -1)).shelf, [1, -1, 0, -1])


def test_what_was_given_stays_as_it_was():
    weights, counts = WEIGHTS.copy(), COUNTS.copy()
    blend().score(csr_array(np.eye(4, dtype=np.float32)))
    np.testing.assert_array_equal(weights, WEIGHTS)
    np.testing.assert_array_equal(counts, COUNTS)


def factor_blend(seed=0, titles=30):
    """A blend of factors, and the dense blend of the same weights."""
    rng = np.random.default_rng(seed)
    left, right = (rng.normal(size=(titles, 5)).astype(np.float32) for _ in range(2))
    counts, known = rng.normal(size=(2, titles)).astype(np.float32), np.arange(titles) % 5 != 2
    rest = {"taste": 0.7, "popular_weights": np.array([0.4, -0.2], np.float32)}
    models = (build_blend(weights, known, counts, **rest) for weights in (LowRank(left, right), left @ right.T))  # type: ignore[arg-type]
    return tuple(models)


def test_a_blend_of_factors_is_the_blend_of_their_product():
    factors, dense = factor_blend()
    histories = csr_array((np.random.default_rng(1).random((8, 30)) < 0.3).astype(np.float32))
    assert isinstance(factors, FactorBlend)
    assert isinstance(dense, DenseBlend)
    np.testing.assert_allclose(factors.row_means, dense.row_means, atol=1e-5)
    np.testing.assert_allclose(factors.score(histories), dense.score(histories), atol=1e-5)
    rows, title_rows = np.array([3, 0, 7]), np.array([2, 9])
    for columns in (title_rows, None):
        np.testing.assert_allclose(factors.contribute(rows, columns), dense.contribute(rows, columns), atol=1e-5)


def test_titles_are_related_by_both_directions_or_by_the_cosine_of_factors():
    factors, dense = factor_blend()
    assert isinstance(factors, FactorBlend)
    assert isinstance(dense, DenseBlend)
    np.testing.assert_allclose(dense.relate(4), dense.weights[4] + dense.weights[:, 4])
    lengths = np.linalg.norm(factors.right, axis=1)
    np.testing.assert_allclose(factors.relate(4) * lengths * lengths[4], factors.right @ factors.right[4], rtol=1e-4)
    factors.right[[2, 4]] = 0
    assert not factors.relate(4).any()
    assert factors.relate(5)[2] == 0


def test_either_comes_back_from_its_arrays():
    for model in factor_blend():
        back = restore_blend(dump_arrays(model))
        assert type(back) is type(model)
        assert all((array == dump_arrays(model)[name]).all() for name, array in dump_arrays(back).items())
