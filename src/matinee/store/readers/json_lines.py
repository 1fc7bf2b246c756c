"""JSON lines: one JSON object a line, as columns.

It does not read a JSON array or nested objects as columns; objects within a record stay as they are.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.blocks import Block, read_blocks
from matinee.tables.problems import UNREADABLE, safe_name


def read_json_lines(path: Path, *, batch_rows: int) -> Iterator[pl.DataFrame]:
    """Read JSON lines, about `batch_rows` rows a frame.

    Yields:
        Frames with `row` (Int64, the line) and a column for each name in the records, named as `safe_name` does; where
        a line is not a JSON object, also `unreadable`, its text. Empty lines are passed over.

    Raises:
        BadFile: missing, empty, not text, or a JSON array.
    """
    for block in read_blocks(path, lines=batch_rows, quoted=False):
        if block.line == 1 and block.data.lstrip().startswith(b"["):
            raise BadFile("is one JSON array, not JSON lines", where=str(path), todo="write one object a line")
        frame = _parse_fast(block)
        yield _parse_slowly(block) if frame is None else frame


def _parse_fast(block: Block) -> pl.DataFrame | None:
    """Parse a block in one go; None if a line is not an object."""
    try:
        frame = pl.read_ndjson(io.BytesIO(block.data), infer_schema_length=None)
    except pl.exceptions.PolarsError:
        return None
    if frame.height != block.data.count(b"\n"):
        return None
    return frame.rename(safe_name).insert_column(
        0, pl.int_range(block.line, block.line + frame.height, dtype=pl.Int64, eager=True).alias("row")
    )


def _parse_slowly(block: Block) -> pl.DataFrame:
    """Parse a block line by line, every value as text."""
    rows: list[int] = []
    records: list[dict[str, str | None]] = []
    for row, line in enumerate(block.data.decode(errors="replace").split("\n"), start=block.line):
        if line.strip():
            rows.append(row)
            records.append(_record(line))
    names = dict.fromkeys(name for record in records for name in record)
    frame = pl.DataFrame(records, schema=dict.fromkeys(names, pl.String))
    return frame.insert_column(0, pl.Series("row", rows, pl.Int64))


def _record(line: str) -> dict[str, str | None]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return {UNREADABLE: line}
    return {safe_name(name): _as_text(value) for name, value in found.items()}


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
