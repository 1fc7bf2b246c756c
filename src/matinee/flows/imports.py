"""The verbs that bring data in: `import …` of foreign files, `--dry-run`, and `check` of what is there.

Covers the way of a batch from a reader through `convert` and `check` into the store, and the summary of it. How a
foreign file is cut into batches is the readers' matter; how rows join a service, the intake's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

import polars as pl

from matinee.acquire.offers import check_offers, join_offers, note_offers
from matinee.acquire.people import credit_offers
from matinee.store.intake import Counts, Intake
from matinee.store.quarantine import FOLDER
from matinee.store.readers.batch import Batch
from matinee.store.readers.jellyfin import read_jellyfin_playback
from matinee.store.readers.movielens import read_movielens
from matinee.store.readers.netflix import read_netflix_history
from matinee.store.readers.table import read_table
from matinee.store.service import Service
from matinee.store.snapshot import Snapshot
from matinee.store.view_intake import Progress
from matinee.tables.check import REFERENCES, check, check_service, check_table, known_ids
from matinee.tables.convert import convert
from matinee.tables.problems import concat_problems, describe, names_in_file, no_problems, problems_of
from matinee.tables.schemas import TABLES
from matinee.tables.spelling import respell

PREVIEW_ROWS = 10


@dataclass(frozen=True)
class ImportSummary:
    """What an import did.

    Attributes:
        counts: what became of the rows of each table that had any.
        problems: number of problems; a row may have several.
        sample: the first of them (at most 20), columns `PROBLEMS`.
        ignored: file -> its columns that no column of ours was made from.
        notes: what else a user should know, sentences.
        quarantine: the folder where rejected rows lie; None if none were.
        is_dry_run: nothing was changed; the rest says what would have been.
    """

    counts: dict[str, Counts]
    problems: int
    sample: pl.DataFrame
    ignored: dict[str, list[str]]
    notes: list[str]
    quarantine: Path | None
    is_dry_run: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Give the summary as JSON can say it; every problem of the sample also as a sentence under "said"."""
        sample = [{**problem, "said": describe(problem)} for problem in self.sample.iter_rows(named=True)]
        return {
            "tables": {table: asdict(counts) for table, counts in self.counts.items()},
            "problems": self.problems,
            "sample": sample,
            "ignored_columns": self.ignored,
            "notes": self.notes,
            "quarantine": str(self.quarantine) if self.quarantine else None,
            "dry_run": self.is_dry_run,
        }


@dataclass(frozen=True)
class Preview:
    """The head of a file as it would be imported.

    Attributes:
        rows: the first rows that can be read, with the table's columns and `row`.
        problems: what is wrong with the others of the first rows, columns `PROBLEMS`.
        ignored: columns of the file that no column of ours is made from.
        notes: how else the file was understood, sentences.
    """

    rows: pl.DataFrame
    problems: pl.DataFrame
    ignored: list[str]
    notes: list[str]


def import_batches(
    service: Service,
    batches: Iterable[Batch],
    *,
    strict: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportSummary:
    """Import what a reader yields, as a whole or not at all.

    Args:
        service: where to.
        batches: rows on their way into tables; they are drawn while nobody else can write.
        strict: change nothing if any row is wrong.
        dry_run: do all but the last step, which would make it true.
        progress: told of each file's rows read, then of the rows merged.

    Returns:
        What was done.

    Raises:
        BadFile: a file is not what it was said to be.
        BadRows: a row is wrong, and `strict`.
        StoreError: the disk said no, or another writer was at work too long.
    """
    tell = progress or (lambda _stage, _rows: None)
    now = datetime.now(UTC)
    ignored: dict[str, list[str]] = {}
    notes: dict[str, None] = {}
    read: dict[str, int] = {}
    offers: pl.DataFrame | None = None
    with Intake(service) as intake:
        for batch in batches:
            if batch.table == "candidates" and offers is None:
                offers = join_offers(None, service.read("candidates"), file=None)
            good, problems, said = understand(batch, now, offers)
            if batch.table == "candidates":
                offers = join_offers(offers, good, file=batch.file)
            intake.add(batch.table, good, batch.file)
            intake.reject(problems)
            ignored.setdefault(batch.file, list_unused(batch))
            told = note_candidates(service, good, file=batch.file, now=now) if batch.table == "candidates" else []
            notes.update(dict.fromkeys([*said, *told]))
            read[batch.file] = read.get(batch.file, 0) + batch.frame.height
            tell(batch.file, read[batch.file])
        counts = intake.commit(strict=strict, dry_run=dry_run, progress=tell)
        quarantine = intake.quarantine
    return ImportSummary(
        counts=counts,
        problems=quarantine.problems,
        sample=quarantine.sample,
        ignored={file: names for file, names in ignored.items() if names},
        notes=[*notes, *_made(counts), *_unknown(service, counts)],
        quarantine=service.path / FOLDER if quarantine.problems and not dry_run else None,
        is_dry_run=dry_run,
    )


def import_movielens(
    service: Service, path: Path, *, strict: bool = False, progress: Progress | None = None
) -> ImportSummary:
    """Import a MovieLens folder; arguments, result and errors as `import_batches`."""
    return import_batches(service, read_movielens(path), strict=strict, progress=progress)


def import_netflix_history(
    service: Service, path: Path, member_id: str, *, strict: bool = False, progress: Progress | None = None
) -> ImportSummary:
    """Import the viewing history that Netflix lets a member export, as views of `member_id`."""
    return import_batches(service, read_netflix_history(path, member_id), strict=strict, progress=progress)


def import_jellyfin_playback(
    service: Service, path: Path, *, strict: bool = False, progress: Progress | None = None
) -> ImportSummary:
    """Import the backup of Jellyfin's Playback Reporting."""
    return import_batches(service, read_jellyfin_playback(path), strict=strict, progress=progress)


class Layout(TypedDict, total=False):
    """How a file of one table is laid out, where that differs from the usual.

    Attributes:
        sep: what stands between two fields; left out, the file's name decides.
        columns: names of the columns of a file without a header line.
        renames: our name -> the file's name.
        time: how times are written: "iso" (as when left out), "unix", or a strptime format.
    """

    sep: str | None
    columns: list[str] | None
    renames: dict[str, str] | None
    time: str | None


def import_table(
    service: Service,
    table: str,
    path: Path,
    *,
    strict: bool = False,
    progress: Progress | None = None,
    **layout: Unpack[Layout],
) -> ImportSummary:
    """Import a CSV, TSV, Parquet or JSON lines file into one table.

    Args:
        service: where to.
        table: one of `TABLES`.
        path: the file.
        strict: change nothing if any row is wrong.
        progress: told of the rows read, then of the rows merged.
        **layout: see `Layout`.

    Returns:
        What was done; errors as `import_batches`.

    Raises:
        ValueError: no such table.
    """
    _check_name(table)
    return import_batches(service, read_table(path, table, **layout), strict=strict, progress=progress)


def preview_table(table: str, path: Path, **layout: Unpack[Layout]) -> Preview:
    """Show the first rows of a file as `import_table` would understand them; nothing is written.

    Raises:
        BadFile: the file is not what it was said to be.
        ValueError: no such table.
    """
    _check_name(table)
    batch = next(iter(read_table(path, table, batch_rows=PREVIEW_ROWS, **layout)))
    head = replace(batch, frame=batch.frame.head(PREVIEW_ROWS))
    good, problems, notes = understand(head, datetime.now(UTC))
    return Preview(good, problems, list_unused(head), notes)


def check_tables(service: Service, *, progress: Progress | None = None) -> pl.DataFrame:
    """Check everything that a service holds: rules, keys, references, and that its files are as they were written.

    Args:
        service: what to check.
        progress: told of the views checked.

    Returns:
        All problems, columns `PROBLEMS`. `file` is the table, for views the file of the month; `row` counts in it.

    Raises:
        StoreError: a data file is missing or damaged.
    """
    snapshot = service.snapshot()
    snapshot.verify()
    tables = {table: snapshot.read(table) for table in TABLES if table != "views"}
    known = known_ids(tables)
    found = [check_service(tables)]
    done = 0
    for part, file in snapshot.parts("views").items():
        with snapshot.reading():
            views = snapshot.scan_part("views", part).collect()
        problems = check_table("views", views, known)
        found.append(problems.with_columns(file=pl.lit(file.path)))
        done += file.rows
        if progress:
            progress("checking views", done)
    return pl.concat(found)


def _check_name(table: str) -> None:
    if table not in TABLES:
        raise ValueError(f"table must be one of {', '.join(TABLES)}, got {table!r}")


def understand(
    batch: Batch, now: datetime, offers: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Convert and check a batch, at a time: the good rows, the problems of the others, and notes on how it was read.

    Candidates are also checked against the `offers` before them, of `join_offers`.
    """
    frame, notes = respell(batch.table, batch.frame)
    typed, unreadable = convert(batch.table, frame, file=batch.file, time=batch.time)
    good, broken = check(batch.table, typed, file=batch.file)
    good, unfit = _judge(batch, good, now, offers)
    problems = concat_problems([batch.problems, unreadable, broken, unfit])
    return good, problems, [batch.note, *notes] if batch.note else notes


def _judge(
    batch: Batch, good: pl.DataFrame, now: datetime, offers: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Apply the rules that need to know what day it is, or look at a row as a whole."""
    if batch.table == "views":
        return _set_future_aside(batch, good, now + timedelta(days=1))  # a log's clock may be in another zone
    if batch.table == "candidates":
        return check_offers(good, file=batch.file, today=now.date(), before=offers)
    return good, no_problems()


def note_candidates(service: Service, offers: pl.DataFrame, *, file: str, now: datetime) -> list[str]:
    """Say what a buyer should know of good candidates, beside what the service knows: genres, people, windows.

    Args:
        service: whose titles and people.
        offers: rows of the table candidates.
        file: the file they come from.
        now: the time of the import.
    """
    genres = service.scan("titles").select(pl.col("genres").explode().drop_nulls().unique()).collect()["genres"]
    _, lost = credit_offers(offers, service.read("people"), service.read("credits"))
    return [*note_offers(offers, {*genres}, file=file, today=now.date()), *(f"{file}: {each}" for each in lost)]


def _set_future_aside(batch: Batch, good: pl.DataFrame, latest: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part views that have not happened yet from the others: ages count from the last one, so one would spoil all."""
    is_future = pl.col("started_at") > latest
    bad = good.filter(is_future)
    value = pl.col("started_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ")
    wanted = "a time that has passed"
    problems = problems_of(bad, table="views", file=batch.file, column="started_at", value=value, wanted=wanted)
    return good.filter(~is_future), problems


def list_unused(batch: Batch) -> list[str]:
    """List the columns of a file that its table does not have."""
    return [name for name in names_in_file(batch.frame) if name not in TABLES[batch.table].columns()]


def _made(counts: dict[str, Counts]) -> list[str]:
    """Say which members and titles were made from views."""
    advice = {"members": "", "titles": "; import titles to give them names"}
    return [
        f"{made:,} of the {table} were made from the views that name them{advice[table]}"
        for table in advice
        if table in counts and (made := counts[table].made)
    ]


def _unknown(service: Service, counts: dict[str, Counts]) -> list[str]:
    """Say which rows of the tables imported name others that are not there yet; views never do."""
    snapshot = service.snapshot()
    with snapshot.reading():
        notes = [_unknown_of(snapshot, table) for table in counts if table in REFERENCES and table != "views"]
    return [note for note in notes if note]


def _unknown_of(snapshot: Snapshot, table: str) -> str:
    is_unknown = snapshot.scan(table).select(
        ~pl.col(column).is_in(snapshot.scan(other).select(ids).collect().to_series().implode())
        for column, other, ids in REFERENCES[table]
    )
    found = is_unknown.collect()
    rows = int(found.select(pl.any_horizontal(pl.all()).sum()).item())
    others = " or ".join(other for column, other, _ in REFERENCES[table] if found[column].any())
    advice = "import them, `matinee check` lists them"
    return f"{rows:,} {table} name {others} that are not there yet; {advice}" if rows else ""
