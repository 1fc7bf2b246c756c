"""Convert: turn a reader's columns, text or typed, into the types of a table.

Covers numbers, truth values, times, dates, lists and kinds, and makes a problem of every value that cannot be read.
It does not judge values that can be read (`check`) and opens no file (`matinee.store`).

Text is stripped, and empty text is null. How each type is written:

- time: `2024-01-31T12:00:00Z`, also with a space, an offset or fractions, without seconds or with the day alone; no
  zone means UTC. With `time="unix"` seconds since 1970, or milliseconds where the number is above 1e11. Otherwise a
  strptime format.
- list: a JSON array or a Python list, of texts or of objects with a code of a country or language, or a name, as TMDB
  writes them; else cut at `|`, else at `;`, else at `,`; else one item.
- truth: true, t, yes, y, 1 and false, f, no, n, 0, in any case.
- kind, and other choices: one of the words, in any case.
"""

from __future__ import annotations

import ast
import json

import dataframely as dy
import polars as pl

from matinee.errors import BadFile
from matinee.tables.check import find_broken_rules
from matinee.tables.problems import UNREADABLE, as_text, concat_problems, names_in_file, no_problems, problems_of
from matinee.tables.schemas import TABLES
from matinee.tables.times import days, times

_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")
_SEPARATORS = "|;,"
_SAYS = ("iso_3166_1", "iso_639_1", "name")
"""What says an item of a list of objects, the first that is there."""

FIRST_ROWS = 2
"""A frame that starts at this row or before is the head of a file."""

MANY_VALUES = 30
"""So many values of an optional column say how the whole column is written."""


def convert(
    table: str, frame: pl.DataFrame, *, file: str, time: str | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Turn the columns of `frame` into those of a table.

    Args:
        table: name of the table.
        frame: `row` (the line or row number) and any of the table's columns, as text or typed; other columns are left
            out. A column `unreadable` holds lines that could not be cut into fields.
        file: the file the rows come from, for problems and errors.
        time: how times and dates are written: None or "iso", "unix", or a strptime format.

    Returns:
        The rows whose every value could be read: the table's columns in declared order and type, a column that the
        file lacks as null, then `row`. And the problems of the other rows: each value that could not be read, and
        whatever rule of `check` the rest of such a row breaks.

    Raises:
        BadFile: a column that may not be null is not there, or no time in the first rows of the file can be read: of a
            column that may be null, at least `MANY_VALUES`.
    """
    columns = TABLES[table].columns()
    rows, unreadable = _part_unreadable(table, frame, file)
    if names_in_file(rows) or not rows.is_empty():
        check_columns(table, rows, file=file)
    texts = rows.select(_clean(name, rows.schema[name]) for name in (*columns, "row") if name in rows.columns)
    typed = texts.select(
        *(
            _read(texts, name, column, time=time) if name in texts.columns else pl.lit(None, column.dtype).alias(name)
            for name, column in columns.items()
        ),
        pl.col("row").cast(pl.Int64),
    )
    failed = {
        name: mask
        for name in columns
        if name in texts.columns and (mask := typed[name].is_null() & texts[name].is_not_null()).any()
    }
    if not failed:
        return typed, unreadable
    _check_times(columns, texts, failed, file)
    return _part_failed(table, rows, typed, failed, file=file, time=time, unreadable=unreadable)


def check_columns(table: str, frame: pl.DataFrame, *, file: str) -> None:
    """Refuse a reader's frame that lacks a column which may not be null.

    Raises:
        BadFile: it does; the words name the columns it has, and what to do.
    """
    there = names_in_file(frame)
    missing = [name for name, column in TABLES[table].columns().items() if not column.nullable and name not in there]
    if not missing:
        return
    raise BadFile(
        f"no column {', '.join(missing)}; the file has {', '.join(there)}",
        where=file,
        todo=f"name it with --map {missing[0]}=THEIRS, or name all columns of a file without header with --columns",
    )


def _check_times(columns: dict[str, dy.Column], texts: pl.DataFrame, failed: dict[str, pl.Series], file: str) -> None:
    """Stop at a time column whose every value fails at the head of a file: it is written in another way throughout.

    A few odd values in a column that may be empty do not say so: they are problems of their rows.
    """
    first_row = texts["row"].min()
    if not isinstance(first_row, int) or first_row > FIRST_ROWS:
        return
    for name, mask in failed.items():
        column, values = columns[name], texts[name].drop_nulls()
        is_time = isinstance(column, dy.Datetime | dy.Date) and mask.sum() == len(values)
        if is_time and (len(values) >= MANY_VALUES or not column.nullable):
            raise BadFile(
                f"no value of {name} can be read as a time, such as '{values[0]}'",
                where=file,
                todo="say how times are written: --time unix, or a format such as --time '%d/%m/%Y %H:%M'",
            )


def _part_unreadable(table: str, frame: pl.DataFrame, file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the lines that a reader could not cut into fields from the others."""
    if UNREADABLE not in frame.columns:
        return frame, no_problems()
    torn = frame.filter(pl.col(UNREADABLE).is_not_null())
    known = [name for name in torn.columns if torn[name].null_count() < torn.height]  # as whose history a line was read
    bad = torn.select(known)
    wanted = "a line that can be cut into the columns of the file"
    problems = problems_of(bad, table=table, file=file, column=None, value=pl.col(UNREADABLE), wanted=wanted)
    return frame.filter(pl.col(UNREADABLE).is_null()).drop(UNREADABLE), problems


def _part_failed(
    table: str,
    rows: pl.DataFrame,
    typed: pl.DataFrame,
    failed: dict[str, pl.Series],
    *,
    file: str,
    time: str | None,
    unreadable: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows with a value that could not be read, and say all that is wrong with them."""
    columns = TABLES[table].columns()
    found = [
        problems_of(
            rows.filter(mask),
            table=table,
            file=file,
            column=name,
            value=as_text(name, rows.schema[name]),
            wanted=_wanted(columns[name], time),
        )
        for name, mask in failed.items()
    ]
    is_bad = pl.select(pl.any_horizontal(*failed.values())).to_series()
    broken = find_broken_rules(table, typed.filter(is_bad), file=file)
    said = concat_problems(found)
    also = broken.join(said, on=["row", "column"], how="anti")
    records = said.unique("row").select("row", "record")
    also = also.drop("record").join(records, on="row").select(said.columns)
    return typed.filter(~is_bad), concat_problems([unreadable, said, also])


def _clean(name: str, dtype: pl.DataType) -> pl.Expr:
    """Strip text, and make empty text null."""
    if dtype != pl.String:
        return pl.col(name)
    stripped = pl.col(name).str.strip_chars()
    return pl.when(stripped != "").then(stripped).alias(name)


def _read(frame: pl.DataFrame, name: str, column: dy.Column, *, time: str | None) -> pl.Series:
    """Read one column as its declared type, null where a value cannot be read."""
    values = frame[name]
    if values.dtype == column.dtype or values.dtype == pl.Null:
        return values.cast(column.dtype)
    if values.dtype.is_nested() and not isinstance(column, dy.List):
        return pl.Series(name, [None] * len(values), column.dtype)
    if isinstance(column, dy.Datetime):
        return times(values, time)
    if isinstance(column, dy.Date):
        return days(values, time)
    if column.dtype.is_integer():
        return _read_integer(values, column.dtype)
    if column.dtype.is_float():
        return values.cast(pl.Float64, strict=False).cast(column.dtype, strict=False)
    read = {dy.Bool: _read_truth, dy.Enum: _read_choice, dy.List: _read_list}.get(type(column), _read_text)
    return read(values, column.dtype)


def _read_text(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Read ids and words. Whole floats lose their point: a table program made them of integers with gaps."""
    if values.dtype.is_float() and values.is_finite().all() and (values == values.round()).all():
        values = values.cast(pl.Int64)
    return values.cast(dtype, strict=False)


def _read_integer(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Read whole numbers, `5.0` included."""
    whole = values.cast(pl.Int64, strict=False) if values.dtype == pl.String else values
    if values.dtype == pl.String and whole.null_count() > values.null_count():
        whole = whole.fill_null(_whole(values.cast(pl.Float64, strict=False)))
    return (_whole(whole) if whole.dtype.is_float() else whole).cast(dtype, strict=False)


def _whole(numbers: pl.Series) -> pl.Series:
    is_whole = numbers.is_finite() & (numbers == numbers.round())
    return numbers.set(~is_whole.fill_null(value=False), None).cast(pl.Int64, strict=False)


def _read_truth(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    words = _read_text(values, pl.String()).str.to_lowercase()
    names = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
    return words.replace_strict(names, default=None, return_dtype=dtype)


def _read_choice(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    return values.cast(pl.String, strict=False).str.to_lowercase().cast(dtype, strict=False)


def _read_list(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    if values.dtype.is_nested():
        return values.cast(dtype, strict=False)
    items = [None if text is None else _items(text) for text in values.cast(pl.String, strict=False)]
    return pl.Series(values.name, items, dtype)


def _items(text: str) -> list[str] | None:
    """Cut text into the items of a list; None if it looks like an array and is none."""
    if text.startswith("["):
        return _array(text)
    separator = next((mark for mark in _SEPARATORS if mark in text), None)
    parts = [text] if separator is None else text.split(separator)
    return [item for part in parts if (item := part.strip())]


def _array(text: str) -> list[str] | None:
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if not isinstance(found, list):
            continue
        said = [_say(each) for each in found]
        if all(isinstance(each, str | int | float) for each in said):
            return [item for each in said if (item := str(each).strip())]
    return None


def _say(item: object) -> object:
    """Say an object of a list by its code or name; others stay."""
    if not isinstance(item, dict):
        return item
    return next((item[key] for key in _SAYS if item.get(key)), None)


def _wanted(column: dy.Column, time: str | None) -> str:
    """Say in plain words what a column's type wants."""
    if isinstance(column, dy.Datetime | dy.Date) and time not in {None, "iso"}:
        return "a unix time" if time == "unix" else f"a time written as {time}"
    dtype = column.dtype
    if isinstance(dtype, pl.Enum):
        return f"one of {', '.join(dtype.categories)}"
    if dtype.is_integer():
        is_money = "minor units" in str((column.metadata or {}).get("doc"))
        return "a whole number of minor units, as 1250 for 12.50" if is_money else "a whole number"
    words = {
        dy.Datetime: "a time, as 2024-01-31T12:00:00Z",
        dy.Date: "a date, as 2024-01-31",
        dy.Bool: "true or false",
        dy.List: 'a list, as ["a", "b"] or a|b',
    }
    return words.get(type(column), "a number" if dtype.is_float() else "text")
