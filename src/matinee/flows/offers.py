"""The verbs of offers and windows: `import candidates`, `import windows`, `export avails`; reading candidates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Unpack

import polars as pl

from matinee.acquire.names import read_name
from matinee.acquire.offers import join_offers
from matinee.errors import BadFile, UsageError
from matinee.flows.imports import ImportSummary, Layout, import_batches, list_unused, note_candidates, understand
from matinee.report.offers import show_money
from matinee.store.avails_sheets import HEADER_ROWS, lay_out
from matinee.store.outputs import check_name, write_sheets
from matinee.store.readers.avails import is_avails, read_avails
from matinee.store.readers.batch import Batch
from matinee.store.readers.sheets import SUFFIXES, read_sheets
from matinee.store.readers.table import read_table
from matinee.store.service import Service
from matinee.store.view_intake import Progress
from matinee.tables.check import check_keys
from matinee.tables.problems import concat_problems, describe
from matinee.tables.schemas import TABLES

_AS_OFFERED = {
    "starts_on": "window_starts_on",
    "ends_on": "window_ends_on",
    "exclusive": "exclusive",
    "fee": "price",
    "currency": "currency",
}
"""Column of windows -> that of candidates."""


def import_candidates(
    service: Service,
    path: Path,
    *,
    strict: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    **layout: Unpack[Layout],
) -> ImportSummary:
    """Import candidates from a table (CSV, Excel, …) or from a workbook of avails.

    Args:
        service: where to.
        path: the file.
        strict: change nothing if any candidate is wrong.
        dry_run: do all but the last step, which would make it true.
        progress: told of the rows read.
        **layout: of a table, see `Layout`.

    Returns:
        What was done; errors as `import_batches`.
    """
    batches = _read(path, layout)
    return import_batches(service, batches, strict=strict, dry_run=dry_run, progress=progress)


def _read(path: Path, layout: Layout) -> Iterator[Batch]:
    if path.suffix.lower() not in SUFFIXES or not is_avails(read_sheets(path)):
        for place, batch in enumerate(read_table(path, "candidates", **layout)):
            said = [batch.note, "" if place else _say_prices(batch)]
            yield replace(batch, note="; ".join(each for each in said if each))
        return
    for file, frame, problems, note in read_avails(path):
        yield Batch("candidates", file, frame, note=note, problems=problems)


def _say_prices(batch: Batch) -> str:
    """Say by the first price how prices are read: a sum that is a hundred times too small is easily overlooked."""
    if not {"candidate_id", "price", "currency"} <= {*batch.frame.columns}:
        return ""
    for named, units, code in batch.frame.select("candidate_id", "price", "currency").cast(pl.String).iter_rows():
        currency = (code or "").strip().upper()
        if currency and (units or "").strip().isdecimal():
            said = "prices were read in minor units of their currency"
            return f"{batch.file}: {said}: of {named}, {units} is {show_money(int(units), currency)}"
    return ""


def import_windows(
    service: Service, path: Path, *, strict: bool = False, dry_run: bool = False, progress: Progress | None = None
) -> ImportSummary:
    """Import windows of the catalogue from a workbook of avails that names titles by our own title_id.

    Args:
        service: where to.
        path: the workbook.
        strict: change nothing if any window is wrong.
        dry_run: do all but the last step, which would make it true.
        progress: told of the rows read.

    Returns:
        What was done; errors as `import_batches`.
    """
    batches = (_windows(*sheet) for sheet in read_avails(path))
    return import_batches(service, batches, strict=strict, dry_run=dry_run, progress=progress)


def _windows(file: str, frame: pl.DataFrame, problems: pl.DataFrame, note: str) -> Batch:
    """Make windows of offers read: one a territory, with the row of the first."""
    single = frame.with_columns(pl.col("territories").str.split("|").alias("territory")).explode("territory")
    windows = single.select(
        "row", "title_id", "territory", *(pl.col(old).alias(new) for new, old in _AS_OFFERED.items())
    )
    return Batch("windows", file, windows, note=note, problems=problems.with_columns(table=pl.lit("windows")))


def export_avails(service: Service, path: Path, *, table: str = "candidates") -> dict[str, int]:
    """Write every candidate or window as avails, which `import_candidates` or `import_windows` read back as they are.

    Args:
        service: whose.
        path: the workbook to write, ending in .xlsx.
        table: "candidates" or "windows".

    Returns:
        Number of rows of each sheet, one an offer and territory.

    Raises:
        UsageError: the name is none of a workbook, or there is nothing to write.
        StoreError: the disk said no.
        ValueError: another table.
    """
    if table not in {"candidates", "windows"}:
        raise ValueError(f"table must be candidates or windows, got {table!r}")
    check_name(path, ".xlsx")
    offers = service.read("candidates") if table == "candidates" else _offer_windows(service)
    if offers.is_empty():
        todo = "bring some in with `matinee import`"
        raise UsageError(f"there are no {table}", where=str(service.path), todo=todo)
    series = pl.Series("series", [read_name(name).stem for name in offers["name"]], pl.String)
    sheets = lay_out(offers.select(*TABLES["candidates"].columns()).with_columns(series))
    write_sheets(sheets, path)
    return {name: len(rows) - HEADER_ROWS for name, rows in sheets.items()}


def _offer_windows(service: Service) -> pl.DataFrame:
    """Bring windows, with what is known of their titles, into the columns of candidates."""
    snapshot = service.snapshot()
    named = snapshot.scan("windows").join(snapshot.scan("titles"), on="title_id", how="left", maintain_order="left")
    offered = named.with_columns(
        pl.concat_str("title_id", "territory", pl.col("starts_on").cast(pl.String), separator=" ").alias(
            "candidate_id"
        ),
        pl.col("name").fill_null(pl.col("title_id")),
        pl.concat_list("territory").alias("territories"),
        *(pl.col(new).alias(old) for new, old in _AS_OFFERED.items()),
    )
    empty = TABLES["candidates"].create_empty().lazy()
    return pl.concat([empty, offered], how="diagonal").collect()


def read_candidates(
    service: Service, path: Path | None, *, now: datetime
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Read candidates as `import_candidates` would; nothing is stored.

    Args:
        service: whose candidates where there is no file, and whose genres are known.
        path: a table or a workbook of avails; None = the candidates of the service.
        now: a window that is over by then is set aside.

    Returns:
        The good candidates; the problems of the others, also of those that repeat a candidate_id; and what a buyer
        should know, also of how the file was read.

    Raises:
        BadFile: the file is not what it was said to be.
        UsageError: the service has no candidates, or the file none that is good and none that is wrong.
    """
    if path is None:
        stored = service.read("candidates").with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
        batches = [Batch("candidates", "candidates", stored)]
    else:
        batches = [*_read(path, {})]
    before = join_offers(None, service.read("candidates"), file=None) if path else None
    read = []
    for batch in batches:
        read.append((batch, *understand(batch, now, before)))
        before = join_offers(before, read[-1][1], file=batch.file)
    sheets: dict[str, list[pl.DataFrame]] = {}
    for batch, rows, _, _ in read:
        sheets.setdefault(batch.file, []).append(rows.select("row", *TABLES["candidates"].columns()))
    keyed = [check_keys("candidates", pl.concat(rows), file=file) for file, rows in sheets.items()]
    good = pl.concat([rows.drop("row") for rows, _ in keyed])
    problems = concat_problems([*(each for _, _, each, _ in read), *(each for _, each in keyed)])
    if good.is_empty() and problems.is_empty():
        raise UsageError("there are no candidates", where=str(path or service.path), todo="name a file of them")
    file = path.name if path else "candidates"
    notes = [note for *_, said in read for note in said] + _note_unused(batch for batch, *_ in read)
    notes += note_candidates(service, good, file=file, now=now)
    # a later sheet of a workbook comes in after an earlier one, and so replaces its rows
    return good.unique("candidate_id", keep="last", maintain_order=True), problems, [*dict.fromkeys(notes)]


def _note_unused(batches: Iterable[Batch]) -> list[str]:
    unused = {batch.file: names for batch in batches if (names := list_unused(batch))}
    return [f"{file}: columns not used: {', '.join(names)}" for file, names in unused.items()]


def read_offers(service: Service, path: Path, *, now: datetime) -> tuple[pl.DataFrame, list[str]]:
    """Read the candidates of a file that can be weighed, and sentences on the others; arguments as `read_candidates`.

    Raises:
        BadFile: the file is not what it was said to be, or holds no candidate that can be weighed.
    """
    good, problems, notes = read_candidates(service, path, now=now)
    said = [describe(each) for each in problems.iter_rows(named=True)]
    if good.is_empty():
        raise BadFile("holds no candidate that can be weighed", where=str(path), todo=said[0])
    return good, [*said, *notes]
