"""Backtest: how near forecasts would have come, for every period that earlier facts allow.

Covers origins (learn from what had ended, forecast what came out next), the served forecast beside every baseline,
and live listings with and without. Every number that a model needs is learned within the earlier periods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.features.build import Features
from matinee.acquire.forecast.baselines import BASELINES, forecast_baseline
from matinee.acquire.forecast.stack import LEAST_DEBUTS
from matinee.acquire.forecast.terms import Learners, forecast_by_terms
from matinee.measure.forecasts import ForecastScores, score_forecast

LIVE = "stack"
"""Name of the model that `forecast` serves."""

LEAST_TESTED = 20
_YEAR = timedelta(days=365)
_PERIOD_DAYS = 100
_HALF_YEARS = {(1, 1, 6, 30): "H1", (7, 1, 12, 31): "H2"}


@dataclass(frozen=True)
class Origin:
    """A period that is forecast from what had ended before it.

    Attributes:
        starts_on: first day.
        ends_on: last day.
    """

    starts_on: date
    ends_on: date

    @property
    def label(self) -> str:
        """The half-year, as 2024H2, or the first and last day."""
        first, last = self.starts_on, self.ends_on
        half = _HALF_YEARS.get((first.month, first.day, last.month, last.day))
        return f"{first.year}{half}" if half and first.year == last.year else f"{first} to {last}"


@dataclass(frozen=True)
class OriginScores:
    """How the models did at an origin.

    Attributes:
        origin: which.
        listings: "all" or "without-live".
        n: titles forecast.
        models: scores of each model.
    """

    origin: Origin
    listings: str
    n: int
    models: dict[str, ForecastScores]


def list_origins(debuts: pl.DataFrame) -> list[Origin]:
    """List the periods that can be forecast: each report after the first, or years back from the last day.

    Args:
        debuts: from `find_debuts`.
    """
    if debuts.is_empty():
        return []
    periods = debuts.select("starts_on", "ends_on").unique().sort("starts_on").rows()
    if min((last - first).days for first, last in periods) >= _PERIOD_DAYS:
        asked = [Origin(first, last) for first, last in periods]
    else:
        last = debuts["ends_on"].max()
        first = debuts["starts_on"].min()
        asked = []
        while isinstance(last, date) and isinstance(first, date) and last - _YEAR > first:
            asked.insert(0, Origin(last - _YEAR + timedelta(days=1), last))
            last -= _YEAR
    return [each for each in asked if _is_possible(debuts, each)]


def _is_possible(debuts: pl.DataFrame, origin: Origin) -> bool:
    known, tested = _part(debuts, origin)
    return len(known) >= LEAST_DEBUTS and len(tested) >= LEAST_TESTED


def _part(debuts: pl.DataFrame, origin: Origin) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the rows that had ended before an origin, and those of it."""
    rows = debuts.with_row_index("row")
    known = rows.filter(pl.col("ends_on") < origin.starts_on)["row"]
    tested = rows.filter((pl.col("decided_on") >= origin.starts_on) & (pl.col("ends_on") <= origin.ends_on))["row"]
    return known.to_numpy().astype(np.intp), tested.to_numpy().astype(np.intp)


def run_backtest(
    features: Features, older: pl.DataFrame, *, seed: int, origins: list[Origin] | None = None
) -> Iterator[OriginScores]:
    """Forecast every origin by every model.

    Args:
        features: of all debuts, from `build_features`, each from facts before its own decision date.
        older: from `find_older`, of any period; only what had ended before an origin is read.
        seed: of everything drawn.
        origins: which; None = all that `list_origins` finds.

    Yields:
        Scores of each origin, of all listings first, then without live ones.
    """
    targets = features.works["log_hours"].to_numpy().astype(np.float64)
    for origin in list_origins(features.works) if origins is None else origins:
        known, tested = _part(features.works, origin)
        past = older.filter(pl.col("ends_on") < origin.starts_on)
        told = _forecast_all(features.take(known), targets[known], features.take(tested), past, seed)
        is_live = features.works["is_live"].to_numpy()[tested].astype(bool)
        for listings, rows in (("all", np.arange(len(tested))), ("without-live", np.flatnonzero(~is_live))):
            models = {
                name: score_forecast(
                    targets[tested][rows], *(each[rows] for each in parts), rng=np.random.default_rng(seed)
                )
                for name, parts in told.items()
            }
            yield OriginScores(origin, listings, len(rows), models)


def _forecast_all(
    known: Features, targets: NDArray[np.float64], works: Features, older: pl.DataFrame, seed: int
) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
    """Give mean, lower and upper end of every model."""
    told = {name: forecast_baseline(fit, known, targets, works) for name, fit in BASELINES.items()}
    mean, quantiles = forecast_by_terms(Learners(known, targets, older, seed), works)
    return told | {LIVE: (mean, quantiles[:, 0], quantiles[:, -1])}
