"""Problems: what is wrong with rows of a user's data, one frame row a problem, all of them at once.

Covers the columns of a problem, making them from bad rows and saying one as a sentence. It does not find them
(`convert`, `check`) and does not store them (`matinee.store`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

PROBLEMS = pl.Schema({
    "table": pl.String,
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "value": pl.String,
    "wanted": pl.String,
    "record": pl.String,
})
"""Columns of a frame of problems.

`row` counts from 1: the line of a text file, its header included, or the row of a Parquet file or of a stored table.
`column` is null where the whole row is wrong; `value` is null where nothing was given. `record` is the whole row as a
JSON object, so that a row set aside is never lost.
"""

UNREADABLE = "unreadable"
"""A column of a reader's frame: the text of a line that could not be cut into fields; null in every other row."""

_OWN = ("row", UNREADABLE)

NOT_EMPTY = "not empty"
"""`wanted` of a value that must be there."""

LONGEST_SAID = 80
"""Characters of a value that a sentence shows."""

_OF_ROWS = re.compile(r"\.(?:parquet|pq|xls[xmb]?|ods)\b", re.IGNORECASE)
"""Names of files whose rows are no lines of text."""

_SIMPLE = (pl.String, pl.Boolean, pl.Date, pl.Enum)
_IN_JSON = (*_SIMPLE, pl.Datetime, pl.List, pl.Struct, pl.Null)


def no_problems() -> pl.DataFrame:
    """Make a frame of no problems."""
    return PROBLEMS.to_frame()


def concat_problems(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Put frames of `PROBLEMS` together, ordered by row and otherwise as they came."""
    return pl.concat([no_problems(), *frames]).sort("row", maintain_order=True)


def safe_name(name: str) -> str:
    """Name a file's column so that it is never taken for `row` or `unreadable`: these two get a space behind."""
    return f"{name} " if name.rstrip(" ") in _OWN else name


def plain_name(name: str) -> str:
    """Name a column as the file does; undoes `safe_name`."""
    return name[:-1] if name.rstrip(" ") in _OWN else name


def names_in_file(frame: pl.DataFrame) -> list[str]:
    """List the columns of a reader's frame as the file names them."""
    return [plain_name(name) for name in frame.columns if name not in _OWN]


def problems_of(
    bad: pl.DataFrame,
    *,
    table: str,
    file: str,
    column: str | None,
    value: pl.Expr,
    wanted: str | pl.Expr,
) -> pl.DataFrame:
    """Make one problem of every row of `bad`.

    Args:
        bad: the rows, with their number in `row`; every other column goes into the record.
        table: the table they were meant for.
        file: the file they come from, or the table's name where they are stored rows.
        column: the column that is wrong; None where the whole row is.
        value: what was found, an expression over `bad` that gives text.
        wanted: what was wanted, in plain words that complete "'-5' is not …".

    Returns:
        A frame of `PROBLEMS`, in the order of `bad`.
    """
    if bad.is_empty():
        return no_problems()
    said = pl.lit(wanted) if isinstance(wanted, str) else wanted
    return bad.select(
        pl.lit(table).alias("table"),
        pl.lit(file).alias("file"),
        pl.col("row").cast(pl.Int64),
        pl.lit(column, dtype=pl.String).alias("column"),
        value.cast(pl.String).alias("value"),
        said.cast(pl.String).alias("wanted"),
        _record(bad).alias("record"),
    )


def as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Make the expression that shows a column's values as text, much as a user would write them."""
    column = pl.col(name)
    if dtype == pl.List(pl.String):
        return column.list.join("|", ignore_nulls=True)
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
    if dtype.is_numeric() or isinstance(dtype, _SIMPLE):
        return column.cast(pl.String)
    return column.map_elements("{}".format, return_dtype=pl.String)


def describe(problem: Mapping[str, Any]) -> str:
    """Say a problem in one sentence: "views.csv, line 3, seconds: '-5' is not 0 or more".

    Args:
        problem: a row of a frame of `PROBLEMS`.
    """
    file, wanted, value = problem["file"], problem["wanted"], problem["value"]
    counted = "row" if file == problem["table"] or _OF_ROWS.search(file) else "line"
    places = [file, f"{counted} {problem['row']}", problem["column"]]
    where = ", ".join(place for place in places if place)
    if wanted == NOT_EMPTY:
        return f"{where}: is empty"
    if value is None:
        return f"{where}: is empty, wanted {wanted}"
    said = value if len(value) <= LONGEST_SAID else f"{value[:LONGEST_SAID]}…"
    return f"{where}: '{said}' is not {wanted}"


def _record(frame: pl.DataFrame) -> pl.Expr:
    """Make the expression of a row as a JSON object, types that JSON lacks as text."""
    columns = [
        _in_json(name, dtype).alias(plain_name(name)) for name, dtype in frame.schema.items() if name not in _OWN
    ]
    if UNREADABLE in frame.columns:
        columns.append(pl.col(UNREADABLE).alias("line"))
    return pl.struct(columns).struct.json_encode()


def _in_json(name: str, dtype: pl.DataType) -> pl.Expr:
    is_kept = dtype.is_integer() or dtype.is_float() or isinstance(dtype, _IN_JSON)
    return pl.col(name) if is_kept else as_text(name, dtype)
