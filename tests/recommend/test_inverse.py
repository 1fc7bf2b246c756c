import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array

from matinee.recommend.inverse import Inverse, drop, find_error, rearrange, sample_error, shift

N = 40


def draw_matrix(seed=1):
    X = np.random.default_rng(seed).normal(size=(80, N))
    return X.T @ X / 80 + np.eye(N)


EVEN, UNEVEN = np.ones(N), np.linspace(0.2, 1, N)


def store(M, scale=EVEN):
    C = np.linalg.inv(M)
    B = (np.eye(len(C)) - C / C.diagonal()) * scale
    return Inverse(B.astype(np.float32), C.diagonal().copy(), scale)


def unpack(inverse):
    return inverse.columns(np.arange(len(inverse.diagonal)))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, N))
def test_a_shifted_inverse_is_the_inverse_of_the_sum(seed, n):
    rng, M = np.random.default_rng(seed), draw_matrix(seed)
    rows = rng.choice(N, n, replace=False)
    vectors = rng.normal(size=(2, n))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)  # so that at most 0.5 is taken from eigenvalues >= 1
    K = np.outer(vectors[0], vectors[0]) - 0.5 * np.outer(vectors[1], vectors[1])
    before, after = rng.uniform(0.1, 1, size=(2, N))
    moved = shift(store(M, before), rows, K, after)
    M[np.ix_(rows, rows)] += K
    expected = store(M, after)
    np.testing.assert_allclose(moved.weights, expected.weights, atol=1e-6)
    np.testing.assert_allclose(moved.diagonal, expected.diagonal, rtol=1e-6)


def test_it_stays_in_its_memory_and_zero_on_its_diagonal():
    inverse = store(draw_matrix())
    moved = shift(inverse, np.array([3, 7]), np.eye(2), EVEN)
    assert moved.weights is inverse.weights
    assert not moved.weights.diagonal().any()


@pytest.mark.parametrize("taken", [1.1, 1e6])
def test_more_taken_than_there_is_leaves_no_inverse_and_the_weights_as_they_were(taken):
    M = draw_matrix()
    inverse, before = store(M), store(M).weights
    with pytest.raises(np.linalg.LinAlgError, match="no longer positive definite"):
        shift(inverse, np.array([5]), np.array([[-taken * M[5, 5]]]), EVEN)
    np.testing.assert_array_equal(inverse.weights, before)


def test_a_dropped_title_leaves_the_inverse_of_the_others():
    M = draw_matrix()
    kept = np.setdiff1d(np.arange(N), [0, 17, 39])
    places = np.full(N, -1)
    places[kept] = np.arange(len(kept))
    left = rearrange(drop(store(M, UNEVEN), np.array([0, 17, 39])), places, len(kept), empty=1.0)
    np.testing.assert_allclose(unpack(left), np.linalg.inv(M[np.ix_(kept, kept)]), atol=1e-6)


def test_titles_are_put_where_they_belong_and_new_ones_stand_alone():
    inverse = store(draw_matrix(), UNEVEN)
    places = np.arange(N)[::-1] + 1
    moved = rearrange(inverse, places, N + 2, empty=0.25)
    np.testing.assert_array_equal(moved.weights[np.ix_(places, places)], inverse.weights)
    np.testing.assert_array_equal(moved.diagonal[places], inverse.diagonal)
    np.testing.assert_array_equal(moved.scale[places], inverse.scale)
    assert not moved.weights[[0, N + 1]].any()
    assert not moved.weights[:, [0, N + 1]].any()
    assert moved.diagonal[[0, N + 1]].tolist() == [0.25, 0.25]
    assert moved.scale[[0, N + 1]].tolist() == [1, 1]


def draw_histories():
    rng = np.random.default_rng(3)
    X, w = (rng.random((200, N)) < 0.2).astype(np.float32), rng.random(200).astype(np.float32)
    return X, w, np.linspace(1, 3, N)


@pytest.mark.parametrize("size", [1e-3, 1e-5])
@pytest.mark.parametrize("scale", [EVEN, UNEVEN])
def test_the_error_found_is_the_error_made(size, scale):
    X, w, ridge = draw_histories()
    true = store((X.T.astype(np.float64) * w) @ X + np.diag(ridge), scale)
    wrong = Inverse(true.weights.copy(), true.diagonal.copy(), scale)
    wrong.weights[4, 9] += np.float32(size)
    wrong.diagonal[11] *= 1 + size
    columns = np.array([9, 11, 20])
    made = np.abs(wrong.weights - true.weights)[:, columns].max()
    np.testing.assert_allclose(find_error(wrong, coo_array(X), w, ridge, columns), made, rtol=0.02)


def test_a_wrong_diagonal_alone_is_no_error_of_the_weights():
    X, w, ridge = draw_histories()
    true = store((X.T.astype(np.float64) * w) @ X + np.diag(ridge))
    wrong = Inverse(true.weights, true.diagonal + 1e-5 * (np.arange(N) == 30), EVEN)
    assert find_error(wrong, coo_array(X), w, ridge, np.array([30])) < 5e-8


def test_a_true_inverse_has_no_error_but_rounding():
    X, w, ridge = draw_histories()
    true = store((X.T.astype(np.float64) * w) @ X + np.diag(ridge), UNEVEN)
    assert find_error(true, coo_array(X), w, ridge, np.arange(N)) < 5e-8


@pytest.mark.parametrize("scale", [EVEN, UNEVEN])
def test_where_columns_meet_rows_a_wrong_weight_is_seen_and_elsewhere_it_says_little(scale):
    M, columns, rows = draw_matrix(), np.array([3, 9]), np.array([5, 9, 30])
    inverse = store(M, scale)
    assert sample_error(inverse, M[columns], columns, rows) < 1e-6
    inverse.weights[30, 3] += 1e-3
    assert sample_error(inverse, M[columns], columns, rows) == pytest.approx(1e-3, rel=1e-3)
    inverse.weights[30, 3] -= 1e-3
    inverse.weights[7, 8] += 1e-3
    assert sample_error(inverse, M[columns], columns, rows) < 1e-6


def test_a_wrong_diagonal_is_seen_where_a_column_meets_its_own_row():
    M, rows = draw_matrix(), np.array([3])
    inverse = store(M)
    inverse.diagonal[3] *= 1 + 1e-3
    assert sample_error(inverse, M[rows], rows, rows) == pytest.approx(1e-3, rel=1e-2)
