"""Check: apply the rules of the nouns to rows, and say everything that is wrong with each.

Covers the rules of single columns, duplicate keys within a frame, references to other tables and parents that lead
round in a circle. It does not turn text into types (`convert`), and what happens to the rows it refuses is the caller's
business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import dataframely as dy
import polars as pl

from matinee.tables.log import find_roots
from matinee.tables.problems import NOT_EMPTY, as_text, concat_problems, no_problems, problems_of
from matinee.tables.schemas import COUNTRY, CURRENCY, TABLES, key_columns

REFERENCES: Mapping[str, tuple[tuple[str, str, str], ...]] = MappingProxyType({
    "titles": (("parent_id", "titles", "title_id"),),
    "credits": (("title_id", "titles", "title_id"), ("person_id", "people", "person_id")),
    "views": (("title_id", "titles", "title_id"),),
    "windows": (("title_id", "titles", "title_id"),),
    "audience": (("title_id", "titles", "title_id"),),
    "exposures": (("title_id", "titles", "title_id"),),
})
"""For each table: (column, table it refers to, column there)."""

_PATTERNS = {COUNTRY: "two capital letters, as in FR", CURRENCY: "three capital letters, as in EUR"}


@dataclass(frozen=True)
class _Rule:
    """One rule of one column: `valid` is an expression that is true or null where a value keeps it."""

    column: str
    valid: pl.Expr
    wanted: str


def check(table: str, frame: pl.DataFrame, *, file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows that keep every rule of a table's columns from those that break one.

    Args:
        table: name of the table.
        frame: every column of the table, of its type, and `row`, as `convert` gives them.
        file: the file the rows come from, for the problems.

    Returns:
        The good rows, and all problems (a frame of `PROBLEMS`) of the others. Keys are not compared with each other:
        that is `check_keys`.
    """
    problems = find_broken_rules(table, frame, file=file)
    if problems.is_empty():
        return frame, problems
    return frame.filter(~pl.col("row").is_in(problems["row"].implode())), problems


def find_broken_rules(table: str, frame: pl.DataFrame, *, file: str) -> pl.DataFrame:
    """Find every rule that a row breaks; arguments and problems as in `check`."""
    rules = _rules(table)
    if frame.is_empty():
        return no_problems()
    kept = frame.select(rule.valid.fill_null(value=True).alias(str(place)) for place, rule in enumerate(rules))
    if kept.select(pl.all_horizontal(pl.all().all())).item():
        return no_problems()
    broken = [(rule, kept[str(place)]) for place, rule in enumerate(rules) if not kept[str(place)].all()]
    return concat_problems(_problems_of_rule(table, frame.filter(~keeps), rule, file=file) for rule, keeps in broken)


def check_keys(table: str, frame: pl.DataFrame, *, file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the first row of each key from the rows that repeat a key.

    Args:
        table: name of the table.
        frame: at least the key columns, and `row`.
        file: the file the rows come from, for the problems.

    Returns:
        The first row of each key, in the order of `frame`, and a problem for each of the others.
    """
    keys = key_columns(table)
    if frame.select(pl.struct(keys).n_unique()).item() == frame.height:
        return frame, no_problems()
    is_first = frame.select(pl.struct(keys).is_first_distinct()).to_series()
    good, bad = frame.filter(is_first), frame.filter(~is_first)
    firsts = good.select(*keys, pl.col("row").alias("first")).join(bad.select(keys).unique(), on=keys)
    places = bad.join(firsts, on=keys, how="left", maintain_order="left")["first"]
    problems = problems_of(
        bad,
        table=table,
        file=file,
        column=", ".join(keys),
        value=pl.concat_str([as_text(key, bad.schema[key]) for key in keys], separator=", "),
        wanted=pl.format("a key of its own (row {} has it)", pl.lit(places)),
    )
    return good, problems


def check_known(
    frame: pl.DataFrame, column: str, known: pl.Series, *, table: str, file: str, wanted: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows whose `column` is null or one of `known` from the others.

    Args:
        frame: rows with `column` and `row`.
        column: a column that refers to another table.
        known: String series of the ids there are.
        table: the table the rows are meant for.
        file: the file the rows come from, for the problems.
        wanted: what the value should be, such as "a title_id of titles".

    Returns:
        The good rows, and a problem for each of the others.
    """
    is_known = frame.select(pl.col(column).is_in(known.implode()).fill_null(value=True)).to_series()
    if is_known.all():
        return frame, no_problems()
    problems = problems_of(
        frame.filter(~is_known), table=table, file=file, column=column, value=pl.col(column), wanted=wanted
    )
    return frame.filter(is_known), problems


def check_table(table: str, frame: pl.DataFrame, known: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Find all that is wrong with stored rows of one table: rules, duplicate keys, references, circles of parents.

    Args:
        table: name of the table.
        frame: every column of the table; rows are counted from 1 as they lie here.
        known: for each table referred to, the ids it has; references to a table that is not named are not checked.

    Returns:
        A frame of `PROBLEMS`, whose `file` is the table's name.
    """
    rows = frame.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
    found = [find_broken_rules(table, rows, file=table), check_keys(table, rows, file=table)[1]]
    for column, other, ids in REFERENCES.get(table, ()):
        if other in known:
            wanted = f"a {ids} of {other}"
            found.append(check_known(rows, column, known[other], table=table, file=table, wanted=wanted)[1])
    if table == "titles":
        found.append(_find_circles(rows))
    return concat_problems(found)


def _find_circles(titles: pl.DataFrame) -> pl.DataFrame:
    """Find titles whose parents lead round in a circle: they have a parent, and yet none to belong to in the end."""
    is_root = find_roots(titles)["root_id"] == titles["title_id"]
    rounds = titles.filter(is_root & pl.col("parent_id").is_in(titles["title_id"].implode()))
    wanted = "a parent whose own parents come to an end"
    return problems_of(
        rounds, table="titles", file="titles", column="parent_id", value=pl.col("parent_id"), wanted=wanted
    )


def check_service(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Find all that is wrong with a service's tables, and between them.

    Args:
        tables: the tables there are, by name, each with all its columns. References to a table that is not among them
            are not checked. Views may be given month by month to `check_table` instead, where they are many.

    Returns:
        A frame of `PROBLEMS`, table after table in the order of the nouns.
    """
    known = known_ids(tables)
    found = [check_table(table, tables[table], known) for table in TABLES if table in tables]
    return pl.concat([no_problems(), *found])


def known_ids(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.Series]:
    """Collect the ids that other tables may refer to: by table, a String series."""
    referred = {(other, ids) for references in REFERENCES.values() for _, other, ids in references}
    return {other: tables[other][ids] for other, ids in referred if other in tables}


def _problems_of_rule(table: str, bad: pl.DataFrame, rule: _Rule, *, file: str) -> pl.DataFrame:
    value = as_text(rule.column, bad.schema[rule.column])
    return problems_of(bad, table=table, file=file, column=rule.column, value=value, wanted=rule.wanted)


@cache
def _rules(table: str) -> tuple[_Rule, ...]:
    """List the rules of every column, from the table's schema."""
    return tuple(
        _Rule(name, valid, say_wanted(column, rule))
        for name, column in TABLES[table].columns().items()
        for rule, valid in column.validation_rules(pl.col(name)).items()
    )


def say_wanted(column: dy.Column, rule: str) -> str:
    """Say in plain words what a rule of a column wants, such as "0 or more".

    Args:
        column: the column's declaration.
        rule: name of the rule, as dataframely gives it.
    """
    if rule.startswith("inner_") and isinstance(column, dy.List):
        return f"a list whose every item is {say_wanted(column.inner, rule.removeprefix('inner_'))}"
    limit: Any = getattr(column, rule, None)
    match rule:
        case "nullability":
            return NOT_EMPTY
        case "min_length":
            return NOT_EMPTY if limit == 1 else f"{limit} characters or more"
        case "regex":
            return _PATTERNS.get(limit, f"text like {limit}")
        case "min":
            return f"{limit} or more"
        case "max":
            return f"{limit} or less"
        case "min_exclusive":
            return f"more than {limit}"
        case "max_exclusive":
            return f"less than {limit}"
        case "nan" | "inf":
            return "a number"
    return f"valid ({rule})"
