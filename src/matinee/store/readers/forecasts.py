"""Forecasts and chances of candidates as CSV: numbers beside a candidate_id.

Covers reading and checking them; what they mean is said in `matinee.acquire.slate`.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.fields import Layout, read_all_fields


def read_numbers(path: Path, *, numbers: tuple[str, ...], optional: tuple[str, ...] = ()) -> pl.DataFrame:
    """Read a CSV of one row a candidate.

    Args:
        path: the file.
        numbers: columns that must hold a finite number in every row.
        optional: columns that may be missing, or empty.

    Returns:
        candidate_id and the columns named that the file has, as Float64.

    Raises:
        BadFile: a column is not there, a value is no number, or a candidate stands there twice.
    """
    texts = read_all_fields(path, Layout())
    missing = [name for name in ("candidate_id", *numbers) if name not in texts.columns]
    if missing:
        raise BadFile(f"no column {missing[0]}", where=str(path), todo=f"give {', '.join(('candidate_id', *numbers))}")
    present = [*numbers, *(name for name in optional if name in texts.columns)]
    frame = texts.select("row", "candidate_id", *(pl.col(name).cast(pl.Float64, strict=False) for name in present))
    for name in present:
        bad = texts.filter((frame[name].is_null() | ~frame[name].is_finite()) & _counts(texts[name], name in numbers))
        if bad.height:
            row, value = bad.row(0, named=True)["row"], bad[name][0]
            said = f"line {row}, {name}: {value or 'empty'!r} is no number"
            raise BadFile(said, where=str(path), todo="mend the line")
    twice = frame.filter(pl.col("candidate_id").is_duplicated())
    if twice.height:
        said = f"candidate {twice['candidate_id'][0]} stands there {twice.height} times"
        raise BadFile(said, where=str(path), todo="keep one row of each")
    return frame.drop("row")


def _counts(texts: pl.Series, is_needed: bool) -> pl.Series:
    """Tell where a value must be a number: everywhere, or where there is one."""
    return pl.Series([is_needed or bool(text) for text in texts], dtype=pl.Boolean)
