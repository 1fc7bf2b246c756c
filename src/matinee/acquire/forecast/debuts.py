"""Debuts: the titles of the facts that came out while they were counted, which is what forecasts learn from.

Covers the first period in which a publisher lists a title, whether the title came out in it, and for how many days
it could be watched; and the first four weeks of titles in weekly charts, as one period.
"""

from __future__ import annotations

from datetime import date

import polars as pl

CHART_DAYS = 28
"""A chart's weeks are added up over so many days from the first one."""


def find_debuts(facts: pl.DataFrame) -> pl.DataFrame:
    """Find the titles that came out within the first period that lists them.

    Args:
        facts: rows of one publisher with title_id, starts_on, ends_on, hours, available_from; other columns pass.

    Returns:
        Those rows with `decided_on` (the first day of the period), `released_on`, `days` (available in the period, >=
        1) and `log_hours` (log10; no hours count as the fewest that were published), by first day and title_id.
    """
    first = _find_first(facts)
    came_out = first.filter(pl.col("available_from").is_between("starts_on", "ends_on"))
    days = (pl.col("ends_on") - pl.col("available_from")).dt.total_days() + 1
    released = pl.col("released_on" if "released_on" in facts.columns else "available_from")
    return came_out.with_columns(decided_on="starts_on", released_on=released, days=days.cast(pl.Float64))


def find_older(facts: pl.DataFrame) -> pl.DataFrame:
    """Find the titles that were out before the first period that lists them, or of which no day is known.

    Returns:
        Those rows with `age` (years out before the period; null = unknown), `days` and `log_hours`, as `find_debuts`.
    """
    first = _find_first(facts)
    is_older = (pl.col("available_from") < pl.col("starts_on")) | pl.col("available_from").is_null()
    age = (pl.col("starts_on") - pl.col("available_from")).dt.total_days() / 365.25
    days = (pl.col("ends_on") - pl.col("starts_on")).dt.total_days() + 1
    return first.filter(is_older).with_columns(
        age=age, days=days.cast(pl.Float64), decided_on="starts_on", released_on="available_from"
    )


def _find_first(facts: pl.DataFrame) -> pl.DataFrame:
    counted = facts.drop_nulls("hours")
    least = counted.filter(pl.col("hours") > 0)["hours"].min()
    if least is None:
        return counted.clear().with_columns(log_hours=pl.lit(None, pl.Float64))
    first = counted.filter(pl.col("starts_on") == pl.col("starts_on").min().over("title_id"))
    log_hours = pl.max_horizontal("hours", pl.lit(least)).log10()
    return first.with_columns(log_hours=log_hours).sort("starts_on", "title_id", "ends_on")


def sum_weeks(weeks: pl.DataFrame, last_day: date) -> pl.DataFrame:
    """Add up the first four weeks of each title in weekly charts.

    Args:
        weeks: rows of one publisher's weekly charts with title_id, starts_on, ends_on, hours, category.
        last_day: of the charts; titles whose four weeks were not over are left out.

    Returns:
        A row a title, as if it had been listed once, for 28 days from the first day of its first week.
    """
    start = pl.col("starts_on").min().over("title_id")
    early = weeks.filter(pl.col("starts_on") < start + pl.duration(days=CHART_DAYS))
    others = [name for name in weeks.columns if name not in {"title_id", "starts_on", "ends_on", "hours", "views"}]
    summed = (
        early
        .sort("title_id", "starts_on")
        .group_by("title_id", maintain_order=True)
        .agg(pl.col("starts_on").first(), pl.col("hours").sum(), *(pl.col(name).first() for name in others))
    )
    ends_on = pl.col("starts_on") + pl.duration(days=CHART_DAYS - 1)
    summed = summed.with_columns(ends_on=ends_on, released_on="available_from")
    first = pl.coalesce("available_from", "starts_on").clip("starts_on", "ends_on")
    return summed.with_columns(available_from=first).filter(pl.col("ends_on") <= last_day)
