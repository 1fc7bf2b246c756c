"""The log of positives: who enjoyed what, when, as integer rows that models and splits work on.

Covers what counts as a positive viewing, the roll-up of episodes and seasons into their series, and one row a
member and title. It knows nothing of splits (`matinee.measure`) or of weights by age (`matinee.recommend`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

EVENTS = pl.Schema({"member_row": pl.UInt32, "title_row": pl.UInt32, "at": pl.Int64, "weight": pl.Float32})
"""Columns of `Log.events`: rows into `member_ids` and `title_ids`, unix seconds, weight in (0, 1]."""

MIN_SHARE = 0.5
"""A viewing is positive from this share of the runtime."""

MIN_SECONDS = 300
"""A viewing is positive from this many seconds where the runtime is unknown."""


@dataclass(frozen=True)
class Log:
    """Positive viewings, one row a member and title: the first time the member enjoyed it.

    Attributes:
        member_ids: String series; a member's row number is its place here.
        title_ids: String series; a title's row number is its place here. Holds every title that can stand on a page,
            watched or not (films, series, …: never a season or an episode whose series is known).
        events: frame of `EVENTS`, sorted by `at`, then `member_row`, `title_row`.
    """

    member_ids: pl.Series
    title_ids: pl.Series
    events: pl.DataFrame
