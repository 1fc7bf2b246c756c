"""P(watch) of each member for titles that nobody could watch yet, calibrated, and its sum set to a title's forecast.

    logit P_mt = b_0 + b (taste_mt, kin_mt, activity_m, recent_m, usual_t, audience_t) + log e_mt,   standardised

taste is the score of the cold path (`recommend.cold`), usual its mean over members, kin what the title shares of
genres, people and franchise with those watched (`kin`), activity and recent are how much the member watched, of all
titles and of the latest years', audience is the forecast of `audience`, e is small for members who had left before the
title came out (`since`). The weights are learned on titles that were hidden on purpose: what a model says of titles it
has not seen differs from what it says of those it has. Between titles the forecast is nearer to what happened than the
sum of chances, or than both averaged.
Logistic regression by Newton's method: Hastie, Tibshirani & Friedman 2009, section 4.4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from matinee.acquire.who.since import GONE

Floats = NDArray[np.float64]

_RIDGE = 1.0
_STEPS = 30
_LARGEST = 30.0


@dataclass(frozen=True)
class Signals:
    """What the chances of m members for k titles are made from.

    Attributes:
        taste: float32 (m, k).
        kin: float32 (3, m, k), by genres, people and franchise.
        is_gone: bool (m, k), members who had left before the title came out.
        activity: float64 (m,).
        recent: float64 (m,).
        usual: float64 (k,).
        audience: float64 (k,), log10 of the forecast in the median.
    """

    taste: NDArray[np.float32]
    kin: NDArray[np.float32]
    is_gone: NDArray[np.bool_]
    activity: Floats
    recent: Floats
    usual: Floats
    audience: Floats

    def pick(self, pairs: NDArray[np.int64]) -> Floats:
        """Lay out the signals of pairs, numbered along the titles of each member: float64 (pairs, 8)."""
        m, t = np.divmod(pairs, len(self.audience))
        of_pairs = (self.taste[m, t], *self.kin[:, m, t])
        return np.column_stack([*of_pairs, self.activity[m], self.recent[m], self.usual[t], self.audience[t]])

    def weigh(self, weights: Floats) -> Floats:
        """Add up the eight signals, each by its weight: float64 (m, k)."""
        taste, *kin, activity, recent, usual, audience = weights
        of_members = activity * self.activity + recent * self.recent
        of_titles = usual * self.usual + audience * self.audience
        return np.asarray(taste * self.taste + np.tensordot(kin, self.kin, axes=1) + of_members[:, None] + of_titles)


@dataclass(frozen=True)
class Chances:
    """A learned model of P(watch).

    Attributes:
        weights: float64 (9,), b_0 first.
        mean: float64 (8,), of the signals.
        spread: float64 (8,), of the signals.
        lift: members a title had in the mean over those forecast: a forecast of a logarithm is right in the median,
            which is less.
    """

    weights: Floats
    mean: Floats
    spread: Floats
    lift: float

    def expect(self, signals: Signals) -> Floats:
        """Give the mean audience of titles: float64 (titles,), > 0."""
        return np.asarray(self.lift * 10.0**signals.audience, dtype=np.float64)

    def predict(self, signals: Signals) -> Floats:
        """Predict P(watch): float64 (members, titles) in (0, 1)."""
        scaled = self.weights[1:] / self.spread
        odds = self.weights[0] - scaled @ self.mean + signals.weigh(scaled) + np.log(GONE) * signals.is_gone
        return np.asarray(expit(np.clip(odds, -_LARGEST, _LARGEST)), dtype=np.float64)


def fit_chances(
    signals: Signals, watched: NDArray[np.bool_], *, rng: np.random.Generator, most: int = 400_000
) -> Chances:
    """Learn the weights on hidden titles.

    Args:
        signals: of k titles, made without a look at their views.
        watched: bool (members, k), who watched them.
        rng: draws the pairs learned from, where there are more than `most`.
        most: pairs.

    Returns:
        the model.

    Raises:
        ValueError: nobody watched any, or everybody all.
    """
    pairs = np.arange(watched.size)
    if len(pairs) > most:
        pairs = rng.choice(len(pairs), most, replace=False)
    x, y = signals.pick(pairs), watched.ravel()[pairs]
    share = float(y.mean())
    if not 0 < share < 1:
        raise ValueError(f"watched: got a share of {share}, want some who did and some who did not")
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    X = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    offset = np.log(GONE) * signals.is_gone.ravel()[pairs]
    lift = float(watched.sum() / (10.0**signals.audience).sum())
    return Chances(_newton(X, y.astype(np.float64), offset, start=float(logit(share))), mean, spread, lift)


def _newton(X: Floats, y: Floats, offset: Floats, *, start: float) -> Floats:
    """Minimise the logistic loss, halving steps that go too far."""
    b = np.zeros(X.shape[1])
    b[0] = start
    loss = _loss(X, y, offset, b)
    for _ in range(_STEPS):
        p = expit(offset + X @ b)
        H = (X * (p * (1 - p))[:, None]).T @ X + _RIDGE * np.eye(len(b))
        step = np.linalg.solve(H, X.T @ (p - y) + _RIDGE * b)
        while (new := _loss(X, y, offset, b - step)) > loss and np.abs(step).max() > 1e-9:
            step /= 2
        b = b - step
        if loss - new < 1e-9 * len(y):
            break
        loss = new
    return b


def _loss(X: Floats, y: Floats, offset: Floats, b: Floats) -> float:
    odds = offset + X @ b
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
