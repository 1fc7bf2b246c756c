"""Times and dates: read them as instants in UTC, from text, numbers or typed columns.

Covers ISO 8601 as logs write it, unix seconds and milliseconds, and strptime formats. A value that cannot be read is
null; making a problem of it is `convert`'s business. Times without a zone are taken as UTC.
"""

from __future__ import annotations

import polars as pl

INSTANT = pl.Datetime("us", "UTC")

MILLISECONDS_FROM = 1e11
"""A unix time above this (the year 5138, were it seconds) is taken as milliseconds (1973 and later)."""

_LATEST_UNIX = 1e14
_COMMON = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


def times(values: pl.Series, time: str | None) -> pl.Series:
    """Read a column of instants.

    Args:
        values: text, numbers, dates or datetimes.
        time: how they are written: None or "iso", "unix", or a strptime format.

    Returns:
        Datetimes in UTC, microseconds; null where a value cannot be read.
    """
    if isinstance(values.dtype, pl.Datetime):
        zone = values.dtype.time_zone
        aware = values.dt.replace_time_zone("UTC") if zone is None else values.dt.convert_time_zone("UTC")
        return aware.cast(INSTANT)
    if values.dtype == pl.Date:
        return values.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if time == "unix":
        return _unix(values)
    text = values.cast(pl.String, strict=False)
    if time in {None, "iso"}:
        return _iso(text)
    return _formatted(text, str(time))


def days(values: pl.Series, time: str | None) -> pl.Series:
    """Read a column of dates; arguments as in `times`. An instant gives its date in UTC."""
    if values.dtype == pl.Date:
        return values
    return times(values, time).dt.date()


def _formatted(text: pl.Series, time: str) -> pl.Series:
    parsed = text.str.to_datetime(time, strict=False, time_unit="us")
    zone = parsed.dtype.time_zone if isinstance(parsed.dtype, pl.Datetime) else None
    return parsed.dt.replace_time_zone("UTC") if zone is None else parsed.dt.convert_time_zone("UTC")


def _unix(values: pl.Series) -> pl.Series:
    """Read numbers of seconds or milliseconds; whole ones exactly, others to the microsecond."""
    whole = values.cast(pl.Int64, strict=False) if values.dtype == pl.String or values.dtype.is_integer() else None
    if whole is not None and whole.null_count() == values.null_count():
        return _instants(whole)
    fractional = _instants(values.cast(pl.Float64, strict=False))
    return fractional if whole is None else _instants(whole).fill_null(fractional)


def _instants(numbers: pl.Series) -> pl.Series:
    column = pl.col(numbers.name)
    micros = pl.when(column.abs() > MILLISECONDS_FROM).then(column * 1_000).otherwise(column * 1_000_000)
    sane = pl.when(column.abs() < _LATEST_UNIX).then(micros)
    return numbers.to_frame().select(sane.cast(pl.Int64, strict=False).cast(INSTANT)).to_series()


def _iso(text: pl.Series) -> pl.Series:
    """Read ISO 8601: the way the first value is written in one fast pass, what is left one form after another."""
    first = text.drop_nulls().head(1)
    fast = next((form for form in _COMMON if _formatted(first, form).null_count() == 0), None)
    if fast is None:
        return _any_iso(text)
    parsed = _formatted(text, fast)
    is_left = parsed.is_null() & text.is_not_null()
    if not is_left.any():
        return parsed
    return parsed.scatter(is_left.arg_true(), _any_iso(text.filter(is_left)))


def _any_iso(text: pl.Series) -> pl.Series:
    """Read ISO 8601 in any of its common forms, by bringing all of them into one."""
    spaced = text.str.replace(r"^(\d{4}-\d{2}-\d{2})[Tt]", "${1} ").str.replace(r"^(\d{4}-\d{2}-\d{2})$", "${1} 00:00")
    timed = spaced.str.replace(r"^(.{10} \d{2}:\d{2})($|[^:\d])", "${1}:00${2}")
    zoned = timed.str.replace(r"\s*(?:UTC|GMT|z)$", "Z").str.replace(r"^(.{19}(?:\.\d+)?)$", "${1}Z")
    return zoned.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", strict=False, time_unit="us").dt.convert_time_zone("UTC")
