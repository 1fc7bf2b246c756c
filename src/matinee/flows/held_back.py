"""Candidates for a demonstration: titles of a log, to be looked at as if nobody had watched them yet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from matinee.errors import NothingToLearn
from matinee.store.outputs import write_parquet
from matinee.store.service import Service


def hold_back(service: Service, path: Path, *, count: int = 3) -> Path:
    """Write the most watched of a log's latest titles as candidates.

    Args:
        service: whose titles; nothing in it changes. A candidate names its title by `title_id`, so that its views are
            hidden from whatever is said of it.
        path: the Parquet file to write.
        count: how many.

    Returns:
        `path`.

    Raises:
        NothingToLearn: no film or series with a year was watched.
    """
    titles = service.read("titles").filter(pl.col("kind").is_in(["film", "series"]) & pl.col("parent_id").is_null())
    day = pl.coalesce("released_on", pl.date("year", 1, 1))
    watched = service.scan("views").group_by("title_id").len("plays").collect()
    known = titles.with_columns(day=day).drop_nulls("day").join(watched, on="title_id")
    if known.is_empty():
        raise NothingToLearn("no film or series with a year was watched", where=str(service.path))
    latest = known.top_k(max(known.height // 10, count), by="day")
    chosen = latest.sort("plays", "title_id", descending=[True, False]).head(count)
    write_parquet(chosen.select(*titles.columns, candidate_id="title_id"), path)
    return path
