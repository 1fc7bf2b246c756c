"""Trees: gradient boosting over the numbers of works, by LightGBM, and the exact contribution of each number.

Covers extremely randomised boosted trees (cut points drawn at random), averaged over seeds. Names reach them only
through the prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

SETTINGS: dict[str, Any] = {
    "objective": "regression", "learning_rate": 0.04, "num_leaves": 8, "min_child_samples": 3, "extra_trees": True,
    "feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "verbosity": -1,
    "num_threads": 1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
ROUNDS = 250
SEEDS = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trees:
    """Fitted boosters.

    Attributes:
        boosters: one a seed.
        usual: float64 (columns,) what stands for an unknown value where no known title lacks it; NaN where some do.
    """

    boosters: tuple[lgb.Booster, ...]
    usual: Floats

    def predict(self, values: Floats) -> Floats:
        """Forecast the target, float64 (n,)."""
        return np.asarray(np.mean([np.asarray(each.predict(self._fill(values))) for each in self.boosters], axis=0))

    def explain(self, values: Floats) -> Floats:
        """Part forecasts into the contributions of columns, which add up exactly.

        Returns:
            float64 (n, columns + 1), in the unit of the target; the last is the mean. TreeSHAP, Lundberg et al. 2020.
        """
        told = [np.asarray(each.predict(self._fill(values), pred_contrib=True)) for each in self.boosters]
        return np.asarray(np.mean(told, axis=0))

    def _fill(self, values: Floats) -> Floats:
        """Take the usual value where LightGBM, which never saw the column unknown, would take zero."""
        return np.where(np.isnan(values), self.usual, values)


def fit_trees(
    values: Floats, y: Floats, *, rng: np.random.Generator, seeds: int = SEEDS, changes: Mapping[str, Any] | None = None
) -> Trees:
    """Fit the boosters.

    Args:
        values: (n, columns); NaN = unknown.
        y: (n,) targets.
        rng: of the seeds.
        seeds: how many boosters.
        changes: LightGBM parameters that differ from `SETTINGS`.
    """
    settings = SETTINGS | dict(changes or {})
    usual = np.where(np.isnan(values).any(axis=0), np.nan, np.median(values, axis=0))
    boosters = tuple(_fit_one(values, y, settings | {"seed": int(seed)}) for seed in rng.integers(2**31, size=seeds))
    return Trees(boosters, usual)


def _fit_one(values: Floats, y: Floats, settings: dict[str, Any]) -> lgb.Booster:
    return lgb.train(settings, lgb.Dataset(values, y, params={"verbosity": -1}), ROUNDS)
