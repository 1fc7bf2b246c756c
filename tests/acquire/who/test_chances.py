from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit

from matinee.acquire.who.chances import Signals, fit_chances, reconcile
from matinee.acquire.who.since import GONE


def make_signals(rng, members, titles):
    of_pairs = rng.standard_normal((4, members, titles)).astype(np.float32)
    nobody = np.zeros((members, titles), np.bool_)
    of_members, of_titles = rng.standard_normal((2, members)), rng.standard_normal((2, titles))
    return Signals(of_pairs[0], of_pairs[1:], nobody, *of_members, *of_titles)


def test_weights_that_made_the_viewing_are_found():
    rng = np.random.default_rng(0)
    signals, weights = make_signals(rng, 400, 200), [1.0, -0.5, 0.0, 0.7, 0.3, 0.2, 0.5, -0.4]
    chances = expit(-1.5 + signals.weigh(np.array(weights)))
    model = fit_chances(signals, rng.random(chances.shape) < chances, rng=rng)
    assert (model.weights[1:] / model.spread).tolist() == pytest.approx(weights, abs=0.06)
    assert model.predict(signals) == pytest.approx(chances, abs=0.05)


def test_signals_of_pairs_are_those_that_are_weighed():
    signals, weights = make_signals(np.random.default_rng(0), 3, 4), np.arange(1.0, 9.0)
    assert signals.pick(np.arange(12)) @ weights == pytest.approx(signals.weigh(weights).ravel())


def test_members_who_had_left_are_not_taken_for_indifferent():
    rng = np.random.default_rng(0)
    signals = make_signals(rng, 400, 100)
    left = replace(signals, is_gone=np.arange(400)[:, None] < np.linspace(0, 300, 100))
    had_all_been_there, chances = expit(-1.5 + signals.taste), expit(-1.5 + signals.taste + np.log(GONE) * left.is_gone)
    model = fit_chances(left, rng.random(chances.shape) < chances, rng=rng)
    assert model.predict(signals) == pytest.approx(had_all_been_there, abs=0.05)
    assert model.predict(left) == pytest.approx(chances, abs=0.05)


def test_signals_far_apart_do_not_make_the_fit_diverge():
    rng = np.random.default_rng(0)
    near = make_signals(rng, 50, 40)
    signals = replace(near, taste=near.taste * np.float32(1e-3), activity=near.activity * 1e3)
    watched = signals.taste > 1.5e-3
    model = fit_chances(signals, watched, rng=rng)
    assert np.isfinite(model.weights).all()
    assert np.corrcoef(model.predict(signals).ravel(), watched.ravel())[0, 1] > 0.9


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
    signals = replace(make_signals(rng, 100, 4), audience=np.log10([10.0, 20.0, 30.0, 40.0]))
    watched = np.arange(100)[:, None] < np.array([10, 40, 30, 70])
    model = fit_chances(signals, watched, rng=rng)
    assert model.expect(signals).tolist() == pytest.approx([15.0, 30.0, 45.0, 60.0])


def test_what_cannot_be_is_named():
    with pytest.raises(ValueError, match=r"audiences must lie in \(0, 2\), got 2.0 to 2.0"):
        reconcile(np.full((2, 1), 0.5), np.array([2.0]))
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"watched: got a share of 0.0"):
        fit_chances(make_signals(rng, 2, 2), np.zeros((2, 2), np.bool_), rng=rng)
