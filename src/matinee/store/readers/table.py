"""Table: read a file of separated text, JSON lines, Parquet or a spreadsheet as rows of one table.

Covers which kind of file it is, the names of its columns and reading it in batches of bounded memory. Values stay as
they are in the file; `matinee.tables.convert` makes types of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from matinee.errors import BadFile, UsageError
from matinee.store.readers.batch import Batch
from matinee.store.readers.blocks import open_bytes
from matinee.store.readers.fields import Layout, first_fields, read_fields
from matinee.store.readers.json_lines import read_json_lines
from matinee.store.readers.sheets import SUFFIXES, read_sheets, sheet_frame
from matinee.tables.convert import check_columns
from matinee.tables.problems import names_in_file, plain_name, safe_name
from matinee.tables.schemas import TABLES
from matinee.tables.spelling import match_names

BATCH_ROWS = 500_000

_SEPARATED = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
_JSON_LINES = {".jsonl", ".ndjson", ".json"}
_PARQUET = {".parquet", ".pq"}
_PARQUET_MAGIC = b"PAR1"


def read_table(
    path: Path,
    table: str,
    *,
    sep: str | None = None,
    columns: list[str] | None = None,
    renames: dict[str, str] | None = None,
    time: str | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Iterator[Batch]:
    """Read a file as rows of `table`.

    Args:
        path: .csv, .tsv, .jsonl, .ndjson or .json (all also .gz), .parquet, .xlsx and the like, of which the first
            sheet that holds anything is read; any other name with `sep`.
        table: name of the table.
        sep: what separates the fields, one character or several (`::`); by default what the name says.
        columns: names of the columns of a file without a header line.
        renames: our name of a column -> the file's.
        time: how times are written, handed on to `convert`.
        batch_rows: about how many rows a batch should have.

    Yields:
        Batches in the order of the file.

    Raises:
        BadFile: missing, empty or a header alone, not of its kind, or without a column that `renames` names.
        UsageError: an unknown column in `renames`, or one of the file's for two of ours; a name twice in `columns`; or
            a file name that does not say how fields are separated.
    """
    alike: dict[str, str] = {}
    named = {ours: safe_name(theirs) for ours, theirs in (renames or {}).items()}
    _check_arguments(table, sep or "", columns or [], named)
    height = 0
    for place, frame in enumerate(_frames(path, sep=sep, columns=columns, batch_rows=batch_rows)):
        if place == 0:
            _check_renames(frame, named, path)
            alike = match_names(table, _rename(frame, named).columns)
        rows = _rename(frame, named).rename(alike)
        height += rows.height
        if not rows.is_empty():
            yield Batch(table, path.name, rows, time, _say_alike(alike))
    if not height:
        check_columns(table, rows, file=path.name)
        raise BadFile("has a header and no rows", where=str(path), todo="export it again")


def _check_arguments(table: str, sep: str, columns: list[str], renames: Mapping[str, str]) -> None:
    if {*sep} & {'"', "\n", "\r"}:
        raise UsageError("--sep is a quote or a newline", todo="say what stands between two fields of a line")
    ours = TABLES[table].columns()
    unknown = [name for name in renames if name not in ours]
    if unknown:
        raise UsageError(f"{table} has no column {unknown[0]}", todo=f"map one of {', '.join(ours)}")
    twice = [name for name in columns if name and columns.count(name) > 1]
    if twice:
        raise UsageError(f"--columns names {twice[0]} twice", todo="give every column a name of its own")
    theirs = [*renames.values()]
    shared = [plain_name(name) for name in theirs if theirs.count(name) > 1]
    if shared:
        takers = [name for name in renames if plain_name(renames[name]) == shared[0]]
        todo = "map each column of the file once"
        raise UsageError(f"--map gives {shared[0]} to both {takers[0]} and {takers[1]}", todo=todo)


def _frames(path: Path, *, sep: str | None, columns: list[str] | None, batch_rows: int) -> Iterator[pl.DataFrame]:
    kind = _kind(path)
    if kind in _PARQUET and sep is None:
        return _read_parquet(path, batch_rows=batch_rows)
    if kind in _JSON_LINES and sep is None:
        return read_json_lines(path, batch_rows=batch_rows)
    if kind in SUFFIXES and sep is None:
        return iter([_read_sheet(path)])
    mark = sep or _separator(path, kind)
    layout = Layout(mark, None if columns is None else tuple(columns), is_quoted=len(mark.encode()) == 1)
    return read_fields(path, layout, batch_rows=batch_rows)


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _separator(path: Path, kind: str) -> str:
    """Say what separates the fields of a file by its name; spreadsheets of some countries write CSV with semicolons."""
    if kind not in _SEPARATED:
        known = ", ".join([*_SEPARATED, *sorted(_JSON_LINES), *sorted(_PARQUET), *sorted(SUFFIXES)])
        raise UsageError(
            f"'{path.name}' does not say what kind of file it is",
            where=str(path),
            todo=f"say what separates the fields with --sep, or use one of {known}",
        )
    mark = _SEPARATED[kind]
    if kind == ".csv" and len(first_fields(path, Layout(mark))) == 1 and len(first_fields(path, Layout(";"))) > 1:
        return ";"
    return mark


def _check_renames(frame: pl.DataFrame, renames: Mapping[str, str], path: Path) -> None:
    missing = [theirs for theirs in renames.values() if theirs not in frame.columns]
    if missing:
        said = f"no column {plain_name(missing[0])}; the file has {', '.join(names_in_file(frame))}"
        raise BadFile(said, where=str(path), todo="correct --map")


def _say_alike(alike: Mapping[str, str]) -> str:
    said = ", ".join(f"{theirs} as {ours}" for theirs, ours in alike.items())
    return f"columns were understood: {said}" if alike else ""


def _rename(frame: pl.DataFrame, renames: Mapping[str, str]) -> pl.DataFrame:
    """Give columns our names; a column of the file that already has such a name makes way."""
    making_way = [ours for ours in renames if ours in frame.columns and ours not in renames.values()]
    named = {theirs: ours for ours, theirs in renames.items() if theirs in frame.columns}
    return frame.drop(making_way).rename(named)


def _read_sheet(path: Path) -> pl.DataFrame:
    """Read the first sheet that holds anything; its first row that does is the header."""
    for sheet in read_sheets(path):
        header = next((place for place, row in enumerate(sheet.rows) if any(row)), None)
        if header is not None:
            return sheet_frame(sheet, header, path)
    raise BadFile("is empty", where=str(path), todo="export it again")


def _read_parquet(path: Path, *, batch_rows: int) -> Iterator[pl.DataFrame]:
    with open_bytes(path) as file:
        if file.read(len(_PARQUET_MAGIC)) != _PARQUET_MAGIC:
            raise BadFile("is not a Parquet file", where=str(path), todo="export it again, or name it by its kind")
    try:
        rows = pl.scan_parquet(path, glob=False)
        rows = rows.rename({name: safe_name(name) for name in rows.collect_schema()})
        height = rows.select(pl.len()).collect().item()
        for start in range(0, max(height, 1), batch_rows):
            frame = rows.slice(start, batch_rows).collect()
            row = pl.int_range(start + 1, start + 1 + frame.height, dtype=pl.Int64, eager=True)
            yield frame.insert_column(0, row.alias("row"))
    except pl.exceptions.PolarsError as problem:
        reason = str(problem).splitlines()[0]
        raise BadFile(f"is a damaged Parquet file ({reason})", where=str(path), todo="export it again") from None
