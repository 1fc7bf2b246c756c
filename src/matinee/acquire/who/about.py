"""What a title says of itself before anybody watched, as numbers: what it is, how it is named, and when it came out.

Covers titles and the length of their credits. Synopses are left to `recommend.metadata`, and their length to nobody:
what is written of a title after it was a success is longer.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.people import ROLES

Floats = NDArray[np.float64]

LISTS = ("genres", "languages", "countries")
WORDS = ("kind", "maturity")
_COMMON = 20
"""A value that fewer titles have is no column."""

_NUMBER = r"\b(\d|II|III|IV|V|VI)\b"


def describe_titles(titles: pl.DataFrame, credits: pl.DataFrame, years: Floats) -> Floats:
    """Describe titles by what they say of themselves.

    Args:
        titles: rows of the table titles, n of them.
        credits: rows of the table credits.
        years: (n,) year of each title.

    Returns:
        float64 (n, columns): a flag for each common genre, language, country, kind and maturity; how many genres and
        people there are; runtime; how the name is built; year, month and weekday of the release. Zero where unknown.
    """
    released = titles["released_on"].dt
    counted = credits.group_by("title_id").agg((pl.col("role") == role).sum().alias(role) for role in ROLES)
    people = titles.select("title_id").join(counted, on="title_id", how="left", maintain_order="left")
    name = pl.col("name")
    told = titles.select(
        genres_listed=pl.col("genres").list.len(),
        minutes="runtime_minutes",
        words=name.str.split(" ").list.len(),
        letters=name.str.len_chars(),
        has_article=name.str.contains(r"^(The|A|An) "),
        has_number=name.str.contains(_NUMBER),
        has_colon=name.str.contains(":", literal=True),
        has_original=pl.col("original_name").is_not_null(),
    ).with_columns(
        month=released.month(),
        day=released.ordinal_day(),
        weekday=released.weekday(),
        lag=released.year() - titles["year"],
    )
    numbers = pl.concat([told, people.select([*ROLES])], how="horizontal").cast(pl.Float64).fill_null(0.0)
    return np.column_stack([numbers.to_numpy(), years, *_flag(titles)])


def _flag(titles: pl.DataFrame) -> list[Floats]:
    """Flag the common values of columns: an array (n,) each."""
    rows = titles.with_row_index("title_row")
    lists = [rows.select("title_row", value=pl.col(name)).explode("value", empty_as_null=True) for name in LISTS]
    single = [rows.select("title_row", value=pl.col(name).cast(pl.String)) for name in WORDS]
    flags = []
    for part in (*lists, *single):
        for (_, *_), own in part.drop_nulls().sort("value").group_by("value", maintain_order=True):
            if own.height >= _COMMON:
                flag = np.zeros(titles.height)
                flag[own["title_row"].to_numpy()] = 1.0
                flags.append(flag)
    return flags
