"""The log of positives: who enjoyed what, when, as integer rows that models and splits work on.

Covers what counts as a positive viewing, the roll-up of episodes and seasons into their series, and one row a
member and title. It knows nothing of splits (`matinee.measure`) or of weights by age (`matinee.recommend`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

EVENTS = pl.Schema({"member_row": pl.UInt32, "title_row": pl.UInt32, "at": pl.Int64, "weight": pl.Float32})
"""Columns of `Log.events`: rows into `member_ids` and `title_ids`, unix seconds, weight in (0, 1]."""

MIN_SHARE = 0.5
"""A viewing is positive from this share of the runtime."""

MIN_SECONDS = 300
"""A viewing is positive from this many seconds where the runtime is unknown."""


@dataclass(frozen=True)
class Log:
    """Positive viewings, one row a member and title: the first time the member enjoyed it.

    Attributes:
        member_ids: String series; a member's row number is its place here.
        title_ids: String series; a title's row number is its place here. Holds every title that can stand on a page,
            watched or not (films, series, …: never a season or an episode whose series is known).
        events: frame of `EVENTS`, sorted by `at`, then `member_row`, `title_row`.
    """

    member_ids: pl.Series
    title_ids: pl.Series
    events: pl.DataFrame


def build_log(
    members: pl.DataFrame,
    titles: pl.DataFrame,
    views: pl.LazyFrame,
    *,
    min_rating: float,
    top_rating: float | None = None,
) -> Log:
    """Turn viewings into the log of positives.

    A viewing is positive if it was rated `min_rating` or more; unrated, if at least `MIN_SHARE` of the runtime was
    watched, or `MIN_SECONDS` where the runtime is unknown; with neither rating nor time watched it counts as
    watched. An episode counts for its series. An event's weight is rating / highest rating of the log, or the share
    of the runtime watched (at most 1), or 1 where neither is known.

    Args:
        members: rows of the table `members`.
        titles: rows of the table `titles`.
        views: rows of the table `views`; those of members or titles not in the tables above are left out.
        min_rating: on the log's own scale.
        top_rating: highest rating of the log; None = the highest in `views`.

    Returns:
        the log; members and titles in the order of their tables.
    """
    roots = find_roots(titles)
    title_ids = titles.filter(pl.Series(roots["title_id"] == roots["root_id"]))["title_id"]
    rows_of_titles = roots.join(titles.select("title_id", "runtime_minutes"), on="title_id").join(
        _number(title_ids, "title_row").rename({"title_id": "root_id"}), on="root_id"
    )
    minutes = pl.col("seconds") / 60
    share = minutes / pl.col("runtime_minutes")
    long_enough = (share >= MIN_SHARE).fill_null(pl.col("seconds") >= MIN_SECONDS).fill_null(True)
    events = (
        views
        .select("member_id", "title_id", "started_at", "seconds", "rating")
        .join(_number(members["member_id"], "member_row").lazy(), on="member_id")
        .join(rows_of_titles.lazy(), on="title_id")
        .with_columns(top=pl.col("rating").max() if top_rating is None else pl.lit(top_rating))
        .filter((pl.col("rating") >= min_rating).fill_null(long_enough))
        .select(
            "member_row",
            "title_row",
            at=pl.col("started_at").dt.epoch("s"),
            weight=pl.coalesce(
                pl.when(pl.col("top") > 0).then(pl.col("rating") / pl.col("top")), share.clip(0, 1), pl.lit(1.0)
            ).cast(pl.Float32),
        )
        .group_by("member_row", "title_row")
        .agg(pl.col("at").min(), pl.col("weight").max())
        .sort("at", "member_row", "title_row")
    )
    return Log(members["member_id"], title_ids, events.collect(engine="streaming").cast(EVENTS))


def find_roots(titles: pl.DataFrame) -> pl.DataFrame:
    """Find the title that each title belongs to in the end: the series of an episode, a film itself.

    Args:
        titles: rows of the table `titles`. A parent that is not among them, or that leads back
            here, is no parent.

    Returns:
        frame of title_id, root_id, in the order of `titles`.
    """
    parents = titles.select("title_id", "parent_id").join(
        titles.select(parent_id="title_id"), on="parent_id", how="semi"
    )
    above = dict(parents.iter_rows())

    def climb(title_id: str) -> str:
        path = [title_id]
        while (parent := above.get(path[-1])) is not None:
            if parent in path:
                return title_id
            path.append(parent)
        return path[-1]

    return titles.select(
        "title_id", root_id=pl.Series([climb(title_id) for title_id in titles["title_id"]], dtype=pl.String)
    )


def _number(ids: pl.Series, name: str) -> pl.DataFrame:
    return pl.DataFrame({ids.name: ids, name: pl.int_range(len(ids), eager=True, dtype=pl.UInt32)})
