"""Which titles a member left unfinished."""

from __future__ import annotations

import polars as pl

STARTED, FINISHED = 0.03, 0.9
"""A title is being watched between these shares of its runtime: less is a wrong click, more are the credits."""


def find_unfinished(views: pl.DataFrame, titles: pl.DataFrame, roots: pl.DataFrame) -> pl.DataFrame:
    """Find what a member could continue: a film, or the episode of a series, watched last and not to its end.

    The times of all viewings of one film or episode add up. A series counts once, by the episode watched last; where
    that one was finished, the series is not listed. Views without `seconds`, and titles without a runtime, say
    nothing.

    Args:
        views: rows of the table `views` of one member.
        titles: rows of the table `titles`.
        roots: frame of title_id and title_row, the row of the title that each counts for.

    Returns:
        frame of title_row, part_id (the film or the episode), share (watched, in (0, 1)), at (start of the last
        viewing), the latest first.
    """
    runtimes = titles.select("title_id", "runtime_minutes").drop_nulls()
    watched = (
        views
        .drop_nulls("seconds")
        .group_by("title_id")
        .agg(pl.col("seconds").sum(), at=pl.col("started_at").max())
        .join(runtimes, on="title_id")
        .join(roots, on="title_id")
        .sort("at", "title_id", descending=True)
        .unique("title_row", keep="first", maintain_order=True)
    )
    share = (pl.col("seconds") / (60 * pl.col("runtime_minutes"))).cast(pl.Float64)
    return (
        watched
        .select("title_row", "at", part_id="title_id", share=share)
        .filter(pl.col("share").is_between(STARTED, FINISHED, closed="left"))
        .select("title_row", "part_id", "share", "at")
    )
