"""What another policy would have earned, from what this one logged: IPS, SNIPS and doubly robust.

Covers one decision a row: a policy saw a context, took one action with a known probability, and got a reward. Rows must
be independent; where a member stands in several, add theirs up first or the intervals are too narrow. It needs the
logged probability of each action, and cannot judge a policy that takes actions that were never taken.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z95 = 1.959963984540054
"""97.5th percentile of the normal distribution."""


@dataclass(frozen=True)
class Estimate:
    """The mean reward of a policy, estimated.

    Attributes:
        value: the estimate, in units of the reward.
        low: lower end of its 95% normal interval.
        high: upper end of it.
        effective: effective sample size, (sum of w)^2 / sum of w^2 (Kish 1965), 0 to n decisions.
    """

    value: float
    low: float
    high: float
    effective: float


def importance_weights(chances: Floats, propensities: Floats, *, clip: float) -> Floats:
    """Compute how much more likely the new policy is to do what was done: w = min(chance / propensity, clip).

    Args:
        chances: (n,) probability of the logged action under the new policy, in [0, 1].
        propensities: (n,) its probability under the policy that took it, in (0, 1].
        clip: greatest weight; a smaller one lowers the variance, and biases the estimates of IPS and doubly robust
            towards what was logged or predicted. math.inf = unbiased.

    Returns:
        (n,), 0 to `clip`.

    Raises:
        ValueError: if shapes differ, or a probability or `clip` is out of its range.
    """
    _check_alike("propensities", propensities, chances)
    if not ((chances >= 0) & (chances <= 1)).all():
        raise ValueError("chances: want probabilities in [0, 1]")
    if not ((propensities > 0) & (propensities <= 1)).all():
        raise ValueError("propensities: want probabilities in (0, 1]; what could not happen was not logged")
    if not clip > 0:
        raise ValueError(f"clip: got {clip}, want more than 0; math.inf for no clipping")
    return np.minimum(chances / propensities, clip)


def estimate_ips(rewards: Floats, weights: Floats) -> Estimate:
    """Estimate by inverse propensity scoring, mean of w r (Horvitz and Thompson 1952); unbiased without clipping.

    Args:
        rewards: (n,) of the logged decisions.
        weights: (n,) of `importance_weights`.

    Returns:
        The estimate; NaN, with a warning, from fewer than two decisions.
    """
    _check_alike("weights", weights, rewards)
    return _mean_estimate(weights * rewards, weights)


def estimate_snips(rewards: Floats, weights: Floats) -> Estimate:
    """Estimate by self-normalised scoring, sum of w r / sum of w (Swaminathan and Joachims 2015).

    Biased by O(1/n), steadier than IPS, and moves along where a constant is added to all rewards. The interval is by
    the delta method, from w (r - value) / mean w.

    Args:
        rewards: (n,) of the logged decisions.
        weights: (n,) of `importance_weights`.

    Returns:
        The estimate; NaN, with a warning, from fewer than two decisions or where all weights are 0.
    """
    _check_alike("weights", weights, rewards)
    if not weights.any():
        return _undefined()
    value = float(weights @ rewards / weights.sum())
    return _mean_estimate(value + weights * (rewards - value) / weights.mean(), weights)


def estimate_doubly_robust(rewards: Floats, weights: Floats, *, predicted: Floats, expected: Floats) -> Estimate:
    """Estimate from a model of the reward, corrected where it was wrong (Dudik, Langford and Li 2011).

    Mean of expected + w (r - predicted): unbiased if propensities are right, whatever the model; close if the model is
    right, whatever the propensities. The better the model, the narrower the interval. The model must not have been
    fitted on these rewards.

    Args:
        rewards: (n,) of the logged decisions.
        weights: (n,) of `importance_weights`.
        predicted: (n,) reward that a model expects of the logged action.
        expected: (n,) reward that it expects of the new policy in the same context: sum over actions of chance times
            predicted reward.

    Returns:
        The estimate; NaN, with a warning, from fewer than two decisions.
    """
    for name, values in (("weights", weights), ("predicted", predicted), ("expected", expected)):
        _check_alike(name, values, rewards)
    return _mean_estimate(expected + weights * (rewards - predicted), weights)


def _mean_estimate(values: Floats, weights: Floats) -> Estimate:
    """Average independent values: mean ± 1.96 s / sqrt(n)."""
    n = len(values)
    if n < 2:
        return _undefined()
    value = float(values.mean())
    half = Z95 * float(values.std(ddof=1)) / n**0.5
    squares = float(weights @ weights)
    return Estimate(value, value - half, value + half, float(weights.sum()) ** 2 / squares if squares else 0.0)


def _undefined() -> Estimate:
    warnings.warn("too few logged decisions that the new policy could have taken: NaN", RuntimeWarning, stacklevel=3)
    return Estimate(float("nan"), float("nan"), float("nan"), 0.0)


def _check_alike(name: str, values: Floats, like: Floats) -> None:
    if values.shape != like.shape or values.ndim != 1:
        raise ValueError(f"{name}: got shape {values.shape}, want one value a decision: {like.shape}")
    if not np.isfinite(values).all() or not np.isfinite(like).all():
        raise ValueError(f"{name}: got a value that is not finite, or beside one, want numbers")
