"""Baselines: what a forecast must beat: a mean by group, fifteen comparable titles, a ridge, plain boosted trees.

Covers their fitting and an interval of constant width from cross-fitted errors. None sees more than the stack does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.features.build import Features
from matinee.acquire.forecast.kernel import fit_kernel
from matinee.acquire.forecast.trees import fit_trees

NEAREST = 15
FOLDS = 4
_LEAST_GROUP = 5
_HISTORY = ("series_", "family_", "season_")
_WEEKLY = ("series_week", "family_week")

Floats = NDArray[np.float64]
Fit = Callable[[Features, Floats, Features], Floats]
"""(known, their targets, works) -> forecasts of the works."""


def _by_group(known: Features, targets: Floats, works: Features) -> Floats:
    """Forecast the mean of kind x English x worldwide x later season."""
    keys = ["kind", "is_english", "worldwide", "is_later"]
    table = _key(known.works).with_columns(y=targets)
    groups = table.group_by(keys).agg(pl.col("y").mean(), n=pl.len())
    large = groups.filter(pl.col("n") >= _LEAST_GROUP)
    told = _key(works.works).join(large, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return np.asarray(told["y"].fill_null(float(targets.mean())).to_numpy())


def _key(works: pl.DataFrame) -> pl.DataFrame:
    return works.select("kind", "worldwide", is_english=pl.col("language") == "en", is_later=pl.col("season") > 1)


def _by_comps(known: Features, targets: Floats, works: Features) -> Floats:
    """Forecast the mean of the fifteen titles most alike in names and offer."""
    likeness = fit_kernel(known.drop(_HISTORY), targets).likeness(works.drop(_HISTORY))
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :NEAREST]
    return np.asarray(targets[nearest].mean(axis=1))


def _by_ridge(known: Features, targets: Floats, works: Features) -> Floats:
    return fit_kernel(known.drop(_HISTORY), targets, is_line=True).predict(works.drop(_HISTORY))


def _by_trees(known: Features, targets: Floats, works: Features) -> Floats:
    """Forecast by plain boosted trees over the offer and the history in reports."""
    plain = {"extra_trees": False, "min_child_samples": 12}
    trees = fit_trees(known.drop(_WEEKLY).values, targets, rng=np.random.default_rng(0), seeds=1, changes=plain)
    return trees.predict(works.drop(_WEEKLY).values)


BASELINES: Mapping[str, Fit] = MappingProxyType({
    "mean by group": _by_group,
    "comps": _by_comps,
    "ridge": _by_ridge,
    "lightgbm": _by_trees,
})


def forecast_baseline(fit: Fit, known: Features, targets: Floats, works: Features) -> tuple[Floats, Floats, Floats]:
    """Forecast by a baseline with its 80% interval.

    Args:
        fit: one of `BASELINES`.
        known: n debuts.
        targets: (n,) their log10 hours.
        works: to forecast.

    Returns:
        Mean, lower and upper end, float64 (works,) each.
    """
    folds = np.arange(len(targets)) % FOLDS
    errors = np.zeros(len(targets))
    for fold in range(FOLDS):
        rest, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        errors[held] = targets[held] - fit(known.take(rest), targets[rest], known.take(held))
    low, high = np.quantile(errors, [0.1, 0.9])
    mean = fit(known, targets, works)
    return mean, mean + low, mean + high
