"""Records: cut text with quotes into records of fields, so that a stray quote spoils no more than its own line.

A quoted field may hold newlines, so a quote that nobody meant swallows all lines until the next one. Such a record is
known by its lines: cut on their own, they have as many fields as the file has columns. It knows nothing of files,
headers and frames (`fields`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from matinee.store.readers.blocks import LONGEST_RECORD

MANY_LINES = 20
"""A record in good form whose every line looks like a row is taken as text up to this many lines."""

_FITTING_SHARE = 0.9
"""Share of the lines within a record that look like rows, from which they are rows; some may be torn themselves."""


def cut_records(text: str, sep: str, width: int | None) -> Iterator[tuple[int, int, list[str] | None]]:
    """Cut text into records.

    Args:
        text: lines; double quotes at both ends of a field keep separators and newlines within it.
        sep: the one character between two fields.
        width: fields of a good record; None while it is unknown.

    Yields:
        The record's first line, counted from 0, the line behind its last, and its fields, of whatever number; None
        where there is no way to cut it.
    """
    lines = [*io.StringIO(text, newline="\n")]
    start = 0
    while start < len(lines):
        for end, fields in _read(lines, start, sep):
            if end - start > 1 and _is_stray(lines[start:end], fields, sep, width):
                yield start, start + 1, None
                start += 1
                break
            yield start, end, fields
            start = end


def _read(lines: Sequence[str], start: int, sep: str) -> Iterator[tuple[int, list[str] | None]]:
    """Read records from a line on: (line behind it, fields). A field that never ends is the last one it gives."""
    csv.field_size_limit(LONGEST_RECORD)
    reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=sep)
    try:
        for fields in reader:
            yield start + reader.line_num, fields
    except csv.Error:
        yield start + reader.line_num, None


def _is_stray(lines: Sequence[str], fields: list[str] | None, sep: str, width: int | None) -> bool:
    """Tell whether a record has several lines only because of a quote that nobody meant."""
    is_broken = fields is None or _strict_fields(lines, sep) is None
    if width is None:
        return is_broken
    if not is_broken and len(fields or []) == width and (len(lines) <= MANY_LINES or width == 1):
        return False
    following = [line for line in lines[1:] if line.strip()]
    fitting = sum(_fits(line, sep, width) for line in following)
    return fitting >= len(following) * _FITTING_SHARE


def _fits(line: str, sep: str, width: int) -> bool:
    if '"' not in line:
        return line.count(sep) == width - 1
    return len(_strict_fields([line], sep) or []) == width


def _strict_fields(lines: Sequence[str], sep: str) -> list[str] | None:
    """Cut a record; None if a quote in it is never closed or stands beside other text."""
    try:
        return next(csv.reader(lines, delimiter=sep, strict=True))
    except csv.Error:
        return None
