"""Candidates for a demonstration: titles of a log, to be looked at as if nobody had watched them yet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from matinee.acquire.who.audience import LEAST
from matinee.errors import NothingToLearn
from matinee.store.outputs import write_parquet
from matinee.store.service import Service


def hold_back(service: Service, path: Path, *, count: int = 3) -> Path:
    """Write some of a log's latest titles as candidates: from rarely to often watched, so that none is an exception.

    Args:
        service: whose titles; nothing in it changes. A candidate names its title by `title_id`, so that its views are
            hidden from whatever is said of it.
        path: the Parquet file to write.
        count: how many; fewer where there are fewer.

    Returns:
        `path`.

    Raises:
        NothingToLearn: no film or series with a year was watched `LEAST` times, as those that chances are learned from.
    """
    titles = service.read("titles").filter(pl.col("kind").is_in(["film", "series"]) & pl.col("parent_id").is_null())
    day = pl.coalesce("released_on", pl.date("year", 1, 1))
    watched = service.scan("views").group_by("title_id").len("plays").collect()
    known = titles.with_columns(day=day).drop_nulls("day").join(watched.filter(pl.col("plays") >= LEAST), on="title_id")
    if known.is_empty():
        raise NothingToLearn(f"no film or series with a year was watched {LEAST} times", where=str(service.path))
    latest = known.top_k(max(known.height // 5, count), by="day").sort("plays", "title_id")
    places = sorted({round((place + 1) * (latest.height - 1) / (count + 1)) for place in range(count)})
    chosen = latest[places]
    write_parquet(chosen.select(*titles.columns, candidate_id="title_id"), path)
    return path
