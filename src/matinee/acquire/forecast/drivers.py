"""Drivers: what pushed the forecast of a title up or down.

Covers the exact contributions of the boosted trees (half of the forecast), summed over columns that tell of one thing.
They add up to the trees' forecast; in words a contribution is a factor of hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matinee.acquire.features.build import Features
from matinee.acquire.forecast.stack import Forecaster

_MATTERS = (
    ("earlier seasons", ("series_", "season_before", "season_one", "season", "is_later_season")),
    ("titles of the franchise", ("family_",)),
    ("older titles of such a name, language and length", ("prior_",)),
    ("how many days are counted", ("days",)),
    ("runtime", ("runtime", "film_runtime")),
    ("language", ("language_", "has_original", "english_")),
    ("kind", ("is_film", "is_special", "is_season", "is_limited")),
    ("where it can be watched", ("worldwide",)),
    ("the day", ("out_for", "weekday", "is_friday", "is_early")),
    ("genres, keywords and countries", ("shared_themes",)),
    ("people", ("shared_people",)),
    ("how its name is built", ("words", "has_subtitle", "has_number", "is_capitals")),
)
"""What a driver is called, and how the names of its columns begin."""


@dataclass(frozen=True)
class Driver:
    """One matter's part in a forecast.

    Attributes:
        what: the matter.
        log_factor: its contribution in log10 hours.
    """

    what: str
    log_factor: float

    @property
    def factor(self) -> float:
        """How many times the hours it makes; below 1 it takes away."""
        return float(10**self.log_factor)


def find_drivers(forecaster: Forecaster, features: Features) -> list[list[Driver]]:
    """Find what the trees made of each work.

    Returns:
        A list a work, the strongest first; with `usual`, the mean of the known titles, they add up to `trees.predict`.
    """
    full = forecaster.complete(features)
    contributions = forecaster.trees.explain(full.values)
    matters = np.array([_matter(name) for name in full.names])
    sums = {name: contributions[:, :-1][:, matters == name].sum(axis=1) for name in dict.fromkeys(matters)}
    return [
        sorted(
            (Driver(name, float(each[row])) for name, each in sums.items()), key=lambda driver: -abs(driver.log_factor)
        )
        for row in range(len(full.values))
    ]


def _matter(name: str) -> str:
    return next(matter for matter, starts in _MATTERS if name.startswith(starts))
