"""Visits as exposures: whoever comes is shown the newest title, whether or not they then watch anything.

What is shown changes no choice; it is what a service knows of a visit that ends with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from matinee.tables.schemas import Exposures
from matinee.world.choice import list_visits
from matinee.world.clock import DAY_SECONDS, to_times
from matinee.world.service import World

Ints = npt.NDArray[np.int64]


def show_newest(world: World, *, chunk_days: int = 14) -> Iterator[pl.DataFrame]:
    """Write out every visit of a world as the one title that it showed: the newest.

    Args:
        world: of `build_world`.
        chunk_days: days a frame.

    Yields:
        Frames of `Exposures` sorted by time, a row a visit; visits before the first release show nothing.
    """
    members, at = list_visits(world.truth, world.settings.days)
    order = np.argsort(at, kind="stable")
    members, at = members[order], at[order]
    newest = np.searchsorted(world.truth.released, at // DAY_SECONDS, side="right") - 1
    digits = len(str(len(at)))
    for first in range(0, world.settings.days, chunk_days):
        low, high = np.searchsorted(at, [first * DAY_SECONDS, (first + chunk_days) * DAY_SECONDS])
        rows = np.arange(low, high)[newest[low:high] >= 0]
        yield Exposures.validate(_frame(world, rows, members[rows], newest[rows], at[rows], digits=digits), cast=True)


def _frame(world: World, rows: Ints, members: Ints, titles: Ints, at: Ints, *, digits: int) -> pl.DataFrame:
    nothing = pl.repeat(None, len(rows), dtype=pl.String, eager=True)
    return pl.DataFrame({
        "exposure_id": "x" + pl.Series(rows + 1).cast(pl.String).str.zfill(digits),
        "member_id": world.members["member_id"].gather(members),
        "title_id": world.titles["title_id"].gather(titles),
        "shown_at": to_times(at),
        "experiment": nothing,
        "arm": nothing,
        "place": 1,
        "propensity": 1.0,
        "origin": "new",
    })
