"""Facts: audience joined to titles, in the form that histories and debuts are made of.

Covers what the publisher itself said of a title with its totals. What a service learned elsewhere of a published title
stays out (genres, people, years): the catalogues that list it know later fame. Of its own titles all that it knows
counts.
"""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from matinee.acquire.features.works import describe_works
from matinee.acquire.people import ROLES, name_people

REPORT, CHART, OWN = "netflix-report", "netflix-top10", "views"
"""Origins of audience that forecasts learn from."""

THEMES = ("genres", "keywords", "countries")
VALUES = (*THEMES, *ROLES.values())
"""Lists of what titles may share; people by name."""

_ENGLISH, _OTHER = ["en"], ["und"]
_WORLD = "world"


def gather_facts(
    audience: pl.DataFrame, titles: pl.DataFrame, people: pl.DataFrame, credits: pl.DataFrame
) -> pl.DataFrame:
    """Join worldwide totals to what was published of their titles.

    Args:
        audience: rows of the table audience.
        titles: rows of the table titles.
        people: rows of the table people.
        credits: rows of the table credits.

    Returns:
        A row a total, with the columns of audience, name, original_name, kind, number, runtime_minutes, languages,
        synopsis, `VALUES` and those of `describe_works`, by title, first day and origin. A chart says English or not; a
        report names every original; of own totals everything that the service knows of a title is a fact of the day.
    """
    told = ("name", "original_name", "kind", "number", "runtime_minutes", "languages", "synopsis")
    about = _complete_seasons(name_people(titles, people, credits)).select("title_id", *told, *VALUES)
    world = audience.filter((pl.col("territory") == _WORLD) & pl.col("origin").is_in([REPORT, CHART, OWN]))
    joined = world.join(about, on="title_id", how="inner")
    is_own, is_report = pl.col("origin") == OWN, pl.col("origin") == REPORT
    spoken = (
        pl.when(is_own).then("languages")
        .when(pl.col("category").str.ends_with("(Non-English)")).then(pl.lit(_OTHER))
        .when(pl.col("category").str.ends_with("(English)")).then(pl.lit(_ENGLISH))
    )  # fmt: skip
    named = _share_terms(joined).with_columns(
        name=pl.coalesce("listed_as", "name"),
        original_name=pl.when(~is_report).then("original_name"),
        languages=spoken,
        **{name: pl.when(is_own).then(name) for name in ("synopsis", *VALUES)},
    )
    return describe_works(named.sort("title_id", "starts_on", "ends_on", "origin"))


def _share_terms(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of charts, which tell no terms, the first day and the territories that a report names."""
    terms = (
        rows
        .filter(pl.col("origin") == REPORT)
        .sort("starts_on")
        .group_by("title_id")
        .agg(pl.col("available_from").min(), pl.col("worldwide").drop_nulls().last())
    )
    joined = rows.join(terms, on="title_id", how="left", suffix="_reported", maintain_order="left")
    told = {
        name: pl.when(pl.col("origin") == CHART).then(pl.coalesce(name, f"{name}_reported")).otherwise(name)
        for name in ("available_from", "worldwide")
    }
    return joined.with_columns(**told).drop(cs.ends_with("_reported"))


def _complete_seasons(titles: pl.DataFrame) -> pl.DataFrame:
    """Give seasons what their series has and they lack; and the name of it before one such as "Season 1"."""
    empty = {"synopsis": pl.col("synopsis").is_null()}
    empty |= {name: pl.col(name).list.len().fill_null(0) == 0 for name in VALUES}
    series = titles.select(parent_id="title_id", series="name", **{f"{name}_series": name for name in empty})
    joined = titles.join(series, on="parent_id", how="left", maintain_order="left")
    is_season = pl.col("kind") == "season"
    is_bare = is_season & ~pl.col("name").str.contains(pl.col("series"), literal=True)
    full = pl.format("{}: {}", "series", "name")
    return joined.with_columns(
        name=pl.when(is_bare).then(full).otherwise("name"),
        **{each: pl.when(is_season & lacks).then(f"{each}_series").otherwise(each) for each, lacks in empty.items()},
    )
