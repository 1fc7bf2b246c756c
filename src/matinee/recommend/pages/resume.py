"""Which titles a member left unfinished, and which of them may be continued."""

from __future__ import annotations

from datetime import date

import polars as pl

from matinee.recommend.pages.maturity import read_age

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


def find_resumable(
    unfinished: pl.DataFrame,
    titles: pl.DataFrame,
    windows: pl.DataFrame,
    *,
    territory: str | None,
    day: date,
    max_age: int | None,
) -> list[int]:
    """Find what may be continued here today as far as episodes and seasons have rules of their own.

    Those of films and series hold for the whole page (`request.list_filters`).

    Args:
        unfinished: as `find_unfinished` gives it.
        titles: rows of the table `titles`.
        windows: rows of the table `windows`.
        territory: ISO 3166-1 alpha-2; None = unknown, so that what has a window anywhere is out.
        day: today.
        max_age: years; an episode without a rating of its own has that of its series. None = no ceiling.

    Returns:
        title_row of each, in the order of `unfinished`.
    """
    kin = titles.select("title_id", "parent_id", "maturity")
    parts = unfinished.select("title_row", title_id="part_id").join(kin, on="title_id").drop_nulls("parent_id")
    rows = unfinished["title_row"].to_list()
    if parts.is_empty():
        return rows
    seasons = parts.select("title_row", title_id="parent_id").join(kin, on="title_id")
    line = pl.concat([parts, seasons.select(parts.columns)])
    today = (pl.col("territory") == (territory or "")) & (pl.col("starts_on") <= day)
    holds = (today & (pl.col("ends_on").fill_null(date.max) >= day)).any()
    bound = line.join(windows, on="title_id").group_by("title_row", "title_id").agg(holds=holds)
    shut = set(bound.filter(~pl.col("holds"))["title_row"])
    if max_age is not None:
        rated = line.select("title_row", "maturity").iter_rows()
        shut |= {row for row, rating in rated if (read_age(rating) or 0) > max_age}
    return [row for row in rows if row not in shut]
