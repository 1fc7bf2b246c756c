"""History: what earlier seasons and titles of the same name drew, strictly before the decision date.

Covers totals of long periods (reports, own totals) and weekly lists. Only rows whose period ended before the date on
which a work is decided are read, so that nothing later can change a number.
"""

from __future__ import annotations

import polars as pl

WEEK = 7
"""A period of so many days or fewer is a week of a chart."""

DECAY = 0.45
"""Hours of a debut grow about as days to this power; debuts of different lengths are compared by hours / days^0.45."""


def compute_histories(works: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Describe each work by what was known of its series and its franchise.

    Args:
        works: from `describe_works`, with `title_id` (null = not listed), `decided_on` and `released_on` (Date; null =
            unknown).
        facts: from `gather_facts`, with title_id, starts_on, ends_on, hours, available_from, runtime_minutes.

    Returns:
        A row a work, Float64: log10 of hours, days, counts; null where there is no history. Columns `series_…` are of
        the same series, `family_…` of the same franchise, `…_week_…` of weekly lists.
    """
    asked = works.with_row_index("row").select(
        "row",
        "decided_on",
        "released_on",
        "season",
        "work_key",
        "original_key",
        "family_key",
        title_id_asked="title_id",
    )
    known = facts.filter(pl.col("hours") > 0).with_columns(log_hours=pl.col("hours").log10())
    parts = [asked.select("row")]
    for name, keys in (("series", ("work_key", "original_key")), ("family", ("family_key",))):
        totals = _join(asked, known.filter(~is_week()), keys)
        weeks = _join(asked, known.filter(is_week()), keys)
        parts += [_of_totals(totals, name), _of_previous(totals, name), _of_weeks(weeks, f"{name}_week")]
        if name == "series":
            parts += [_of_seasons(totals), _of_itself(totals)]
    table = parts[0]
    for part in parts[1:]:
        table = table.join(part, on="row", how="left", maintain_order="left")
    return table.drop("row").select(pl.all().cast(pl.Float64))


def _join(asked: pl.DataFrame, known: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Pair works with the facts of the same key that ended before their decision dates."""
    columns = ["title_id", "starts_on", "ends_on", "hours", "log_hours", "available_from", "runtime_minutes", "season"]
    pairs = [
        asked.filter(pl.col(key).is_not_null()).join(
            known.select(key, *columns), on=key, suffix="_known", maintain_order="left_right"
        )
        for key in keys
    ]
    found = pl.concat([
        pair.select("row", "title_id_asked", "decided_on", "released_on", "season", "season_known", *columns[:-1])
        for pair in pairs
    ])
    found = found.filter(pl.col("ends_on") < pl.col("decided_on")).unique(maintain_order=True)
    return found.with_columns(rate=rate_debut())


def is_week() -> pl.Expr:
    """Tell totals of a week, as those of charts, from those of long periods."""
    return (pl.col("ends_on") - pl.col("starts_on")).dt.total_days() < WEEK


def rate_debut() -> pl.Expr:
    """Rate a debut by log10 of its hours / days^DECAY; null of a total of a title that had come out before it."""
    days = (pl.col("ends_on") - pl.col("available_from")).dt.total_days() + 1
    is_debut = pl.col("available_from").is_between("starts_on", "ends_on")
    return pl.when(is_debut).then(pl.col("hours").log10() - DECAY * days.log10())


def _of_totals(pairs: pl.DataFrame, name: str) -> pl.DataFrame:
    recent = pl.col("ends_on") == pl.col("ends_on").max()
    return pairs.group_by("row", maintain_order=True).agg(
        pl.col("title_id").n_unique().log1p().alias(f"{name}_titles"),
        pl.col("hours").filter(recent).sum().log10().alias(f"{name}_recent"),
        pl.col("log_hours").filter(recent).max().alias(f"{name}_recent_best"),
        pl.col("log_hours").max().alias(f"{name}_best"),
        pl.col("rate").max().alias(f"{name}_best_debut"),
        pl.col("rate").sort_by("available_from").drop_nulls().last().alias(f"{name}_last_debut"),
    )


def _of_previous(pairs: pl.DataFrame, name: str) -> pl.DataFrame:
    """Tell of the title that came out last before this one: how it did at first and of late."""
    before = pairs.filter(pl.col("available_from") < pl.max_horizontal("released_on", "decided_on"))
    before = before.sort("row", "available_from", "title_id", "ends_on")
    is_last = pl.col("title_id") == pl.col("title_id").last().over("row")
    since = (pl.max_horizontal("released_on", "decided_on") - pl.col("available_from")).dt.total_days()
    age = (pl.col("starts_on") - pl.col("available_from")).dt.total_days().clip(0)
    return (
        before
        .filter(is_last)
        .group_by("row", maintain_order=True)
        .agg(
            pl.col("log_hours").first().alias(f"{name}_previous_first"),
            age.first().log1p().alias(f"{name}_previous_first_age"),
            pl.col("log_hours").last().alias(f"{name}_previous_recent"),
            age.last().log1p().alias(f"{name}_previous_recent_age"),
            (pl.col("log_hours") - (pl.col("runtime_minutes") / 60).log10()).last().alias(f"{name}_previous_views"),
            since.last().log1p().alias(f"{name}_since_previous"),
        )
    )


def _of_seasons(pairs: pl.DataFrame) -> pl.DataFrame:
    is_before = pl.col("season_known") == pl.col("season") - 1
    is_first = pl.col("season_known") == 1
    by_end = pl.col("log_hours").sort_by("ends_on")
    return (
        pairs
        .filter(pl.col("season") > 1)
        .group_by("row", maintain_order=True)
        .agg(
            by_end.filter(is_before.sort_by("ends_on")).last().alias("season_before_recent"),
            by_end.filter(is_before.sort_by("ends_on")).first().alias("season_before_first"),
            by_end.filter(is_first.sort_by("ends_on")).last().alias("season_one_recent"),
        )
    )


def _of_itself(pairs: pl.DataFrame) -> pl.DataFrame:
    """Tell how a work did that was listed before, as those that come into a chart late."""
    age = (pl.col("decided_on") - pl.col("available_from")).dt.total_days().clip(0)
    by_end = pl.col("log_hours").sort_by("ends_on")
    is_itself = pl.col("title_id") == pl.col("title_id_asked")
    return (
        pairs
        .filter(is_itself)
        .group_by("row", maintain_order=True)
        .agg(
            by_end.last().alias("series_itself_recent"),
            (by_end.last() - by_end.first()).alias("series_itself_trend"),
            age.max().log1p().alias("series_itself_age"),
        )
    )


def _of_weeks(pairs: pl.DataFrame, name: str) -> pl.DataFrame:
    is_last = pl.col("title_id") == pl.col("title_id").sort_by("ends_on", "title_id").last()
    since = (pl.max_horizontal("released_on", "decided_on") - pl.col("ends_on").max()).dt.total_days().first()
    return pairs.group_by("row", maintain_order=True).agg(
        pl.len().log1p().alias(f"{name}s"),
        pl.col("log_hours").max().alias(f"{name}_best"),
        pl.col("hours").sum().log10().alias(f"{name}_sum"),
        pl.col("log_hours").filter(is_last).max().alias(f"{name}_last_best"),
        pl.col("hours").filter(is_last).sum().log10().alias(f"{name}_last_sum"),
        since.clip(0).log1p().alias(f"{name}_since"),
    )
