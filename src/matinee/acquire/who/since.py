"""Who could still watch a title when it came out: members who had left by then are no judges of it.

    e_mt = 1 if m watched anything on the day that t came out or later, else GONE

Taken for indifference, their absence would teach that new titles are not wanted, least of all the newest. In MovieLens
100K, of 46 titles that came out while members rated, 5.7% of the members who came back later watched a title, however
much they had watched before it, and .3% of those who did not come back: catalogues' days are not always right.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GONE = 0.05
"""The odds of a member who had left, beside those of one who had not."""


def find_since(titles: pl.DataFrame, windows: pl.DataFrame) -> Floats:
    """Find from when on each title could be watched: by its first window, or else the day it came out.

    Args:
        titles: rows of the table titles, n of them; where day and year of release disagree, the earlier one counts.
        windows: rows of the table windows.

    Returns:
        float64 (n,), unix seconds; minus infinity where unknown, as if out all along.
    """
    first = windows.group_by("title_id").agg(opened=pl.col("starts_on").min())
    out = pl.min_horizontal("released_on", pl.date(pl.col("year"), 12, 31))
    dated = titles.join(first, on="title_id", how="left", maintain_order="left")
    days = dated.select(pl.when(pl.col("released_on").is_not_null()).then(out).alias("out"), "opened")
    seconds = days.select(pl.coalesce("opened", "out").cast(pl.Datetime("us")).dt.epoch("s").cast(pl.Float64))
    return seconds.to_series().fill_null(-np.inf).to_numpy()


def find_last(events: pl.DataFrame, members: int) -> Floats:
    """Find when each member last watched anything: float64 (members,), infinity without an event."""
    last = np.full(members, -np.inf)
    np.maximum.at(last, events["member_row"].to_numpy(), events["at"].to_numpy().astype(np.float64))
    return np.where(np.isinf(last), np.inf, last)


def share_there(last: Floats, since: Floats, weights: Floats) -> Floats:
    """Measure which part of all viewing is by members who were there when titles came out.

    Args:
        last: (members,), of `find_last`.
        since: (k,) unix seconds.
        weights: (members,), how much each watched.

    Returns:
        float64 (k,) in [GONE, 1].
    """
    order = np.argsort(last)
    left = np.append(0.0, np.cumsum(weights[order]))[np.searchsorted(last[order], since)]
    return np.asarray(1 - (1 - GONE) * left / max(float(weights.sum()), 1.0), dtype=np.float64)
