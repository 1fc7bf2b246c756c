"""What is about a member: the tables that name members, and rows set aside that were to be theirs.

Covers finding; it removes nothing (`matinee.store.removal`) and reads no file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

import polars as pl

from matinee.tables.schemas import TABLES

MEMBER = "member_id"

MEMBER_TABLES = tuple(table for table, schema in TABLES.items() if MEMBER in schema.columns())
"""Tables whose every row is about one member."""


_SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace() and code not in range(0x1C, 0x20))
"""What Polars strips: the white space of Unicode, to which Python adds four separators."""


def can_be_id(text: str) -> bool:
    """Tell whether a table can hold this id: `convert` lets none through that is empty or has spaces around it."""
    return bool(text) and text == text.strip(_SPACES)


def compile_mentions(member_ids: Collection[str]) -> re.Pattern[str]:
    """Make the pattern that finds an id where it stands as a word of its own.

    `ann` is found in "for ann," and in "ann.", neither in "anna" nor in "ann-marie", "ann@example.org" or "ann.b".

    Args:
        member_ids: one or more ids, none of them empty.

    Raises:
        ValueError: no id, or an empty one.
    """
    if not member_ids or "" in member_ids:
        raise ValueError(f"member_ids must hold ids, none empty, got {sorted(member_ids)}")
    spellings = {spelling for member_id in member_ids for spelling in (member_id, json.dumps(member_id)[1:-1])}
    any_of = "|".join(map(re.escape, sorted(spellings)))
    return re.compile(rf"(?<![\w@-])(?<!\w\.)(?:{any_of})(?![\w@-])(?!\.\w)")


def may_be_theirs(member_ids: Collection[str]) -> pl.Expr:
    """Make the expression over problems that is true of all rows which `find_theirs` can find, and of few others."""
    spellings = [json.dumps(member_id, ensure_ascii=False)[1:-1] for member_id in member_ids]
    return pl.col("table").is_in(MEMBER_TABLES) & pl.col("record").str.contains_any(spellings)


def find_theirs(problems: pl.DataFrame, member_ids: Collection[str]) -> pl.Series:
    """Tell which problems are of rows that were to be of some members.

    A row is theirs if it has their `member_id`, spelled in any way that `convert` reads as their id. A row without one
    (a line that could not be cut, an empty field) is theirs if their id stands as a word in the line, or in a column
    that the table does not have.

    Args:
        problems: a frame of `PROBLEMS`, of tables that name members.
        member_ids: whose.

    Returns:
        Boolean, one a problem.
    """
    mentions = compile_mentions(member_ids)
    rows = problems.select("table", "record").iter_rows()
    theirs = [_is_theirs(table, json.loads(record), member_ids, mentions) for table, record in rows]
    return pl.Series("theirs", theirs, pl.Boolean)


def _is_theirs(table: str, record: dict[str, Any], member_ids: Collection[str], mentions: re.Pattern[str]) -> bool:
    named = _read_id(record.get(MEMBER))
    if named:
        return named in member_ids
    others = [str(value) for name, value in record.items() if name not in TABLES[table].columns() and value is not None]
    return any(mentions.search(value) for value in others)


def _read_id(value: object) -> str:
    """Read an id as `convert` does: text without spaces around it, whole floats without their point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip(_SPACES)
