"""How imported rows join the rows that are there.

Covers the two rules, on frames in memory: views are facts, which are added and completed but never changed; every other
table describes things, and what a later file says of one replaces what an earlier file said, column by column. It
touches no disk and words no problem (`intake`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from matinee.tables.schemas import TABLES, key_columns

VIEW_ORDER = ["started_at", "member_id", "title_id"]
"""The key of views in the order they are kept: by time, which is how logs are read and how they compress."""

OLD = -1
"""The row number of a view that was in the service before."""


@dataclass(frozen=True)
class MergedViews:
    """What became of one file's views.

    Attributes:
        rows: old and new views, with the declared columns, ordered by `VIEW_ORDER`, each key once.
        added: those of them that are new.
        updated: number of new views that say something where the old one of their key said nothing.
        unchanged: number of new views that say nothing new.
        repeats: new views, with `row`, whose key stands earlier in the file.
        differing: new views, with `row`, that contradict the old one of their key.
    """

    rows: pl.DataFrame
    added: pl.DataFrame
    updated: int
    unchanged: int
    repeats: pl.DataFrame
    differing: pl.DataFrame


def merge_views(old: pl.DataFrame, new: pl.DataFrame) -> MergedViews:
    """Add the views `new` of one file to the views `old`: a value stands for good, a null until somebody knows better.

    Args:
        old: the columns of views, each key once.
        new: the columns of views, and `row`, from 1.

    Returns:
        What became of each row; it does not depend on the order of `new`'s rows.
    """
    columns = list(TABLES["views"].columns())
    both = pl.concat([old.select(*columns, row=pl.lit(OLD, pl.Int64)), new.select(*columns, "row")])
    both = both.sort(*VIEW_ORDER, "row").with_columns(_FATE)
    counts = dict(both["fate"].value_counts().iter_rows())
    rows = _fill_nulls(both) if "fills" in counts else both
    rows = rows.filter(pl.col("fate").is_in(["old", "added"])) if len(counts) > 1 else rows
    return MergedViews(
        rows=rows.select(columns),
        added=rows.filter(pl.col("fate") == "added").select(columns),
        updated=counts.get("fills", 0),
        unchanged=counts.get("unchanged", 0),
        repeats=both.filter(pl.col("fate") == "repeat").drop("fate"),
        differing=both.filter(pl.col("fate") == "differs").drop("fate"),
    )


_VALUES = [name for name in TABLES["views"].columns() if name not in VIEW_ORDER]
_IS_OF_THE_KEY_BEFORE = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in VIEW_ORDER)
_DIFFERS = pl.any_horizontal(pl.col(name).ne(pl.col(name).shift(1)).fill_null(False) for name in _VALUES)
_FILLS = pl.any_horizontal(pl.col(name).is_not_null() & pl.col(name).shift(1).is_null() for name in _VALUES)
_FATE = (
    pl
    .when(pl.col("row") == OLD)
    .then(pl.lit("old"))
    .when(~_IS_OF_THE_KEY_BEFORE | (pl.int_range(pl.len()) == 0))
    .then(pl.lit("added"))
    .when(pl.col("row").shift(1) != OLD)
    .then(pl.lit("repeat"))
    .when(_DIFFERS)
    .then(pl.lit("differs"))
    .when(_FILLS)
    .then(pl.lit("fills"))
    .otherwise(pl.lit("unchanged"))
    .cast(pl.Enum(["old", "added", "repeat", "differs", "fills", "unchanged"]))
    .alias("fate")
)
"""What becomes of each row of both, in order of key and row: it is told from the row before."""


def _fill_nulls(both: pl.DataFrame) -> pl.DataFrame:
    """Fill the nulls of a row from the row after it, where that one's fate is to fill."""
    is_filled = (pl.col("fate").shift(-1) == "fills").fill_null(False)
    return both.with_columns(
        pl.when(is_filled).then(pl.coalesce(name, pl.col(name).shift(-1))).otherwise(name) for name in _VALUES
    )


@dataclass(frozen=True)
class MergedRows:
    """What became of the rows of a table other than views.

    Attributes:
        rows: all rows, with the declared columns, each key once, ordered by key.
        added: number of new keys.
        updated: number of rows that say something new of an old key.
        unchanged: number of rows that say nothing new.
    """

    rows: pl.DataFrame
    added: int
    updated: int
    unchanged: int


def merge_rows(table: str, old: pl.DataFrame, new: pl.DataFrame) -> MergedRows:
    """Let the rows `new` have the last word over the rows `old`, in every column where they are not null.

    Args:
        table: its name, not views.
        old: the columns of the table, each key once.
        new: the columns of the table, each key once.

    Returns:
        All rows, and how many changed.
    """
    keys = key_columns(table)
    columns = list(TABLES[table].columns())
    values = [name for name in columns if name not in keys]
    both = old.with_columns(is_old=True).join(
        new.select(columns).with_columns(is_new=True), on=keys, how="full", coalesce=True, suffix=":new"
    )
    says_new = [pl.col(f"{name}:new").is_not_null() & pl.col(f"{name}:new").ne_missing(pl.col(name)) for name in values]
    both = both.with_columns(
        pl.any_horizontal(pl.lit(False), *says_new).alias("says_new"),
        *(pl.coalesce(f"{name}:new", name).alias(name) for name in values),
    )
    known = both.filter("is_old", "is_new")
    updated = int(known["says_new"].sum())
    return MergedRows(
        rows=both.select(columns).sort(keys),
        added=both["is_old"].null_count(),
        updated=updated,
        unchanged=known.height - updated,
    )
