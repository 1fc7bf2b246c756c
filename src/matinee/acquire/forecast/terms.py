"""Terms: when and where a title can be watched, and forecasts of titles of which that is not told.

A chart names no terms; those of its titles are known as far as a report names them, and a title's first day and deal
tell more of its hours than anything else. So works of which they are told and works of which they are not are forecast
by two models, and the second has seen the terms of none. Of reports and own totals the terms are always told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.features.build import Features
from matinee.acquire.forecast.stack import LEAST_DEBUTS, Forecast, Forecaster, fit_forecaster

TERMS = ("worldwide", "days", "out_for", "weekday", "is_friday", "is_early_week")
"""How the names of the columns begin that only the terms tell."""


@dataclass(frozen=True)
class Learners:
    """The debuts that a forecast of works is learned from.

    Attributes:
        known: n debuts.
        targets: float64 (n,) their log10 hours.
        older: titles out before, for the priors.
        seed: of everything drawn.
    """

    known: Features
    targets: NDArray[np.float64]
    older: pl.DataFrame
    seed: int

    @property
    def is_mixed(self) -> bool:
        """Whether terms are told of some debuts and not of all, as of those of a chart."""
        told = find_told(self.known.works)
        return not told.all() and int(told.sum()) >= LEAST_DEBUTS

    def fit(self) -> Forecaster:
        """Fit the model of works whose terms are told."""
        rows = np.flatnonzero(find_told(self.known.works)) if self.is_mixed else np.arange(len(self.targets))
        rng = np.random.default_rng(self.seed)
        return fit_forecaster(self.known.take(rows), self.targets[rows], self.older, rng=rng)

    def fit_untold(self) -> Forecaster:
        """Fit the model of works whose terms are not told."""
        rng = np.random.default_rng(self.seed)
        return fit_forecaster(hide_terms(self.known), self.targets, self.older, rng=rng)


def find_told(works: pl.DataFrame) -> NDArray[np.bool_]:
    """Tell of which works the terms are told: those of which it is known whether they are offered worldwide."""
    return works["worldwide"].is_not_null().to_numpy().astype(bool)


def hide_terms(features: Features) -> Features:
    """Make the terms of all works unknown; the works keep their days, for showing."""
    hidden = features.hide(np.array([name.startswith(TERMS) for name in features.names]))
    return replace(hidden, works=features.works.with_columns(worldwide=pl.lit(None, pl.Boolean)))


def forecast_by_terms(learners: Learners, works: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Forecast works by the model of what is told of them.

    Returns:
        Mean, float64 (works,), and quantiles, float64 (works, LEVELS), of log10 hours.
    """
    told = find_told(works.works) | (not learners.is_mixed)
    parts: list[tuple[NDArray[np.intp], Forecast]] = []
    if (rows := np.flatnonzero(told)).size:
        parts.append((rows, learners.fit().predict(works.take(rows))))
    if (rows := np.flatnonzero(~told)).size:
        parts.append((rows, learners.fit_untold().predict(hide_terms(works.take(rows)))))
    back = np.argsort(np.concatenate([rows for rows, _ in parts]))
    mean = np.concatenate([each.mean for _, each in parts])[back]
    return mean, np.concatenate([each.quantiles for _, each in parts])[back]
