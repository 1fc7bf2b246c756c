"""A whole simulated service: its tables, its log and the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from matinee.tables.schemas import Views
from matinee.world.audience import Audience, make_audience, shift_by_country
from matinee.world.cast import make_cast
from matinee.world.catalogue import Catalogue, make_catalogue
from matinee.world.pace import pace_visits, price_outside
from matinee.world.settings import WorldSettings
from matinee.world.truth import Truth
from matinee.world.works import Works, make_works


@dataclass(frozen=True)
class World:
    """A simulated service.

    Attributes:
        settings: the dials it was made with.
        members: frame of `Members`; a member's row number is the `member_row` of `truth`.
        titles: frame of `Titles`: the J films and series first, whose row number is the `title_row` of `truth`, then
            seasons, then episodes.
        people: frame of `People`.
        credits: frame of `Credits`, on films and series.
        views: frame of `Views` sorted by time; empty if only `build_world` was called.
        truth: what is really so.
    """

    settings: WorldSettings
    members: pl.DataFrame
    titles: pl.DataFrame
    people: pl.DataFrame
    credits: pl.DataFrame
    views: pl.DataFrame
    truth: Truth


def build_world(settings: WorldSettings, rng: np.random.Generator) -> World:
    """Make a service with everything but its log, which `simulate_views` draws.

    Args:
        settings: the dials.
        rng: where chance comes from; the log depends on it as well, through `truth.seed`.

    Returns:
        A world whose `views` are empty.

    Raises:
        ValueError: if the titles are too few for the views wanted.
    """
    works = make_works(settings, rng)
    catalogue = make_catalogue(works, settings, rng)
    audience = make_audience(settings, rng)
    people, credits = make_cast(works, catalogue.titles["title_id"], rng)
    return World(
        settings=settings,
        members=audience.members,
        titles=catalogue.titles,
        people=people,
        credits=credits,
        views=Views.create_empty(),
        truth=_find_truth(settings, works, catalogue, audience, rng),
    )


def _find_truth(
    settings: WorldSettings, works: Works, catalogue: Catalogue, audience: Audience, rng: np.random.Generator
) -> Truth:
    draft = Truth(
        seed=int(rng.integers(2**63)),
        tastes=audience.tastes,
        vectors=works.vectors,
        quality=works.quality,
        country_shifts=shift_by_country(works, settings, rng),
        countries=audience.countries,
        released=works.released,
        taste=settings.taste,
        freshness=settings.freshness,
        half_life_days=settings.half_life_days,
        outside=0.0,
        first_days=audience.first_days,
        visits=np.zeros(settings.members, dtype=np.int64),
        first_parts=catalogue.first_parts,
        parts=catalogue.parts,
    )
    priced = replace(draft, outside=price_outside(draft, settings.days))
    means = pace_visits(priced, audience.activity, settings.days, settings.views_per_member)
    return replace(priced, visits=rng.poisson(means))
