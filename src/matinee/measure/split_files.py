"""Splits that come from files: who trains and who is tested was decided elsewhere.

Covers the four kinds of published split: a table of parts by time, a table of parts by members, lines of the next
title, and a list of warm and cold titles. It takes what the caller read, frames and lines, and touches no file
itself.

Ids in files are taken as text; each kind but the last numbers them afresh and gives its own id lists. A file that leaks
(an event both told and to be found, a held-out member in train, a target before the end of train) is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from matinee.errors import BadFile
from matinee.measure.splits import Split, hide_titles, latest_at, of_members
from matinee.tables.log import EVENTS, Log

TIME_PARTS = ("train", "target")
MEMBERS_PARTS = ("train", "validation_history", "validation_target", "test_history", "test_target")
NEXT_FILES = ("train_input", "test_output", "validation_input", "validation_output")

PADDING = "0"
"""In a line of titles, no title."""


@dataclass(frozen=True)
class FileSplit:
    """A split with the ids that its rows stand for.

    Attributes:
        split: the split for the test.
        member_ids: String series; a member's row number is its place here.
        title_ids: String series; a title's row number is its place here. Holds the titles of all parts.
    """

    split: Split
    member_ids: pl.Series
    title_ids: pl.Series


def split_from_parts(frame: pl.DataFrame, *, where: str = "") -> FileSplit:
    """Make a split from a table that says of each event which part it belongs to.

    Parts train and target are the time protocol: the history of the target's members is their training events.
    Parts train, {test,validation}_{history,target} are the members protocol: the validation parts become
    `Split.inner`.

    Args:
        frame: columns member_id, title_id (integer or text), timestamp (unix seconds) and part.
        where: name of the file, for the error.

    Raises:
        BadFile: if columns or parts are others, an event stands there twice, or the test leaks into training.
    """
    _check_columns(frame, ("member_id", "title_id", "timestamp", "part"), where)
    events, member_ids, title_ids = _encode(frame, where)
    part = frame["part"].cast(pl.String)
    parts = {name: events.filter(part == name).sort(_ORDER) for name in part.unique()}
    if set(parts) == set(TIME_PARTS):
        split = _split_of_times(parts, where)
    elif set(parts) == set(MEMBERS_PARTS):
        split = _split_of_members(parts, where)
    else:
        wanted = f"want {', '.join(TIME_PARTS)} or {', '.join(MEMBERS_PARTS)}"
        raise BadFile(f"the parts are {', '.join(sorted(parts)) or 'none'}", where=where, todo=wanted)
    return FileSplit(split, member_ids, title_ids)


def split_from_next(lines: Mapping[str, Sequence[str]], *, where: str = "") -> FileSplit:
    """Make a split from lines of titles in the order they were watched, one line a member.

    The test finds the title in a line of `test_output` from the same line of `train_input`. `Split.inner` is the
    validation: the title of `validation_output` from the line of `validation_input`. Both train on `train_input`.
    Validation lines do not say whose they are, so their members are numbered apart. Time, `at`, is the place in the
    line, from 0.

    Args:
        lines: the lines of each of `NEXT_FILES`, by name without suffix: title ids with spaces between, 0 = padding.
        where: name of the folder, for the error.

    Raises:
        BadFile: if a file is missing, lines do not pair up, or a member has a title twice.
    """
    missing = [name for name in NEXT_FILES if name not in lines]
    if missing:
        raise BadFile(f"no {', '.join(missing)}", where=where, todo=f"a split by next title is {', '.join(NEXT_FILES)}")
    inputs = pl.concat([
        _paired_lines(lines, ("train_input", "test_output"), "", where),
        _paired_lines(lines, ("validation_input", "validation_output"), "validation ", where),
    ])
    events, member_ids, title_ids = _encode(inputs, where)
    parts = {name: events.filter(inputs["part"] == name).sort(_ORDER) for name in NEXT_FILES}
    train = parts["train_input"]
    now = latest_at(train)
    inner = Split("next", train, parts["validation_input"], parts["validation_output"], None, now)
    return FileSplit(Split("next", train, train, parts["test_output"], None, now, inner), member_ids, title_ids)


def split_from_cold(log: Log, parts: pl.DataFrame, *, where: str = "") -> Split:
    """Hide the titles that a file calls cold from a log, and rank them among themselves.

    Titles that the file does not name count as warm; those that the log does not have are passed over.

    Args:
        log: the log to split; the rows of the split are its rows.
        parts: columns title_id (integer or text) and part, warm or cold.
        where: name of the file, for the error.

    Raises:
        BadFile: if columns or parts are others, or no cold title is in the log.
    """
    _check_columns(parts, ("title_id", "part"), where)
    others = sorted(set(parts["part"].cast(pl.String)) - {"warm", "cold"})
    if others:
        raise BadFile(f"the parts are {', '.join(others)}", where=where, todo="want warm or cold")
    cold = parts.filter(pl.col("part") == "cold")["title_id"].cast(pl.String)
    rows = log.title_ids.is_in(cold.implode()).arg_true().to_numpy().astype(np.int64)
    if len(rows) == 0:
        raise BadFile("none of its cold titles is in the log", where=where, todo="use the service's title ids")
    return hide_titles(log.events, rows)


_ORDER = ("at", "member_row", "title_row")


def _check_columns(frame: pl.DataFrame, wanted: tuple[str, ...], where: str) -> None:
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise BadFile(f"no column {', '.join(missing)}", where=where, todo=f"a split file has {', '.join(wanted)}")
    for name in wanted:
        dtype, nulls = frame.schema[name], frame[name].null_count()
        is_fit = dtype.is_integer() or (name != "timestamp" and dtype in (pl.String, pl.Categorical, pl.Enum))
        if not is_fit:
            raise BadFile(f"column {name} is {dtype}", where=where, todo="want whole numbers, or text for ids and part")
        if nulls:
            raise BadFile(f"column {name} is empty in {nulls} rows", where=where, todo="fill or remove these rows")


def _encode(frame: pl.DataFrame, where: str) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """Number the ids of member_id, title_id, timestamp; the events keep the order of the frame."""
    ids = {name: frame[name].cast(pl.String).unique().sort() for name in ("member_id", "title_id")}
    rows = {
        name.replace("_id", "_row"): frame[name].cast(pl.String).cast(pl.Enum(known)).to_physical()
        for name, known in ids.items()
    }
    events = pl.DataFrame({**rows, "at": frame["timestamp"], "weight": 1.0}).cast(EVENTS)
    n_repeats = events.height - events.select("member_row", "title_row").unique().height
    if n_repeats:
        todo = "a member and title may stand there once, in one part"
        raise BadFile(f"{n_repeats} events stand there again", where=where, todo=todo)
    return events, ids["member_id"], ids["title_id"]


def _paired_lines(lines: Mapping[str, Sequence[str]], names: tuple[str, str], prefix: str, where: str) -> pl.DataFrame:
    """Lay out two files of lines as events; a member is a line, and the second file goes on where the first ends."""
    n_told, n_hidden = (len(lines[name]) for name in names)
    if n_told != n_hidden or n_told == 0:
        what = f"{names[0]} has {n_told} lines and {names[1]} {n_hidden}"
        raise BadFile(what, where=where, todo="want one line a member, in the same order")
    halves = [pl.DataFrame({"line": range(1, n_told + 1), "words": lines[name], "part": name}) for name in names]
    words = pl.concat(halves).select("line", "part", title_id=pl.col("words").str.extract_all(r"\S+"))
    events = words.explode("title_id").filter(pl.col("title_id") != PADDING)
    member_id = prefix + pl.col("line").cast(pl.String)
    return events.with_columns(member_id=member_id, timestamp=pl.int_range(pl.len()).over("line"))


def _split_of_times(parts: dict[str, pl.DataFrame], where: str) -> Split:
    train, now = parts["train"], int(parts["target"]["at"].to_numpy().min())
    if now < latest_at(train):
        what = f"its first target, at {now}, is before its last training event, at {latest_at(train)}"
        raise BadFile(what, where=where, todo="put all that is to be found after all that is learned from")
    target = of_members(parts["target"], train)
    return Split("time", train, of_members(train, target), target, candidates=None, now=now)


def _split_of_members(parts: dict[str, pl.DataFrame], where: str) -> Split:
    train, now = parts["train"], max(latest_at(parts[name]) for name in MEMBERS_PARTS)
    held = pl.concat([parts[name] for name in MEMBERS_PARTS[1:]])
    n_leaked = of_members(held, train)["member_row"].n_unique()
    if n_leaked:
        raise BadFile(f"{n_leaked} held-out members are in train as well", where=where, todo="take them out of train")
    inner = Split("members", train, parts["validation_history"], parts["validation_target"], None, now)
    return Split("members", train, parts["test_history"], parts["test_target"], None, now, inner)
