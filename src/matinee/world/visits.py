"""Visits as exposures: whoever comes is shown the newest title, whether or not they then watch anything.

What is shown changes no choice; it is what a service knows of a visit that ends with nothing.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from matinee.tables.schemas import Exposures
from matinee.world.catalogue import number_ids
from matinee.world.choice import list_visits
from matinee.world.clock import DAY_SECONDS, to_times
from matinee.world.service import World


def show_newest(world: World) -> pl.DataFrame:
    """Write out every visit of a world as the one title that it showed: the newest.

    Returns:
        frame of `Exposures`, a row a visit, sorted by time; visits before the first release show nothing.
    """
    members, at = list_visits(world.truth, world.settings.days)
    newest = np.searchsorted(world.truth.released, at // DAY_SECONDS, side="right") - 1
    order = np.argsort(at, kind="stable")
    order = order[newest[order] >= 0]
    rows = pl.DataFrame({
        "exposure_id": number_ids("x", np.arange(len(order))),
        "member_id": world.members["member_id"].gather(members[order]),
        "title_id": world.titles["title_id"].gather(newest[order]),
        "shown_at": to_times(at[order]),
        "experiment": pl.Series([None] * len(order), dtype=pl.String),
        "arm": pl.Series([None] * len(order), dtype=pl.String),
        "place": 1,
        "propensity": 1.0,
        "origin": "new",
    })
    return Exposures.validate(rows, cast=True)
