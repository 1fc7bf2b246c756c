"""Spelling: what files write otherwise than the nouns do, though it can mean one thing only.

Covers other words for kinds, lengths with their unit, and codes of countries and currencies in small letters. What
could mean two things is left as it is, for `check` to name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import dataframely as dy
import polars as pl

from matinee.tables.schemas import COUNTRY, CURRENCY, TABLES

KINDS = {
    "movie": "film", "movies": "film", "films": "film", "tv": "series", "show": "series", "tv show": "series",
    "tv series": "series",
}  # fmt: skip
"""Other words for kinds of titles, in small letters."""

_LENGTH = r"(?i)^\s*(?:(\d+)\s*(?:h|hrs?|hours?)\.?)?\s*(?:(\d+)\s*(?:m|mins?|minutes?)\.?)?\s*$"
_SEASONS = r"(?i)^\s*\d+\s+seasons?\s*$"
_BRITAIN = r"(^|[|;,]\s*)UK\b"
_LETTERS = {COUNTRY: 2, CURRENCY: 3}


def respell(table: str, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Write text columns of a reader's frame as the nouns do.

    Args:
        table: name of the table.
        frame: any of the table's columns, as text or typed; columns that are not text stay as they are.

    Returns:
        The frame, and a sentence for each thing that was written otherwise.
    """
    columns = TABLES[table].columns()
    notes: list[str] = []
    for name in columns:
        if frame.schema.get(name) != pl.String:
            continue
        respelled, said = _respell_column(frame[name], columns[name])
        notes += said
        frame = frame.with_columns(respelled) if said else frame
    return frame, notes


def match_names(table: str, names: Iterable[str]) -> dict[str, str]:
    """Find columns of a file that are named as ours but for case, blanks and hyphens.

    Args:
        table: name of the table.
        names: the file's columns.

    Returns:
        The file's name -> ours. A column of ours that the file names exactly, or more than once, is not among them.
    """
    there = list(names)
    found: dict[str, list[str]] = {}
    for name in there:
        found.setdefault(re.sub(r"[\s-]+", "_", name.strip()).lower(), []).append(name)
    ours = [name for name in TABLES[table].columns() if name not in there and len(found.get(name, [])) == 1]
    return {found[name][0]: name for name in ours}


def _respell_column(values: pl.Series, column: dy.Column) -> tuple[pl.Series, list[str]]:
    if values.name == "kind":
        return _respell_kinds(values)
    if values.name == "runtime_minutes":
        return _respell_lengths(values)
    respelled, said = _respell_codes(values, column)
    british, also = _respell_britain(respelled, column)
    return british, said + also


def _respell_lengths(values: pl.Series) -> tuple[pl.Series, list[str]]:
    """Write lengths with a unit as minutes, and numbers of seasons, which are no length, as nothing."""
    text = pl.col(values.name)
    hours, minutes = (text.str.extract(_LENGTH, group).cast(pl.Int64) for group in (1, 2))
    total = (hours.fill_null(0) * 60 + minutes.fill_null(0)).cast(pl.String)
    has_unit = hours.is_not_null() | minutes.is_not_null()
    seasons = text.str.contains(_SEASONS).fill_null(value=False)
    said = values.to_frame().select(seasons.sum().alias("seasons"), has_unit.sum().alias("units")).row(0)
    respelled = values.to_frame().select(pl.when(has_unit).then(total).when(~seasons).then(text).alias(values.name))
    notes = [f"{values.name}: numbers of seasons ({said[0]:,}) are no length, and were left empty"] if said[0] else []
    notes += [f"{values.name}: lengths such as 90 min or 1h 30m were read as minutes"] if said[1] else []
    return respelled.to_series(), notes


def _respell_kinds(values: pl.Series) -> tuple[pl.Series, list[str]]:
    words = values.str.strip_chars().str.to_lowercase()
    found = [word for word in KINDS if (words == word).any()]
    return words.replace(KINDS), [f"kind: {word} was read as {KINDS[word]}" for word in found]


def _respell_codes(values: pl.Series, column: dy.Column) -> tuple[pl.Series, list[str]]:
    """Write codes, alone or in a list, in capitals; other text stays."""
    inner = column.inner if isinstance(column, dy.List) else column
    letters = _LETTERS.get(getattr(inner, "regex", None) or "")
    if letters is None:
        return values, []
    code = rf"\s*[A-Za-z]{{{letters}}}\s*"
    is_small = values.str.contains(rf"^{code}(?:[|;,]{code})*$") & (values != values.str.to_uppercase())
    if not is_small.any():
        return values, []
    capitals = values.zip_with(~is_small.fill_null(value=False), values.str.to_uppercase())
    return capitals, [f"{values.name}: codes in small letters were read as capitals"]


def _respell_britain(values: pl.Series, column: dy.Column) -> tuple[pl.Series, list[str]]:
    """Write UK as GB: ISO 3166-1 reserves it for the same country."""
    inner = column.inner if isinstance(column, dy.List) else column
    if getattr(inner, "regex", None) != COUNTRY or not values.str.contains(_BRITAIN).any():
        return values, []
    return values.str.replace_all(_BRITAIN, "${1}GB"), [f"{values.name}: UK was read as GB"]
