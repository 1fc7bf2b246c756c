"""Forecasts: how near a forecast came, in order, in size and in its own account of how sure it was.

Covers point forecasts on a logarithmic scale and the interval around them. It says nothing of ranking for members
(`ranking`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

TOP_SHARE = 0.1

Floats = NDArray[np.float64]


class ForecastScores(NamedTuple):
    """How near a forecast came; NaN where it is not defined.

    Attributes:
        rmse: root mean squared error, in the unit of the truth.
        spearman: rank correlation in [-1, 1]; NaN for a constant forecast.
        precision: share of the top tenth by forecast that is in the true top tenth, ties shuffled, in [0, 1].
        coverage: share of truths within the interval, in [0, 1].
        width: mean width of the interval.
    """

    rmse: float
    spearman: float
    precision: float
    coverage: float
    width: float


def score_forecast(
    truth: Floats, mean: Floats, low: Floats, high: Floats, *, rng: np.random.Generator
) -> ForecastScores:
    """Score forecasts of n titles.

    Args:
        truth: (n,) such as log10 hours.
        mean: (n,) forecasts.
        low: (n,) lower ends of the intervals.
        high: (n,) upper ends.
        rng: shuffles ties.

    Raises:
        ValueError: the lengths differ.
    """
    if not len(truth) == len(mean) == len(low) == len(high):
        raise ValueError(f"truth, mean, low and high must be equally long, got {[*map(len, (truth, mean, low, high))]}")
    if not len(truth):
        return ForecastScores(*[float("nan")] * 5)
    return ForecastScores(
        float(np.sqrt(np.mean((mean - truth) ** 2))),
        compute_spearman(truth, mean),
        _compute_precision(truth, mean, rng),
        float(np.mean((low <= truth) & (truth <= high))),
        float(np.mean(high - low)),
    )


def compute_spearman(truth: Floats, mean: Floats) -> float:
    """Compute the rank correlation, ties sharing their mean rank; NaN where either is constant."""
    ranks = rankdata(truth) - (len(truth) + 1) / 2, rankdata(mean) - (len(truth) + 1) / 2
    norm = float(np.sqrt((ranks[0] ** 2).sum() * (ranks[1] ** 2).sum()))
    return float(ranks[0] @ ranks[1]) / norm if norm else float("nan")


def _compute_precision(truth: Floats, mean: Floats, rng: np.random.Generator) -> float:
    k = max(1, round(TOP_SHARE * len(truth)))
    shuffled = rng.permutation(len(truth))
    best_true = shuffled[np.argsort(-truth[shuffled], kind="stable")[:k]]
    again = rng.permutation(len(truth))
    best_told = again[np.argsort(-mean[again], kind="stable")[:k]]
    return len(np.intersect1d(best_true, best_told)) / k
