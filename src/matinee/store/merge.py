"""How imported rows join the rows that are there.

Covers the two rules, on frames in memory: views are facts and are only added; every other table describes things, and
what a later file says of one replaces what an earlier file said, column by column. It touches no disk and words no
problem (`intake`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from matinee.tables.schemas import TABLES, key_columns

FILE_BITS = 40
"""A place is a file's number above this many bits of row number: one integer orders all rows of an import."""

VIEW_ORDER = ["started_at", "member_id", "title_id"]
"""The key of views in the order they are kept: by time, which is how logs are read and how they compress."""

OLD = -1
"""The place of a row that was in the service before."""


@dataclass(frozen=True)
class MergedViews:
    """What became of the views of one month.

    Attributes:
        rows: all views of the month, with the declared columns, ordered by `VIEW_ORDER`, each key once.
        added: those of them that are new.
        unchanged: number of imported views that the service has already.
        repeats: imported views, with `place`, whose key stands earlier in the same file.
        differing: imported views, with `place`, whose key another import gave with other values.
    """

    rows: pl.DataFrame
    added: pl.DataFrame
    unchanged: int
    repeats: pl.DataFrame
    differing: pl.DataFrame


def merge_views(old: pl.DataFrame, new: pl.DataFrame) -> MergedViews:
    """Add the views `new` to the views `old`; the first row of a key stands.

    Args:
        old: the columns of views, each key once.
        new: the columns of views, and `place`.

    Returns:
        What became of each row; it does not depend on the order of `new`'s rows.
    """
    columns = list(TABLES["views"].columns())
    both = pl.concat([old.select(*columns, place=pl.lit(OLD, pl.Int64)), new.select(*columns, "place")])
    both = both.sort(*VIEW_ORDER, "place")
    is_first = _differs_from_last(both, VIEW_ORDER)
    later = both.filter(~is_first)
    fates = _fates(both, is_first) if later.height else pl.Series([], dtype=pl.String)
    rows = both.filter(is_first) if later.height else both
    return MergedViews(
        rows=rows.drop("place"),
        added=rows.filter(pl.col("place") != OLD).drop("place"),
        unchanged=int((fates == "unchanged").sum()),
        repeats=later.filter(fates == "repeat"),
        differing=later.filter(fates == "differs"),
    )


def _differs_from_last(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    """Tell for each row whether it differs from the row before it; the first row does."""
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in columns)
    return frame.select((differs | (pl.int_range(pl.len()) == 0)).alias("differs"))["differs"]


def _fates(both: pl.DataFrame, is_first: pl.Series) -> pl.Series:
    """Say of each row that is not the first of its key: "repeat", "unchanged" or "differs"."""
    values = [name for name in TABLES["views"].columns() if name not in VIEW_ORDER]
    later = ~is_first
    first_rows = is_first.arg_true().gather(is_first.cum_sum().filter(later) - 1)
    firsts = both.select(values)[first_rows]
    is_same = pl.all_horizontal(pl.col(name).eq_missing(firsts[name]) for name in values)
    file = both["place"] // 2**FILE_BITS
    is_repeat = (file == file.shift(1)).fill_null(False).filter(later)
    fate = pl.when(is_same).then(pl.lit("unchanged")).otherwise(pl.lit("differs"))
    fate = pl.when(is_repeat).then(pl.lit("repeat")).otherwise(fate)
    return both.filter(later).select(fate.alias("fate"))["fate"]


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
