import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from matinee.recommend.factors import FactorsSettings, factorise, fit_factors
from matinee.recommend.histories import build_histories
from matinee.recommend.popular import DAY
from matinee.tables.log import EVENTS


def draw_histories(members=120, titles=40, seed=1):
    """Two halves of a catalogue, and members who watch mostly one of them."""
    rng = np.random.default_rng(seed)
    same = np.arange(members)[:, None] % 2 == np.arange(titles) % 2
    return (rng.random((members, titles)) < np.where(same, 0.4, 0.05)).astype(np.float32)


def fit(X, **settings):
    return factorise(csr_array(X), FactorsSettings(**{"embedding_size": 8} | settings), rng=np.random.default_rng(0))


def compute_loss(C, U, V, a, reg, nu):
    """The objective, plainly, in float64."""
    S = U.astype(float) @ V.T.astype(float)
    ridge_u = reg * ((C > 0).sum(axis=1) + a * C.shape[1]) ** nu
    ridge_v = reg * ((C > 0).sum(axis=0) + a * C.shape[0]) ** nu
    ridges = (ridge_u * (U**2).sum(axis=1)).sum() + (ridge_v * (V**2).sum(axis=1)).sum()
    return (C * (1 - S) ** 2).sum() + a * (S**2).sum() + ridges


@pytest.mark.parametrize("nu", [0.0, 0.5, 1.0])
def test_a_folded_in_member_is_the_plain_solution(nu):
    C = draw_histories() * np.random.default_rng(2).uniform(0.3, 1, (120, 40)).astype(np.float32)
    model = fit(C, unobserved=0.2, reg=0.05, nu=nu)
    V = model.vectors.astype(float)
    members = model.fold_in(csr_array(C))
    for row in range(5):
        ridge = 0.05 * ((C[row] > 0).sum() + 0.2 * 40) ** nu
        A = 0.2 * V.T @ V + ridge * np.eye(8) + (V.T * C[row]) @ V
        np.testing.assert_allclose(members[row], np.linalg.solve(A, V.T @ C[row]), rtol=1e-3, atol=1e-4)


def test_fitting_reaches_a_minimum_of_the_objective():
    X = draw_histories()
    model = fit(X, unobserved=0.2, reg=0.05, epochs=200)
    U, rng = model.fold_in(csr_array(X)), np.random.default_rng(3)
    least = compute_loss(X, U, model.vectors, 0.2, 0.05, 1.0)
    for _ in range(20):
        nearby = model.vectors + 0.03 * rng.standard_normal(model.vectors.shape)
        assert compute_loss(X, U, nearby, 0.2, 0.05, 1.0) > least


def test_more_epochs_fit_better():
    X = draw_histories()
    models = [fit(X, unobserved=0.2, reg=0.05, epochs=epochs) for epochs in (1, 3, 30)]
    losses = [compute_loss(X, m.fold_in(csr_array(X)), m.vectors, 0.2, 0.05, 1.0) for m in models]
    assert losses == sorted(losses, reverse=True)


def test_members_are_offered_the_half_of_the_catalogue_that_they_watch():
    model = fit(draw_histories(), embedding_size=2, reg=0.001)
    scores = model.score(csr_array(np.eye(40, dtype=np.float32)[:2]))
    assert scores[0, 2::2].mean() > scores[0, 1::2].mean() + 0.05
    assert scores[1, 3::2].mean() > scores[1, ::2].mean() + 0.05


def test_a_title_without_events_has_a_zero_vector_and_says_nothing_in_a_history():
    X = draw_histories()
    X[:, [0, 7]] = 0
    model = fit(X)
    assert not model.vectors[[0, 7]].any()
    history = np.zeros((1, 40), dtype=np.float32)
    history[0, [0, 7]] = 1
    assert not model.score(csr_array(history)).any()


def test_fit_events_lays_out_the_log():
    rows = [(2, 0, 0, 0.5), (2, 1, DAY, 1.0), (5, 1, 0, 1.0), (5, 2, 3 * DAY, 0.5)]
    log = pl.DataFrame(rows, schema=EVENTS, orient="row")
    for weighted in (False, True):
        settings = FactorsSettings(embedding_size=2, weighted=weighted)
        expected = factorise(
            build_histories(log, np.array([2, 5]), 3, weighted=weighted), settings, rng=np.random.default_rng(0)
        )
        got = fit_factors(log, 3, settings, rng=np.random.default_rng(0))
        np.testing.assert_array_equal(got.vectors, expected.vectors)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"embedding_size": 0}, "embedding_size and epochs must be >= 1, got 0 and 8"),
        ({"epochs": 0}, "embedding_size and epochs must be >= 1, got 8 and 0"),
        ({"unobserved": 0.0}, "unobserved and reg must be > 0 and nu >= 0, all finite, got 0.0, 0.01 and 1.0"),
        ({"reg": np.nan}, "all finite, got 0.3, nan and 1.0"),
        ({"nu": -1.0}, "all finite, got 0.3, 0.01 and -1.0"),
    ],
)
def test_a_setting_out_of_range_is_refused(settings, told):
    with pytest.raises(ValueError, match=told):
        fit(draw_histories(), **settings)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_an_event_weight_that_is_negative_or_not_finite_is_refused(bad):
    X = draw_histories()
    X[3, 4] = bad
    with pytest.raises(ValueError, match="X must have finite entries > 0, got others"):
        fit(X)
