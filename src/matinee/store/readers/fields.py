"""Fields: cut lines of separated text (CSV, TSV, …) into columns of text.

Covers names of columns, line numbers, several-character separators, and lines with too few or too many fields, which
are kept whole beside the others. What quotes hold together is said in `records`; it does not know tables (`table`) or
types (`matinee.tables.convert`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.blocks import Block, read_blocks
from matinee.store.readers.records import MANY_LINES, cut_records
from matinee.tables.problems import UNREADABLE, plain_name, safe_name

_UNIT = "\x1f"
"""Stands for a separator of several bytes while its lines are cut."""

LINES_OF_SMALL = 100_000
"""Lines a block of a file that is read whole."""


@dataclass(frozen=True)
class Layout:
    """How the lines of a file are cut.

    Attributes:
        sep: what separates the fields, one character or several.
        columns: names of the columns, where the first line does not say them.
        is_quoted: a field between double quotes may hold separators, of one byte, and newlines.
        encoding: of the text, a Python codec that keeps ASCII as it is.
    """

    sep: str = ","
    columns: tuple[str, ...] | None = None
    is_quoted: bool = True
    encoding: str = "utf-8"

    @property
    def mark(self) -> str:
        """The one byte that separates fields when the lines are cut."""
        return self.sep if len(self.sep.encode()) == 1 else _UNIT


def read_fields(path: Path, layout: Layout, *, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Read separated text as columns of text.

    Args:
        path: the file.
        layout: how its lines are cut.
        batch_rows: about how many rows a frame should have.

    Yields:
        Frames with `row` (Int64, the line a record begins at, from 1) and a String column for each of the file's, named
        as `safe_name` does; where a line could not be cut into as many fields, also `unreadable`, its text. Empty lines
        are passed over. The first frame has no rows: it is the header.

    Raises:
        BadFile: missing, empty, not UTF-8 text, or a header with a name twice or an open quote.
    """
    blocks = read_blocks(path, lines=batch_rows, quoted=layout.is_quoted)
    first = _single(next(blocks), layout)
    names, first = _header(first, layout, path)
    yield pl.DataFrame(schema={"row": pl.Int64} | dict.fromkeys(names, pl.String))
    for block in chain([first] if first.data else [], (_single(block, layout) for block in blocks)):
        frame = _cut_fast(block, names, layout)
        yield _cut_slowly(block, names, layout, path) if frame is None else frame


def read_all_fields(path: Path, layout: Layout) -> pl.DataFrame:
    """Read a small file of separated text whole; the rest as in `read_fields`, and no rows are a `BadFile`."""
    frame = pl.concat(read_fields(path, layout, batch_rows=LINES_OF_SMALL), how="diagonal")
    if frame.is_empty():
        raise BadFile("has a header and no rows", where=str(path), todo="export it again")
    return frame


def first_fields(path: Path, layout: Layout) -> list[str]:
    """Read the fields of the first line of a file.

    Raises:
        BadFile: as in `read_fields`.
    """
    return _first_record(_single(next(read_blocks(path, lines=1, quoted=layout.is_quoted)), layout), layout, path)[1]


def _single(block: Block, layout: Layout) -> Block:
    """Make the text UTF-8 and the separator one byte."""
    data = block.data if layout.encoding == "utf-8" else block.data.decode(layout.encoding).encode()
    return Block(block.line, data if layout.mark == layout.sep else data.replace(layout.sep.encode(), _UNIT.encode()))


def _header(block: Block, layout: Layout, path: Path) -> tuple[list[str], Block]:
    """Name the columns, and take the header off the first block."""
    end, found = _first_record(block, layout, path)
    if layout.columns is not None:
        if len(found) != len(layout.columns):
            raise BadFile(
                f"line {end} has {len(found)} fields, not the {len(layout.columns)} columns named",
                where=str(path),
                todo="name as many columns as the file has, and check --sep",
            )
        return _names(layout.columns), block
    names = _names(found)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadFile(f"column {plain_name(twice[0])} is there twice", where=str(path), todo="rename it in the header")
    return names, Block(block.line + end, block.data[_end_of_line(block.data, end) :])


def _names(found: Sequence[str]) -> list[str]:
    return [safe_name(name.strip()) or f"column_{place}" for place, name in enumerate(found, start=1)]


def _first_record(block: Block, layout: Layout, path: Path) -> tuple[int, list[str]]:
    """Find the first record of a file with anything in it: the number of its last line, and its fields."""
    text = _decode(block, path)
    width = None if layout.columns is None else len(layout.columns)
    for start, end, fields in _records(text, layout, width):
        if fields is None and width is None:
            todo = "mend its quotes, and end every line with a newline"
            raise BadFile(f"line {block.line + start} cannot be cut into fields", where=str(path), todo=todo)
        if fields and any(fields):
            return end, fields
    raise BadFile("is empty but for separators", where=str(path), todo="export it again")


def _records(text: str, layout: Layout, width: int | None) -> Iterator[tuple[int, int, list[str] | None]]:
    """Cut text into records, as `cut_records`; without quotes a record is a line."""
    if layout.is_quoted:
        return cut_records(text, layout.mark, width)
    return ((place, place + 1, line.rstrip("\r").split(layout.mark)) for place, line in enumerate(text.split("\n")))


def _end_of_line(data: bytes, lines: int) -> int:
    end = 0
    for _ in range(lines):
        end = data.index(b"\n", end) + 1
    return end


def _decode(block: Block, path: Path) -> str:
    try:
        return block.data.decode()
    except UnicodeDecodeError as problem:
        line = block.line + block.data.count(b"\n", 0, problem.start)
        raise BadFile(f"line {line} is not UTF-8 text", where=str(path), todo="save the file as UTF-8") from None


def _cut_fast(block: Block, names: Sequence[str], layout: Layout) -> pl.DataFrame | None:
    """Cut a block in one go; None if the tally of separators and lines says that some line is not as it should be."""
    try:
        frame = _parse(block.data, names, layout)
    except pl.exceptions.PolarsError:
        return None
    mark, has_quotes = layout.mark.encode(), layout.is_quoted and b'"' in block.data
    inner_marks = _count(frame, layout.mark) if has_quotes else pl.Series([0])
    inner_lines = _count(frame, "\n") if has_quotes else pl.Series([0])
    fields_fit = block.data.count(mark) == frame.height * (len(names) - 1) + inner_marks.sum()
    lines_fit = block.data.count(b"\n") == frame.height + inner_lines.sum()
    if not (fields_fit and lines_fit) or (inner_lines >= MANY_LINES).any():
        return None
    row = pl.int_range(block.line, block.line + frame.height, dtype=pl.Int64, eager=True)
    if inner_lines.sum():
        row += inner_lines.cum_sum().shift(1, fill_value=0)
    return _number(frame, row)


def _parse(data: bytes, names: Sequence[str], layout: Layout) -> pl.DataFrame:
    return pl.read_csv(
        data,
        has_header=False,
        schema=dict.fromkeys(names, pl.String),
        separator=layout.mark,
        quote_char='"' if layout.is_quoted else None,
    )


def _number(frame: pl.DataFrame, row: pl.Series) -> pl.DataFrame:
    """Put the line numbers in front, and pass over rows of nothing but separators, as spreadsheets leave them."""
    numbered = frame.insert_column(0, row.alias("row"))
    if not numbered[numbered.columns[1]].null_count():
        return numbered
    return numbered.filter(~pl.all_horizontal(pl.exclude("row").is_null()))


def _count(frame: pl.DataFrame, mark: str) -> pl.Series:
    """Count a character within the fields of each row."""
    counts = pl.all().str.count_matches(mark, literal=True).fill_null(0)
    return frame.select(pl.sum_horizontal(counts).cast(pl.Int64)).to_series()


def _cut_slowly(block: Block, names: Sequence[str], layout: Layout, path: Path) -> pl.DataFrame:
    """Cut a block line by line, and keep lines of another number of fields whole."""
    text = _decode(block, path)
    if layout.is_quoted and '"' in text:
        return _cut_by_record(text, block.line, names, layout)
    lines = text.split("\n")
    fits = [line.count(layout.mark) == len(names) - 1 for line in lines]
    torn = {
        block.line + place: line.replace(layout.mark, layout.sep).rstrip("\r")
        for place, line in enumerate(lines)
        if not fits[place] and line.strip()
    }
    whole = "\n".join([*compress(lines, fits), ""]).encode()
    frame = _parse(whole, names, layout) if any(fits) else pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    rows = pl.Series([block.line + place for place, fit in enumerate(fits) if fit], dtype=pl.Int64)
    return _with_torn(_number(frame, rows[: frame.height]), torn)


def _cut_by_record(text: str, first: int, names: Sequence[str], layout: Layout) -> pl.DataFrame:
    """Cut text with quotes record by record."""
    lines = text.split("\n")
    rows: list[int] = []
    records: list[list[str]] = []
    torn: dict[int, str] = {}
    for start, end, fields in cut_records(text, layout.mark, len(names)):
        if fields is not None and len(fields) == len(names):
            rows.append(first + start)
            records.append(fields)
        elif fields is None or any(fields):
            torn[first + start] = "\n".join(lines[start:end]).rstrip("\r")
    frame = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String), orient="row")
    empty_is_null = pl.when(pl.all() != "").then(pl.all())
    return _with_torn(_number(frame.select(empty_is_null), pl.Series(rows, dtype=pl.Int64)), torn)


def _with_torn(frame: pl.DataFrame, torn: dict[int, str]) -> pl.DataFrame:
    """Put lines that could not be cut beside the others, in the order of the file."""
    if not torn:
        return frame
    columns = {"row": pl.Series([*torn], dtype=pl.Int64), UNREADABLE: pl.Series([*torn.values()], dtype=pl.String)}
    return pl.concat([frame, pl.DataFrame(columns)], how="diagonal").sort("row")
