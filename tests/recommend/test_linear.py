import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from matinee.recommend.gram import compute_gram
from matinee.recommend.linear import (
    LinearSettings,
    fit_events,
    fit_linear,
    invert_in_place,
    member_weights,
    scale_columns,
    solve_with_diagonal,
)
from matinee.recommend.popular import DAY
from matinee.tables.log import EVENTS


def draw_histories(members=300, titles=40):
    rng = np.random.default_rng(1)
    return (rng.random((members, titles)) < rng.random(titles) * 0.5).astype(np.float32)


def solve_by_the_paper(X, reg, dropout=0.0, w=None):
    """Steck 2019, equation 8, and Steck 2020 with dropout, in float64 and by the plain inverse."""
    G = (X.astype(np.float64).T * (1.0 if w is None else w)) @ X
    C = np.linalg.inv(G + np.diag(reg + dropout / (1 - dropout) * np.diag(G)))
    return np.eye(len(C)) - C / np.diag(C)


def events(*rows):
    return pl.DataFrame(rows, schema=EVENTS, orient="row")


@pytest.mark.parametrize("reg", [1.0, 30.0, 1000.0])
def test_ease_is_the_paper_s_form(reg):
    X = draw_histories()
    B = fit_linear(csr_array(X), LinearSettings(reg=reg)).weights
    np.testing.assert_allclose(B, solve_by_the_paper(X, reg), atol=1e-4)


@pytest.mark.parametrize("dropout", [0.25, 0.5, 0.9])
def test_edlae_is_the_paper_s_form(dropout):
    X = draw_histories()
    B = fit_linear(csr_array(X), LinearSettings(reg=10.0, dropout=dropout)).weights
    np.testing.assert_allclose(B, solve_by_the_paper(X, 10.0, dropout), atol=1e-4)


def test_members_are_weighed():
    X, w = draw_histories(), np.linspace(0, 1, 300, dtype=np.float32)
    B = fit_linear(csr_array(X), LinearSettings(reg=10.0, dropout=0.5), w).weights
    np.testing.assert_allclose(B, solve_by_the_paper(X, 10.0, 0.5, w), atol=1e-4)


def test_a_title_never_speaks_for_itself():
    B = fit_linear(csr_array(draw_histories()), LinearSettings(reg=10.0)).weights
    assert (B.diagonal() == 0).all()
    assert B.dtype == np.float32


def test_a_title_without_events_has_a_zero_row_and_column():
    X = draw_histories()
    X[:, [0, 7]] = 0
    B = fit_linear(csr_array(X), LinearSettings(reg=10.0, dropout=0.5)).weights
    assert not B[[0, 7]].any()
    assert not B[:, [0, 7]].any()


def test_a_score_is_the_sum_of_the_rows_of_what_was_watched():
    model = fit_linear(csr_array(draw_histories()), LinearSettings(reg=10.0))
    history = np.zeros((1, 40), dtype=np.float32)
    history[0, [3, 5]] = 1, 0.5
    np.testing.assert_allclose(model.score(csr_array(history))[0], model.weights[3] + 0.5 * model.weights[5], rtol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [{"reg": 0.0}, {"reg": -1.0}, {"reg": np.nan}, {"dropout": 1.0}, {"dropout": -0.1}, {"dropout": np.nan}],
)
def test_a_setting_out_of_range_is_refused(settings):
    with pytest.raises(ValueError, match=r"reg must be > 0 and dropout in \[0, 1\), got "):
        fit_linear(csr_array(draw_histories()), LinearSettings(**settings))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_float64_solve_rounds_once_and_keeps_the_diagonal_of_the_inverse(dropout):
    X = csr_array(draw_histories())
    G = compute_gram(X, dtype=np.float64)
    linear, diagonal = solve_with_diagonal(G, LinearSettings(reg=10.0, dropout=dropout))
    gram = X.toarray().astype(np.float64).T @ X.toarray()
    C = np.linalg.inv(gram + np.diag(10 + dropout / (1 - dropout) * gram.diagonal()))
    np.testing.assert_allclose(diagonal, C.diagonal(), rtol=1e-12)
    np.testing.assert_allclose(linear.weights, solve_by_the_paper(X.toarray(), 10.0, dropout), rtol=1e-7, atol=1e-12)
    assert linear.weights.dtype == np.float32
    assert np.shares_memory(linear.weights, G)


@pytest.mark.parametrize("n", [1, 2, 3, 511, 512, 513, 1025])
def test_a_matrix_is_rounded_within_its_memory(n):
    G = np.diag(np.arange(1, n + 1, dtype=np.float64)) + np.full((n, n), 1e-3)
    expected = solve_with_diagonal(G.astype(np.float64), LinearSettings(reg=1e-6))[0].weights.copy()
    wide = np.linalg.inv(G + 1e-6 * np.eye(n))
    wide = np.eye(n) - wide / wide.diagonal()
    np.testing.assert_allclose(expected, wide, rtol=1e-6, atol=1e-12)


def test_weights_towards_a_title_are_divided_by_a_power_of_its_audience():
    X, w = csr_array(draw_histories()), np.linspace(0, 3, len(draw_histories())).astype(np.float32)
    plain, divided = (fit_linear(X, LinearSettings(reg=10.0, audience_power=power), w).weights for power in (0, 0.3))
    audiences = (X.toarray() ** 2 * w[:, None]).sum(axis=0)
    np.testing.assert_allclose(divided, plain / audiences**0.3, rtol=1e-5, atol=1e-9)


def test_a_title_with_an_audience_below_one_is_divided_by_one():
    audiences = np.array([0, 1e-6, 1, 16])
    np.testing.assert_array_equal(scale_columns(audiences, LinearSettings(audience_power=0.25)), [1, 1, 1, 0.5])


@pytest.mark.parametrize("power", [-0.1, 1.1, np.nan])
def test_a_power_of_the_audience_out_of_range_is_refused(power):
    with pytest.raises(ValueError, match=r"audience_power must be in \[0, 1\], got "):
        fit_linear(csr_array(draw_histories()), LinearSettings(audience_power=power))


def test_a_matrix_that_is_not_positive_definite_is_refused():
    with pytest.raises(ValueError, match=r"not positive definite \(at row 2\); use a larger reg"):
        invert_in_place(np.array([[1, 2], [0, 1]], dtype=np.float32))


@pytest.mark.parametrize("n", [1, 2, 3, 511, 512, 513, 1025])
def test_the_inverse_is_the_inverse_and_stays_in_its_memory(n):
    A = np.random.default_rng(n).random((n, n)) / n
    A = A @ A.T + np.eye(n)
    upper = np.triu(A).astype(np.float32)
    inverse = invert_in_place(upper)
    assert np.shares_memory(inverse, upper)
    np.testing.assert_allclose(inverse, np.linalg.inv(A), atol=1e-5)
    np.testing.assert_array_equal(inverse, inverse.T)


def test_a_member_s_weight_halves_for_every_half_life_since_the_last_event():
    log = events((1, 0, 0, 1.0), (1, 1, 8 * DAY, 1.0), (4, 0, 6 * DAY, 1.0), (9, 2, 3 * DAY, 1.0), (9, 1, 0, 1.0))
    weights = member_weights(log, np.array([1, 4, 9]), LinearSettings(half_life=2.0), now=8 * DAY)
    np.testing.assert_allclose(weights, [1, 1 / 2, 2**-2.5], rtol=1e-6)


def test_a_member_without_events_has_no_weight():
    log = events((1, 0, 0, 1.0), (4, 0, 0, 1.0))
    with pytest.raises(ValueError, match=r"must be members with an event, got \[0 3\] without"):
        member_weights(log, np.array([0, 1, 3]), LinearSettings(half_life=1.0), now=0)


def test_members_keep_the_ratio_of_their_weights_whatever_now_is():
    log = events((0, 0, 5 * DAY, 1.0), (1, 0, 3 * DAY, 1.0))
    weights = member_weights(log, np.array([0, 1]), LinearSettings(half_life=1.0), now=4 * DAY)
    assert weights.tolist() == [2.0, 0.5]


def test_a_member_who_was_last_seen_ages_ago_weighs_nothing():
    log = events((0, 0, 0, 1.0), (1, 0, DAY, 1.0))
    weights = member_weights(log, np.array([0, 1]), LinearSettings(half_life=1.0), now=20 * DAY)
    assert weights.tolist() == [0, 2.0**-19]


def test_a_member_with_four_times_the_events_weighs_half_under_the_square_root():
    log = events(*((member, title, 0, 1.0) for member, n in [(3, 64), (5, 16), (6, 4)] for title in range(n)))
    weights = member_weights(log, np.array([3, 5, 6]), LinearSettings(length_power=0.5), now=0)
    np.testing.assert_allclose(weights, [1, 2, 4], rtol=1e-6)


def test_fit_events_lays_out_weighs_and_solves():
    log = events((2, 0, 0, 0.5), (2, 1, DAY, 1.0), (5, 1, 0, 1.0), (5, 2, 3 * DAY, 0.5), (8, 0, 4 * DAY, 1.0))
    X = np.array([[0.5, 1, 0], [0, 1, 0.5], [1, 0, 0]])
    settings = LinearSettings(reg=0.5, dropout=0.25, half_life=3.0, length_power=0.5, weighted=True)
    w = 2.0 ** (-np.array([3, 1, 0]) / 3) * 8 / np.sqrt([2, 2, 1])
    B = fit_events(log, 3, settings, now=4 * DAY).weights
    np.testing.assert_allclose(B, solve_by_the_paper(X, 0.5, 0.25, w), atol=1e-5)


def test_without_half_life_and_weights_all_events_count_alike():
    log = events((2, 0, 0, 0.5), (2, 1, DAY, 1.0), (5, 1, 0, 1.0), (5, 2, 3 * DAY, 0.5))
    B = fit_events(log, 3, LinearSettings(reg=1.0), now=4 * DAY).weights
    np.testing.assert_allclose(B, solve_by_the_paper(np.array([[1, 1, 0], [0, 1, 1]]), 1.0), atol=1e-5)
