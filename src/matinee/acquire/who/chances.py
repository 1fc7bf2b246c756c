"""P(watch) of each member for titles that nobody could watch yet, calibrated, and its sum set to a title's forecast.

    logit P_mt = b_0 + b (taste_mt, usual_t, activity_m, recent_m, audience_t),   standardised

taste is the score of the cold path (`recommend.cold`), usual its mean over members, activity and recent are how much
the member watched, of all titles and of the latest years', audience is the forecast of `audience`. The weights are
learned on titles that were hidden on purpose: what a model says of titles it has not seen differs from what it says of
those it has. Between titles the forecast is nearer to what happened than the sum of chances, or than both averaged.
Logistic regression by Newton's method: Hastie, Tibshirani & Friedman 2009, section 4.4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit, logit

Floats = NDArray[np.float64]

RECENT_YEARS = 3
_FLOOR = 0.005
_RIDGE = 1.0
_STEPS = 30
_LARGEST = 30.0


@dataclass(frozen=True)
class Chances:
    """A learned model of P(watch).

    Attributes:
        weights: float64 (6,), b_0 first.
        mean: float64 (5,), of the signals.
        spread: float64 (5,), of the signals.
        lift: members a title had in the mean over those forecast: a forecast of a logarithm is right in the median,
            which is less.
    """

    weights: Floats
    mean: Floats
    spread: Floats
    lift: float

    def expect(self, signals: Floats) -> Floats:
        """Give the mean audience of titles from signals (5, members, titles): float64 (titles,), > 0."""
        return np.asarray(self.lift * 10.0 ** signals[-1, 0], dtype=np.float64)

    def predict(self, signals: Floats) -> Floats:
        """Predict P(watch) from signals (5, members, titles): float64 (members, titles) in (0, 1)."""
        scaled = self.weights[1:] / self.spread
        odds = self.weights[0] - scaled @ self.mean + np.tensordot(scaled, signals, axes=1)
        return np.asarray(expit(np.clip(odds, -_LARGEST, _LARGEST)), dtype=np.float64)


def gather_signals(
    histories: csr_array, cold_weights: NDArray[np.float32], recent: NDArray[np.bool_], audiences: Floats
) -> Floats:
    """Lay out what chances are made from.

    Args:
        histories: (members, n) of ones: what each watched.
        cold_weights: float32 (n, k): item weights of the k titles, of `fill_cold`.
        recent: bool (n,): titles of the latest `RECENT_YEARS`.
        audiences: (k,) forecast log10 audience.

    Returns:
        float64 (5, members, k): taste, usual, activity, recent, audience.
    """
    taste = np.log(np.maximum(histories @ cold_weights, 0) + _FLOOR)
    activity = np.log1p(histories.sum(axis=1))
    latest = np.log(histories @ recent.astype(np.float64) + 0.5)
    shape = taste.shape
    members = [np.broadcast_to(each[:, None], shape) for each in (activity, latest)]
    usual, audience = (np.broadcast_to(each, shape) for each in (taste.mean(axis=0), audiences))
    return np.stack([taste, usual, *members, audience]).astype(np.float64)


def fit_chances(
    signals: Floats, watched: NDArray[np.bool_], *, rng: np.random.Generator, most: int = 400_000
) -> Chances:
    """Learn the weights on hidden titles.

    Args:
        signals: (5, members, k), of `gather_signals`, made without a look at the k titles' views.
        watched: bool (members, k), who watched them.
        rng: draws the pairs learned from, where there are more than `most`.
        most: pairs.

    Returns:
        the model.

    Raises:
        ValueError: nobody watched any, or everybody all.
    """
    x, y = signals.reshape(len(signals), -1).T, watched.ravel()
    if len(y) > most:
        drawn = rng.choice(len(y), most, replace=False)
        x, y = x[drawn], y[drawn]
    share = float(y.mean())
    if not 0 < share < 1:
        raise ValueError(f"watched: got a share of {share}, want some who did and some who did not")
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    X = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    lift = float(watched.sum() / (10.0 ** signals[-1, 0]).sum())
    return Chances(_newton(X, y.astype(np.float64), start=float(logit(share))), mean, spread, lift)


def _newton(X: Floats, y: Floats, *, start: float) -> Floats:
    """Minimise the logistic loss, halving steps that go too far."""
    b = np.zeros(X.shape[1])
    b[0] = start
    loss = _loss(X, y, b)
    for _ in range(_STEPS):
        p = expit(X @ b)
        H = (X * (p * (1 - p))[:, None]).T @ X + _RIDGE * np.eye(len(b))
        step = np.linalg.solve(H, X.T @ (p - y) + _RIDGE * b)
        while (new := _loss(X, y, b - step)) > loss and np.abs(step).max() > 1e-9:
            step /= 2
        b = b - step
        if loss - new < 1e-9 * len(y):
            break
        loss = new
    return b


def _loss(X: Floats, y: Floats, b: Floats) -> float:
    odds = X @ b
    return float((np.logaddexp(0, odds) - y * odds).sum() + _RIDGE / 2 * (b @ b))


def reconcile(chances: Floats, audiences: Floats) -> Floats:
    """Shift each title's odds, alike for all members, so that chances add up to its audience.

    Args:
        chances: (members, k) in (0, 1).
        audiences: (k,), in (0, members).

    Returns:
        float64 (members, k) in (0, 1); the order of a title's members stays.

    Raises:
        ValueError: an audience of nobody, or of everybody and more.
    """
    if audiences.min(initial=1) <= 0 or audiences.max(initial=0) >= len(chances):
        raise ValueError(f"audiences must lie in (0, {len(chances)}), got {audiences.min()} to {audiences.max()}")
    odds = logit(chances)
    low, high = np.full(len(audiences), -2 * _LARGEST), np.full(len(audiences), 2 * _LARGEST)
    for _ in range(60):  # bisection, for the sum rises with the shift
        middle = (low + high) / 2
        is_low = expit(odds + middle).sum(axis=0) < audiences
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
    return np.asarray(expit(odds + (low + high) / 2), dtype=np.float64)
