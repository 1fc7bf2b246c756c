"""Totals: a service's own audience, computed from its views in the shape of published reports.

Covers hours and views of films, of seasons and of series without seasons (an episode counts for what it belongs to),
by complete month, and over the first days of availability. It knows nothing of titles one does not have, and a member's
name goes no further than the sum.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from matinee.tables.schemas import TABLES

ORIGIN = "views"
"""Origin of totals computed from own views."""

WORLD = "world"
LAUNCH_DAYS = (28, 90)
_HOUR, _MINUTE = 3600, 60
_KEPT = ["title_id", "territory", "starts_on", "ends_on"]


def total_months(views: pl.LazyFrame, titles: pl.LazyFrame) -> pl.DataFrame:
    """Total every calendar month that lies wholly within the log.

    Args:
        views: rows of the table views.
        titles: rows of the table titles.

    Returns:
        Rows of audience, origin "views", territory `world` and each country that views name, in order of key. hours =
        the sum of seconds / 3600; views = hours over the runtime of the film or season, where seconds are unknown the
        number of viewings; each null where nothing that it needs is known.
    """
    first, last = _span(views)
    month = pl.col("day").dt
    dated = _viewings(views, titles).with_columns(starts_on=month.month_start(), ends_on=month.month_end())
    if first is None or last is None:
        return TABLES["audience"].create_empty()
    whole = dated.filter(pl.col("starts_on") >= first, pl.col("ends_on") <= last)
    return _total(pl.concat([whole, whole.with_columns(territory=pl.lit(WORLD))]))


def total_launches(views: pl.LazyFrame, titles: pl.LazyFrame, windows: pl.LazyFrame) -> tuple[pl.DataFrame, int]:
    """Total the first 28 and 90 days of titles whose first days lie wholly within the log.

    Args:
        views: rows of the table views.
        titles: rows of the table titles.
        windows: rows of the table windows. The first day of a title is that of its first window, in the world and in
            each territory; without a window, in the world, the day of its release.

    Returns:
        Rows of audience as of `total_months`, with `available_from`; and the number of titles watched whose first day
        is unknown or before the log.
    """
    first, last = _span(views)
    if first is None or last is None:
        return TABLES["audience"].create_empty(), 0
    viewings = _viewings(views, titles)
    launched = _first_days(titles, windows).filter(pl.col("available_from") >= first)
    both = pl.concat([viewings, viewings.with_columns(territory=pl.lit(WORLD))])
    begun = both.join(launched, on=["title_id", "territory"])
    found = []
    for days in LAUNCH_DAYS:
        ends_on = pl.col("available_from") + timedelta(days=days - 1)
        within = begun.with_columns(starts_on="available_from", ends_on=ends_on)
        found.append(within.filter(pl.col("day").is_between("starts_on", "ends_on"), pl.col("ends_on") <= last))
    watched = viewings.select("title_id").unique()
    undated = watched.join(launched.filter(pl.col("territory") == WORLD), on="title_id", how="anti")
    return _total(pl.concat(found)), int(undated.select(pl.len()).collect().item())


def _span(views: pl.LazyFrame) -> tuple[date | None, date | None]:
    """Find first and last day of the log."""
    day = pl.col("started_at").dt.date()
    first, last = views.select(day.min().alias("first"), day.max().alias("last")).collect().row(0)
    return first, last


def _viewings(views: pl.LazyFrame, titles: pl.LazyFrame) -> pl.LazyFrame:
    """Bring views to title_id of film or season, territory, day, hours and views."""
    minutes = pl.col("seconds") / _MINUTE
    counted = pl.when(pl.col("seconds").is_null()).then(1.0).otherwise(minutes / pl.col("runtime_minutes"))
    return views.join(_units(titles), on="title_id").select(
        pl.col("unit_id").alias("title_id"),
        pl.col("country").alias("territory"),
        pl.col("started_at").dt.date().alias("day"),
        (pl.col("seconds") / _HOUR).alias("hours"),
        counted.alias("views"),
    )


def _units(titles: pl.LazyFrame) -> pl.LazyFrame:
    """Find what each title counts for, and its runtime: an episode for its season or series, all else for itself."""
    named = titles.select("title_id", "kind", "parent_id", "runtime_minutes")
    has_parent = (pl.col("kind") == "episode") & pl.col("parent_id").is_in(
        titles.select("title_id").collect()["title_id"]
    )
    unit = pl.when(has_parent.fill_null(value=False)).then("parent_id").otherwise("title_id").alias("unit_id")
    units = named.with_columns(unit)
    episodes = units.filter(pl.col("unit_id") != pl.col("title_id")).group_by("unit_id")
    sums = episodes.agg(pl.when(pl.col("runtime_minutes").is_not_null().all()).then(pl.col("runtime_minutes").sum()))
    own = named.select(pl.col("title_id").alias("unit_id"), pl.col("runtime_minutes").alias("own_minutes"))
    known = units.drop("runtime_minutes").join(own, on="unit_id", how="left").join(sums, on="unit_id", how="left")
    return known.select("title_id", "unit_id", pl.coalesce("own_minutes", "runtime_minutes").alias("runtime_minutes"))


def _first_days(titles: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """Find the first day of titles by territory and in the world: title_id, territory, available_from."""
    by_territory = windows.group_by("title_id", "territory").agg(pl.col("starts_on").min().alias("available_from"))
    world = by_territory.group_by("title_id").agg(pl.lit(WORLD).alias("territory"), pl.col("available_from").min())
    released = titles.filter(pl.col("released_on").is_not_null()).join(world, on="title_id", how="anti")
    dated = released.select("title_id", pl.lit(WORLD).alias("territory"), pl.col("released_on").alias("available_from"))
    return pl.concat([by_territory, world, dated])


def _total(viewings: pl.LazyFrame) -> pl.DataFrame:
    available = [pl.col("available_from").first()] if "available_from" in viewings.collect_schema() else []
    known = [
        pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in ("hours", "views")
    ]
    totals = viewings.filter(pl.col("territory").is_not_null()).group_by(_KEPT).agg(*known, *available)
    empty = TABLES["audience"].create_empty().lazy()
    rows = pl.concat([empty, totals.with_columns(origin=pl.lit(ORIGIN))], how="diagonal")
    return rows.sort(_KEPT).collect()
