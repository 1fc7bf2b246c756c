"""From the log of exposures to outcomes: what members enjoyed after they were shown something.

Covers one experiment at a time, on frames. An outcome is the number of titles that a member enjoyed for the first time
within some days; intervals and comparisons are `trials`'.

Everywhere `exposures` is a frame of member_id, title_id (films and series, as in the log), at (Int64, unix seconds) and
arm (String, not null); `events` a frame of member_id, title_id and at, one row a member and title, the first time.
"""

from __future__ import annotations

import polars as pl

DAY = 86_400


def first_exposures(exposures: pl.DataFrame) -> pl.DataFrame:
    """Find when each member first met the experiment, and in which arm.

    Args:
        exposures: see the module.

    Returns:
        One row a member: member_id, at, and arm, null for who was shown several; in order of member_id.
    """
    is_one = pl.col("arm").n_unique() == 1
    members = exposures.group_by("member_id").agg(pl.col("at").min(), arm=pl.when(is_one).then(pl.col("arm").first()))
    return members.sort("member_id")


def count_enjoyed(members: pl.DataFrame, events: pl.DataFrame, *, days: int) -> pl.DataFrame:
    """Count the titles that each member enjoyed within `days` of the first exposure, and within `days` before it.

    Args:
        members: member_id and at of the first exposure, one row a member.
        events: see the module.
        days: length of both times.

    Returns:
        `members` in their order with `after` and `before` (Float64); the second of the exposure belongs to `after`.
    """
    since = pl.col("at_event") - pl.col("at")
    length = days * DAY
    counts = (
        members
        .select("member_id", "at")
        .join(events.select("member_id", at_event="at"), on="member_id")
        .group_by("member_id")
        .agg(
            after=since.is_between(0, length, closed="left").sum(),
            before=since.is_between(-length, 0, closed="left").sum(),
        )
    )
    joined = members.join(counts, on="member_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("after", "before").cast(pl.Float64).fill_null(0.0))


def credit_teams(exposures: pl.DataFrame, events: pl.DataFrame, *, arms: tuple[str, str], days: int) -> pl.DataFrame:
    """Count, for interleaved pages, the titles of each arm that each member enjoyed within `days` of being shown them.

    A title that both arms showed counts for the one that showed it last before it was enjoyed.

    Args:
        exposures: see the module; the arm is the ranking that put the title on the page.
        events: see the module.
        arms: the two arms.
        days: how long after.

    Returns:
        member_id, first and second (Float64, titles of the first and the second arm), one row a member who was shown
        anything, in order of member_id.
    """
    since = pl.col("at_event") - pl.col("at")
    credits = (
        exposures
        .join(events.rename({"at": "at_event"}), on=["member_id", "title_id"])
        .filter(since.is_between(0, days * DAY, closed="left"))
        .sort("at", "arm")
        .group_by("member_id", "title_id")
        .agg(pl.col("arm").last())
        .group_by("member_id")
        .agg(first=(pl.col("arm") == arms[0]).sum(), second=(pl.col("arm") == arms[1]).sum())
    )
    members = exposures.select("member_id").unique().sort("member_id")
    joined = members.join(credits, on="member_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col("first", "second").cast(pl.Float64).fill_null(0.0))


def find_beginners(exposures: pl.DataFrame) -> pl.DataFrame:
    """Find, for interleaved pages, which arm began the first page of each member.

    Team draft evens out the teams of every page, so how many titles each arm showed tells nothing of what was lost; who
    began is a fair coin. One page a member, since a service may show the same page, and so the same coin, again.

    Args:
        exposures: see the module, with origin and place; rows of no known place are passed over.

    Returns:
        member_id and arm, one row a member with a known place, in order of member_id.
    """
    placed = exposures.drop_nulls("place").sort("member_id", "at", "origin", "place", "arm", nulls_last=True)
    return placed.group_by("member_id", maintain_order=True).agg(pl.col("arm").first())
