import numpy as np
import pytest
from scipy.sparse import csr_array

from matinee.recommend.cold import fill_cold

KNOWN = np.array([True, False, True, True, False, True, False])


@pytest.fixture
def weights():
    B = np.random.default_rng(1).normal(size=(7, 7)).astype(np.float32)
    B[~KNOWN] = B[:, ~KNOWN] = 0
    return B


@pytest.fixture
def features():
    F = (np.random.default_rng(2).random((7, 4)) < 0.6).astype(np.float32)
    F[:, 0] = 1
    F[6] = 0
    return csr_array(F / np.maximum(np.linalg.norm(F, axis=1, keepdims=True), 1))


@pytest.mark.parametrize("reg", [0.1, 3.0])
def test_cold_columns_are_the_ridge_regression_of_warm_columns_on_metadata(weights, features, reg):
    F = features.toarray().astype(np.float64)
    F_w, F_c = F[KNOWN], F[~KNOWN]
    coefficients = np.linalg.solve(F_w.T @ F_w + reg * np.eye(4), F_w.T @ weights[np.ix_(KNOWN, KNOWN)].T)
    filled = fill_cold(weights, features, KNOWN, reg=reg)
    np.testing.assert_allclose(filled[np.ix_(KNOWN, ~KNOWN)], (F_c @ coefficients).T, atol=1e-5)
    assert np.abs(filled[np.ix_(KNOWN, ~KNOWN)]).max() > 0.01
    assert filled.dtype == np.float32


def test_known_columns_and_the_rows_of_unwatched_titles_stay(weights, features):
    filled = fill_cold(weights, features, KNOWN, reg=1.0)
    np.testing.assert_array_equal(filled[:, KNOWN], weights[:, KNOWN])
    assert not filled[~KNOWN].any()


def test_a_title_without_metadata_stays_zero(weights, features):
    assert not fill_cold(weights, features, KNOWN, reg=1.0)[:, 6].any()


def test_what_was_given_stays_as_it_was(weights, features):
    before, described = weights.copy(), features.toarray()
    fill_cold(weights, features, KNOWN, reg=1.0)
    np.testing.assert_array_equal(weights, before)
    np.testing.assert_array_equal(features.toarray(), described)


def test_a_twin_of_a_watched_title_gets_nearly_its_weights(weights):
    features = np.eye(7, dtype=np.float32)
    features[1] = features[0]
    filled = fill_cold(weights, csr_array(features), KNOWN, reg=1e-3)
    np.testing.assert_allclose(filled[:, 1], filled[:, 0] / 1.001, atol=1e-5)


def test_with_nothing_to_fill_or_to_fill_from_the_weights_stay(weights, features):
    for known in (np.ones(7, dtype=np.bool_), np.zeros(7, dtype=np.bool_)):
        np.testing.assert_array_equal(fill_cold(weights, features, known, reg=1.0), weights)
    np.testing.assert_array_equal(fill_cold(weights, csr_array((7, 0)), KNOWN, reg=1.0), weights)


@pytest.mark.parametrize("reg", [0.0, -1.0, np.nan])
def test_a_ridge_of_nothing_is_refused(weights, features, reg):
    with pytest.raises(ValueError, match="reg must be > 0, got"):
        fill_cold(weights, features, KNOWN, reg=reg)
