"""Hours streamed at home in the first days of a title, from viewings or from audience totals.

Covers counting alone; what the hours mean for pay is in `success`. What the data leave open stays open: hours come as
"at least" and "at most", so that money is never decided by a guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import polars as pl

from matinee.errors import Unpayable
from matinee.rights.money import Rounding, show_exact
from matinee.rights.rulebook.rules import Rule

TENTHS = Rounding("half-up", Fraction(1, 10))
"""Where a rule names no rounding of its hours."""


@dataclass(frozen=True)
class Hours:
    """Hours streamed.

    Attributes:
        at_least: what was counted for certain.
        at_most: with all that may belong to it; None = no limit is known.
    """

    at_least: Fraction
    at_most: Fraction | None

    def __str__(self) -> str:
        return f"{'' if self.at_least == self.at_most else 'at least '}{show_exact(self.at_least)} h"


def count_seconds(views: pl.LazyFrame, releases: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Count the seconds streamed at home in the first days of each title.

    A viewing belongs to the days in which it starts. Days are of UTC.

    Args:
        views: rows of the table `views`: title_id, started_at, seconds, country. Where pay goes by season, give the
            season's id as title_id.
        releases: title_id (each once), released_on (Date, not null).
        rule: a success metric: how many days, and which countries are home.

    Returns:
        frame of title_id, seconds (Int64), unknown (UInt32: viewings that may belong to them, but lack their seconds
        or their country), in the order of `releases`; zeros where there are no viewings.
    """
    opens = pl.col("released_on").cast(pl.Datetime("us", "UTC"))
    is_home = pl.col("country").is_in(list(rule.territories)) if rule.territories else pl.lit(True)
    is_unknown = is_home.fill_null(True) & (pl.col("seconds").is_null() | is_home.is_null())
    counted = (
        views
        .select("title_id", "started_at", "seconds", "country")
        .join(releases.lazy().select("title_id", "released_on"), on="title_id")
        .filter(
            pl.col("started_at") >= opens, pl.col("started_at") < opens + pl.duration(days=int(rule.number("days")))
        )
        .group_by("title_id")
        .agg(
            pl.col("seconds").filter(is_home.fill_null(False)).cast(pl.Int64).sum(),
            is_unknown.sum().cast(pl.UInt32).alias("unknown"),
        )
        .collect(engine="streaming")
    )
    every = releases.select("title_id").join(counted, on="title_id", how="left", maintain_order="left")
    return every.with_columns(pl.col("seconds", "unknown").fill_null(0))


def hours_of_seconds(seconds: int, *, unknown: int, rule: Rule) -> Hours:
    """Turn seconds counted into hours, rounded as the rule says.

    Args:
        seconds: of one title, as `count_seconds` gives them.
        unknown: viewings of unknown length or place.
        rule: a success metric.
    """
    hours = (rule.rounding or TENTHS).round(Fraction(seconds, 3600))
    return Hours(hours, None if unknown else hours)


def hours_of_totals(totals: pl.DataFrame, released_on: date, rule: Rule) -> Hours:
    """Add up published or own totals over the first days of a title, rounded as the rule says.

    A period that reaches beyond the first days counts in "at most" only; a day that no period covers leaves "at most"
    open, and so does a period without hours.

    Args:
        totals: rows of the table `audience` of one title and one origin: territory, starts_on, ends_on, hours.
        released_on: first day of the title.
        rule: a success metric: how many days, and which countries are home.

    Raises:
        Unpayable: periods of one country overlap, so that hours would count twice.
    """
    days = int(rule.number("days"))
    last = released_on + timedelta(days=days - 1)
    at_least, at_most = Fraction(0), Fraction(0)
    is_open = False
    for territory in rule.territories:
        rows = totals.filter(
            pl.col("territory") == territory, pl.col("ends_on") >= released_on, pl.col("starts_on") <= last
        )
        free = released_on
        for starts_on, ends_on, hours in rows.sort("starts_on").select("starts_on", "ends_on", "hours").iter_rows():
            is_open |= starts_on > free or hours is None
            if free > max(starts_on, released_on):
                todo = "give the totals of one origin, each day once"
                raise Unpayable(f"totals of {territory} overlap on {starts_on}", todo=todo)
            amount = Fraction(str(hours or 0))
            at_most += amount
            at_least += amount if released_on <= starts_on and ends_on <= last else 0
            free = ends_on + timedelta(days=1)
        is_open |= free <= last
    rounding = rule.rounding or TENTHS
    return Hours(rounding.round(at_least), None if is_open else rounding.round(at_most))
