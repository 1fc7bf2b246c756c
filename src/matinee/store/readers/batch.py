"""Batch: some rows of a foreign file, on their way into one table. Every reader is a generator of these."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from matinee.tables.problems import no_problems


@dataclass(frozen=True)
class Batch:
    """Some rows of one file, as `matinee.tables.convert` takes them.

    Attributes:
        table: the table the rows are meant for.
        file: name of the file they come from, as a user knows it.
        frame: `row` (Int64: line of a text file counting its header, else row number, both from 1), and columns of the
            table as text or typed. `unreadable` (String), where there is such a column, holds the text of lines that
            could not be cut into fields; those rows are null elsewhere, and `convert` makes problems of them. A column
            that the file itself calls by one of these names has the one that `safe_name` gives it.
        time: how times are written: None or "iso", "unix", or a strptime format.
        note: what a user should know about how the file was understood; empty if nothing.
        problems: what is wrong with rows that were set aside before, columns `PROBLEMS`; none of them is in `frame`.
    """

    table: str
    file: str
    frame: pl.DataFrame
    time: str | None = None
    note: str = ""
    problems: pl.DataFrame = field(default_factory=no_problems)
