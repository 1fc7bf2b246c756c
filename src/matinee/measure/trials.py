"""How an experiment came out: means of arms, their differences, both with intervals, and whether the split is right.

Covers one outcome at a time, one value a member. It does not correct for many comparisons, nor for looking at a running
experiment until it pleases. What an outcome is, is `exposures`' matter.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from matinee.measure.compare import DRAWS_IN_MEMORY

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000


@dataclass(frozen=True)
class Interval:
    """A number with its 95% interval.

    Attributes:
        value: the number.
        low: lower end.
        high: upper end.
    """

    value: float
    low: float
    high: float


def mean_interval(values: Floats, *, rng: np.random.Generator, n: int = RESAMPLES) -> Interval:
    """Average the members of one arm, with a percentile bootstrap interval (Efron 1979).

    Args:
        values: (members,) outcome of each.
        rng: draws the resamples.
        n: how many.

    Returns:
        The mean; an interval of fewer than two members, and a mean of nobody, is NaN, with a warning.
    """
    if len(values) < 2:
        return _undefined(float(values.mean()) if len(values) else float("nan"))
    return _interval(float(values.mean()), _resampled_means(values, rng, n))


def difference_interval(first: Floats, second: Floats, *, rng: np.random.Generator, n: int = RESAMPLES) -> Interval:
    """Compute mean of `first` - mean of `second` for different members, each arm resampled by itself.

    Args:
        first: (members,) outcome of each member of one arm.
        second: (others,) the same of another.
        rng: draws the resamples.
        n: how many.

    Returns:
        The difference; NaN as in `mean_interval`.
    """
    if min(len(first), len(second)) < 2:
        return _undefined(float("nan"))
    differences = _resampled_means(first, rng, n) - _resampled_means(second, rng, n)
    return _interval(float(first.mean() - second.mean()), differences)


def sample_ratio(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    """Compute how likely it is that arms of these shares differ as much from them as the counts do (chi-square test).

    A tiny value means that members were lost or doubled on the way, and that no difference between the arms can be
    trusted (Fabijan et al. 2019).

    Args:
        counts: arm -> members seen in it.
        shares: arm -> share planned, the same arms, adding up to 1.

    Returns:
        p in [0, 1]; 1 with one arm, NaN with a warning where nobody was seen.

    Raises:
        ValueError: if the arms differ.
    """
    if set(counts) != set(shares):
        raise ValueError(f"shares: got arms {sorted(shares)}, want those of `counts`: {sorted(counts)}")
    seen = np.array([counts[arm] for arm in sorted(counts)], dtype=np.float64)
    if not seen.any():
        warnings.warn("nobody was seen in any arm: NaN", RuntimeWarning, stacklevel=2)
        return float("nan")
    planned = np.array([shares[arm] for arm in sorted(shares)])
    return float(stats.chisquare(seen, seen.sum() * planned / planned.sum()).pvalue) if len(seen) > 1 else 1.0


def adjust_by_before(values: Floats, before: Floats) -> Floats:
    """Take out of an outcome what the members' past foretold, so that arms differ by less chance (CUPED).

    values - theta (before - mean before), theta = cov(values, before) / var(before) over all arms together (Deng, Xu,
    Kohavi and Walker 2013). The past cannot know the arm, so differences between arms stay unbiased.

    Args:
        values: (members,) outcome after the first exposure, members of all arms.
        before: (members,) the same measured before it.

    Returns:
        (members,) with the mean of `values`; `values` themselves where the past is the same for all.
    """
    if values.shape != before.shape:
        raise ValueError(f"before: got shape {before.shape}, want one value a member: {values.shape}")
    centred = before - before.mean() if len(before) else before
    spread = float(centred @ centred)
    return values - (float(centred @ values) / spread) * centred if spread > 0 else values


def _resampled_means(values: Floats, rng: np.random.Generator, n: int) -> Floats:
    """Draw means of resamples with replacement, by how often each distinct value is drawn: counts have few of them."""
    distinct, counts = np.unique(values, return_counts=True)
    shares = counts / len(values)
    means = np.empty(n)
    block = max(1, DRAWS_IN_MEMORY // len(distinct))
    for start in range(0, n, block):
        size = min(block, n - start)
        means[start : start + size] = rng.multinomial(len(values), shares, size=size) @ distinct / len(values)
    return means


def _interval(value: float, resampled: Floats) -> Interval:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _undefined(value: float) -> Interval:
    warnings.warn("too few members for an interval: NaN", RuntimeWarning, stacklevel=3)
    return Interval(value, float("nan"), float("nan"))
