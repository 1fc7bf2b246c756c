"""The members: where they live, when they joined, what they like and how much they watch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from matinee.tables.schemas import Members
from matinee.world.catalogue import number_ids
from matinee.world.clock import to_times
from matinee.world.settings import WorldSettings
from matinee.world.works import DIMENSIONS, Works, country_shares

PLANS = ("basic", "standard", "premium")
PLAN_SHARES = (0.35, 0.45, 0.2)
NOT_PERSONALISED_SHARE = 0.02
ACTIVITY_SPREAD = 0.7
OLD_MEMBER_DAYS = 500.0
HOME_BONUS = 0.5
"""Utility of a work made in the member's own country, logits."""

COUNTRY_TASTE = 0.35
"""Standard deviation of a country's own taste in the utility, logits."""


@dataclass(frozen=True)
class Audience:
    """Members as a table and the hidden truth about them.

    Attributes:
        members: frame of `Members`, n rows.
        tastes: (n, DIMENSIONS) float64, standard normal.
        countries: (n,) int64 place in the settings' countries.
        first_days: (n,) int64 first day on which the member may watch, 0 = first day of the log: the day after joining.
        activity: (n,) float64 how often a member comes compared to others; lognormal with mean 1.
    """

    members: pl.DataFrame
    tastes: npt.NDArray[np.float64]
    countries: npt.NDArray[np.int64]
    first_days: npt.NDArray[np.int64]
    activity: npt.NDArray[np.float64]


def make_audience(settings: WorldSettings, rng: np.random.Generator) -> Audience:
    """Draw the members of a world."""
    count = settings.members
    countries = rng.choice(len(settings.countries), count, p=country_shares(len(settings.countries)))
    before = -1 - rng.exponential(OLD_MEMBER_DAYS, count).astype(np.int64)
    joined = np.where(rng.random(count) < settings.new_members, rng.integers(-1, settings.days - 1, count), before)
    members = pl.DataFrame({
        "member_id": number_ids("m", np.arange(count)),
        "country": pl.Series(settings.countries).gather(countries),
        "joined_at": to_times(joined * 86_400 + rng.integers(86_400, size=count)),
        "plan": rng.choice(PLANS, count, p=PLAN_SHARES),
        "personalised": rng.random(count) >= NOT_PERSONALISED_SHARE,
    })
    return Audience(
        members=Members.validate(members, cast=True),
        tastes=rng.normal(size=(count, DIMENSIONS)),
        countries=countries,
        first_days=np.maximum(joined + 1, 0),
        activity=rng.lognormal(-(ACTIVITY_SPREAD**2) / 2, ACTIVITY_SPREAD, count),
    )


def shift_by_country(works: Works, settings: WorldSettings, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw what each country adds to the utility of each work: a taste of its own, and a liking for its own works.

    Returns:
        (countries, J) float64, logits.
    """
    count = len(settings.countries)
    tastes = rng.normal(0.0, COUNTRY_TASTE, (count, DIMENSIONS))
    is_home = works.origins == np.arange(count)[:, None]
    shifts: npt.NDArray[np.float64] = tastes @ works.vectors.T + HOME_BONUS * is_home
    return shifts
