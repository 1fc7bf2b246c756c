"""Whether one model is better than another on the same members, by a paired bootstrap.

Covers two models and one metric at a time. It does not correct for many comparisons, and it does not compute the
metrics (`ranking`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWS_IN_MEMORY = 2**22
"""Resampled members held at once: 32 MB of row numbers and as much of differences."""


@dataclass(frozen=True)
class Comparison:
    """How much better the first model is than the second.

    Attributes:
        difference: mean of first - second over members.
        low: lower end of the 95% interval of the difference.
        high: upper end of it.
        share_not_better: share of resamples, in [0, 1], in which the first is no better (difference <= 0).
        n: members for whom both are defined.
    """

    difference: float
    low: float
    high: float
    share_not_better: float
    n: int


def compare_paired(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], *, rng: np.random.Generator, n: int = 1000
) -> Comparison:
    """Resample the members' differences with replacement, and see where their mean falls.

    The interval is the 2.5th to the 97.5th percentile of the resampled means (Efron 1979). Members for whom either
    is NaN are left out.

    Args:
        first: a metric of each member under one model, shape (members,).
        second: the same metric of the same members under the other.
        rng: draws the resamples.
        n: how many resamples.

    Raises:
        ValueError: if the shapes differ, `n` is not positive or no member has both values.
    """
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"second: got shape {second.shape}, want one value a member, as in first: {first.shape}")
    if n < 1:
        raise ValueError(f"n: got {n}, want at least 1 resample")
    differences = first - second
    differences = differences[~np.isnan(differences)]
    if len(differences) == 0:
        raise ValueError("first, second: got no member for whom both are defined, want at least one")
    means = _resampled_means(differences, rng, n)
    low, high = np.quantile(means, [0.025, 0.975])
    not_better = float(np.mean(means <= 0))
    return Comparison(float(differences.mean()), float(low), float(high), not_better, len(differences))


def _resampled_means(values: npt.NDArray[np.float64], rng: np.random.Generator, n: int) -> npt.NDArray[np.float64]:
    means = np.empty(n)
    block = max(1, DRAWS_IN_MEMORY // len(values))
    for start in range(0, n, block):
        size = min(block, n - start)
        means[start : start + size] = values[rng.integers(len(values), size=(size, len(values)))].mean(axis=1)
    return means
