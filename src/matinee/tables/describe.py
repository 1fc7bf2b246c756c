"""Describe: the page about the tables, in Markdown, made from their declarations so that it cannot fall behind.

It does not write the page: `docs/tables.md` is checked against it by a test.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from matinee.tables.check import REFERENCES, say_wanted
from matinee.tables.problems import NOT_EMPTY
from matinee.tables.schemas import TABLES, key_columns

_HEAD = """# Tables

Every input table, column by column. This page is made from `src/matinee/tables/schemas.py` by
`matinee.tables.describe.describe_tables`; a test keeps the two alike.

Keys are in **bold**: together they name a row, and no two rows share one. Times are UTC. Money is integer minor units
of the currency beside it. An empty cell means exactly what its column says here. How each type is written in a file is
told in `src/matinee/tables/convert.py`.
"""

_COLUMNS = """| column | type | what it is | empty means | rule |
|---|---|---|---|---|"""

_TYPES = {dy.Bool: "true or false", dy.Date: "date", dy.Datetime: "time", dy.Enum: "choice", dy.List: "list of text"}


def describe_tables() -> str:
    """Write the page of all tables."""
    return "\n".join([_HEAD, *(_describe_table(table) for table in TABLES)])


def _describe_table(table: str) -> str:
    schema = TABLES[table]
    keys = key_columns(table)
    rows = [_describe_column(name, column, is_key=name in keys) for name, column in schema.columns().items()]
    references = [f"`{column}` is a `{ids}` of {other}." for column, other, ids in REFERENCES.get(table, ())]
    told = f"\n{' '.join(references)}\n" if references else ""
    return "\n".join([f"## {table}", "", _sentence(schema.__doc__), "", _COLUMNS, *rows, told])


def _describe_column(name: str, column: dy.Column, *, is_key: bool) -> str:
    about = column.metadata or {}
    cells = [
        f"**{name}**" if is_key else name,
        _type(column),
        str(about.get("doc", "")),
        str(about.get("null", "")) if column.nullable else "must be there",
        _rules(name, column),
    ]
    return f"| {' | '.join(cells)} |"


def _type(column: dy.Column) -> str:
    if column.dtype.is_integer():
        return "whole number"
    return _TYPES.get(type(column), "number" if column.dtype.is_float() else "text")


def _rules(name: str, column: dy.Column) -> str:
    """List the rules of a column's values, each once; that it must be there is told in another cell."""
    if isinstance(column.dtype, pl.Enum):
        return ", ".join(column.dtype.categories)
    said = [say_wanted(column, rule) for rule in column.validation_rules(pl.col(name))]
    plain = {"a number", NOT_EMPTY, f"a list whose every item is {NOT_EMPTY}"}
    return "; ".join(dict.fromkeys(rule for rule in said if rule not in plain))


def _sentence(doc: str | None) -> str:
    return " ".join((doc or "").split())
