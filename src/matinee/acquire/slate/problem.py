"""The choice of a slate as numbers: what titles cost, what they add, and what may not be chosen together.

Covers the statement of the problem and the worth of a choice. It does not solve it (`solve`), and it knows no names,
windows or currencies (`terms`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Choice = NDArray[np.bool_]


@dataclass(frozen=True)
class Worth:
    """What a choice x adds: a x + sum over groups g of w_g (1 - exp(-r_g x)).

    The second part is how many members of alike groups watch at least one title, if each watches title i with chance
    1 - exp(-r_gi), independently.

    Attributes:
        additive: a, float64 (n,).
        members: w, float64 (groups,), >= 0; no group = additive alone.
        rates: r, float64 (groups, n), >= 0.
    """

    additive: Floats
    members: Floats
    rates: Floats

    def of(self, chosen: Choice) -> float:
        """Compute the worth of a choice, bool (n,)."""
        missed = np.exp(-(self.rates @ chosen))
        return float(self.additive @ chosen + self.members @ (1 - missed))


def count_hours(hours: Floats) -> Worth:
    """Worth that adds up: (n,) of each title."""
    return Worth(hours, np.zeros(0), np.zeros((0, len(hours))))


def count_reach(members: Floats, chances: Floats) -> Worth:
    """Worth as members who watch at least one title.

    Args:
        members: (groups,) number of members.
        chances: (groups, n) P(watch) of a member of the group, in [0, 1); those above .999999 count as that.
    """
    rates = -np.log1p(-np.minimum(chances, 0.999999))
    return Worth(np.zeros(chances.shape[1]), members, rates)


@dataclass(frozen=True)
class Problem:
    """Which of n titles to choose.

    Attributes:
        worth: what they add.
        prices: int64 (n,), >= 0, minor units.
        budget: minor units, >= 0.
        rows: float64 (rules, n): how much each title counts towards each rule.
        least: float64 (rules,), -inf = no least.
        most: float64 (rules,), inf = no most.

    Raises:
        ValueError: if a price or the budget is negative.
    """

    worth: Worth
    prices: NDArray[np.int64]
    budget: int
    rows: csr_array
    least: Floats
    most: Floats

    def __post_init__(self) -> None:
        if self.budget < 0 or self.prices.min(initial=0) < 0:
            lowest = min(self.budget, int(self.prices.min(initial=0)))
            raise ValueError(f"budget and prices must be >= 0, got {lowest}")

    def cost(self, chosen: Choice) -> int:
        """Add up the prices of a choice, exactly."""
        return sum(self.prices[chosen].tolist())

    def allows(self, chosen: Choice) -> bool:
        """Whether a choice keeps the budget, exactly, and every rule."""
        counts = self.rows @ chosen.astype(np.float64)
        kept = (counts >= self.least - 1e-6) & (counts <= self.most + 1e-6)
        return self.cost(chosen) <= self.budget and bool(kept.all())
