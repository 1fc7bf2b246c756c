import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit

from matinee.acquire.who.chances import fit_chances, reconcile


def test_weights_that_made_the_viewing_are_found():
    rng = np.random.default_rng(0)
    signals = rng.standard_normal((5, 400, 100))
    chances = expit(-1.5 + np.tensordot([1.0, -0.5, 0.0, 0.3, 0.2], signals, axes=1))
    model = fit_chances(signals, rng.random(chances.shape) < chances, rng=rng)
    assert model.weights / np.append(1, model.spread) == pytest.approx([-1.5, 1, -0.5, 0, 0.3, 0.2], abs=0.06)
    assert model.predict(signals) == pytest.approx(chances, abs=0.05)


def test_signals_far_apart_do_not_make_the_fit_diverge():
    rng = np.random.default_rng(0)
    signals = rng.standard_normal((5, 50, 40)) * np.reshape([1e-3, 1e3, 1, 1, 1], (5, 1, 1))
    model = fit_chances(signals, signals[0] > 1.5e-3, rng=rng)
    assert np.isfinite(model.weights).all()
    assert np.corrcoef(model.predict(signals).ravel(), signals[0].ravel() > 1.5e-3)[0, 1] > 0.9


@given(
    chances=arrays(np.float64, (7, 3), elements=st.floats(1e-4, 0.999)),
    audiences=arrays(np.float64, 3, elements=st.floats(0.1, 6.9)),
)
def test_chances_add_up_to_the_audience_and_keep_their_order(chances, audiences):
    made = reconcile(chances, audiences)
    assert made.sum(axis=0) == pytest.approx(audiences, rel=1e-6)
    for before, after in zip(chances.T, made.T, strict=True):
        assert (np.diff(after[np.argsort(before)]) >= -1e-12).all()


def test_audiences_are_the_forecasts_lifted_to_the_mean_of_the_practice_titles():
    rng = np.random.default_rng(0)
    signals = rng.standard_normal((5, 100, 4))
    signals[-1] = np.log10([10.0, 20.0, 30.0, 40.0])
    watched = np.arange(100)[:, None] < np.array([10, 40, 30, 70])
    model = fit_chances(signals, watched, rng=rng)
    assert model.expect(signals).tolist() == pytest.approx([15.0, 30.0, 45.0, 60.0])


def test_what_cannot_be_is_named():
    with pytest.raises(ValueError, match=r"audiences must lie in \(0, 2\), got 2.0 to 2.0"):
        reconcile(np.full((2, 1), 0.5), np.array([2.0]))
    with pytest.raises(ValueError, match=r"watched: got a share of 0.0"):
        fit_chances(np.zeros((5, 2, 2)), np.zeros((2, 2), np.bool_), rng=np.random.default_rng(0))
