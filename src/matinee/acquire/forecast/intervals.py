"""Intervals: how far a forecast may be off, learned from how far cross-fitted forecasts of known titles were.

Covers normalised conformal prediction (Lei et al. 2018, Distribution-Free Predictive Inference for Regression): errors
are divided by a learned scale, and quantiles of the result, by group where a group is large enough, are taken back to
each title. What no known title resembles gets the spread of everything known and more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles that are forecast; the outer two bound the 80% interval."""

DRIFT = 0.02
"""How much farther from the median than asked a quantile is taken: .092 for .1; periods differ."""

LEAST_GROUP = 400
"""A group of fewer errors takes part of its quantiles from all errors."""

STRANGE = 1.5
"""A title of an unknown kind gets an interval so many times as wide as the hours of all known titles differ."""

_LIMIT = 3.0
_RIDGE = 20.0
_SMALL = 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Intervals:
    """What errors of known titles teach.

    Attributes:
        centre: float64 (c,) means of what the scale is learned from.
        spread: float64 (c,) deviations.
        weights: float64 (c,) of the logarithm of the scale.
        level: of the logarithm of the scale.
        quantiles: float64 (groups, LEVELS) of scaled errors.
        everything: float64 (LEVELS,) quantiles of the targets themselves, around their median.
    """

    centre: Floats
    spread: Floats
    weights: Floats
    level: float
    quantiles: Floats
    everything: Floats

    def scale(self, signs: Floats) -> Floats:
        """Tell the usual size of an error, float64 (n,) > 0, from `signs` (n, c)."""
        told = np.clip((signs - self.centre) / self.spread, -_LIMIT, _LIMIT)
        return np.asarray(np.exp(self.level + told @ self.weights))

    def quantiles_of(
        self, mean: Floats, signs: Floats, groups: NDArray[np.int64], strange: NDArray[np.bool_]
    ) -> Floats:
        """Give the quantiles of n titles, float64 (n, LEVELS), rising.

        Args:
            mean: (n,) forecasts.
            signs: (n, c) what the scale is learned from.
            groups: (n,) group of each title.
            strange: (n,) True for titles of a kind that is not known.
        """
        offsets = self.quantiles[groups] * self.scale(signs)[:, None]
        wide = np.where(np.abs(offsets) > np.abs(STRANGE * self.everything), offsets, STRANGE * self.everything)
        return np.asarray(np.sort(mean[:, None] + np.where(strange[:, None], wide, offsets), axis=1))


def fit_intervals(errors: Floats, signs: Floats, groups: NDArray[np.int64], targets: Floats) -> Intervals:
    """Learn from the errors of cross-fitted forecasts.

    Args:
        errors: (n,) truth minus forecast.
        signs: (n, c) what tells large errors from small ones.
        groups: (n,) group of each title, 0 …
        targets: (n,) the truths.
    """
    logs = np.log(np.abs(errors) + _SMALL)
    centre, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-9
    Q = np.clip((signs - centre) / spread, -_LIMIT, _LIMIT)
    slope = np.linalg.solve(Q.T @ Q + _RIDGE * np.eye(Q.shape[1]), Q.T @ (logs - logs.mean()))
    scaled = errors / np.exp(logs.mean() + Q @ slope)
    overall = _quantiles(scaled)
    rows = [_shrink(scaled[groups == g], overall) for g in range(int(groups.max()) + 1)]
    around = _quantiles(targets)
    return Intervals(centre, spread, slope, float(logs.mean()), np.array(rows), around - np.median(targets))


def _shrink(scaled: Floats, overall: Floats) -> Floats:
    share = min(1.0, len(scaled) / LEAST_GROUP)
    return share * _quantiles(scaled) + (1 - share) * overall if len(scaled) else overall


def _quantiles(values: Floats) -> Floats:
    """Take quantiles at `LEVELS`, each moved outwards by DRIFT and by one value for the title to come."""
    asked = 0.5 + (np.array(LEVELS) - 0.5) * (1 + DRIFT) * (1 + 1 / len(values))
    return np.asarray(np.quantile(values, np.clip(asked, 0, 1)))
