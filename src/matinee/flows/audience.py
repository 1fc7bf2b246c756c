"""The verbs that bring in how much titles were watched: published reports, weekly lists, and totals of own views.

Covers the way from a publisher's listing to rows of `titles` and `audience`. What a row says is checked as audience
first; only rows that can be read are joined to titles (`listings`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from matinee.acquire.join import Work
from matinee.acquire.names import Name, read_name, split_listing
from matinee.acquire.totals import total_launches, total_months
from matinee.flows.imports import ImportSummary, import_batches
from matinee.flows.listings import JOINS, REPORT_ORIGIN, Listed, title_listings
from matinee.report.numbers import show_count
from matinee.store.readers.batch import Batch
from matinee.store.readers.netflix import iso_dates
from matinee.store.readers.netflix_report import ReportSheet, read_netflix_report
from matinee.store.readers.netflix_top10 import read_netflix_top10
from matinee.store.service import Service
from matinee.store.snapshot import Snapshot
from matinee.store.view_intake import Progress
from matinee.tables.check import check
from matinee.tables.convert import convert
from matinee.tables.problems import concat_problems, names_in_file, problems_of
from matinee.tables.schemas import TABLES

TOP10_ORIGIN = "netflix-top10"
WORLD = "world"

_UNKNOWN = ("*", "N/A", "-", "–", "—")
_SURE = 0.9
_RUNTIME = r"^(\d+):(\d\d)(?::\d\d)?\*?$"  # "4:44*": of what has come out so far
_CATEGORIES = r"(?i)^(TV|Films?)\b.*$"
_OWN = ("title_id", "show", "season", "runtime", "runtime_minutes")
_LISTING = ["origin", "starts_on", "category", "listed_as", "available_from"]
"""What tells a listed row from every other."""

_FIRST_WEEKS = timedelta(days=14)


@dataclass(frozen=True)
class AudienceImport:
    """What an import of published totals did.

    Attributes:
        summary: as of every import.
        joins: what each listed title was joined to, columns `JOINS`.
    """

    summary: ImportSummary
    joins: pl.DataFrame


@dataclass(frozen=True)
class _Sheet:
    """The rows of a sheet that can be read, the others, and the listed works.

    Attributes:
        file: the file and its sheet.
        rows: the columns of audience, `row` and `runtime_minutes`; `title_id` holds the name as listed.
        problems: what is wrong with the other rows.
        unused: columns of the sheet that nothing is made of.
        listed: the works, each once.
        places: of each row, the place of its work in `listed`.
        note: how it was read, empty if there is nothing to say.
    """

    file: str
    rows: pl.DataFrame
    problems: pl.DataFrame
    unused: list[str]
    listed: list[Listed]
    places: list[int]
    note: str = ""


def import_netflix_report(
    service: Service, path: Path, *, strict: bool = False, dry_run: bool = False, progress: Progress | None = None
) -> AudienceImport:
    """Import a "What We Watched" report: its titles where they are new, and their hours and views.

    Args:
        service: where to.
        path: the workbook.
        strict: change nothing if any row is wrong.
        dry_run: do all but the last step, which would make it true.
        progress: told of the rows read.

    Returns:
        What was done; errors as `import_batches`.
    """

    def read() -> list[_Sheet]:
        sheets = read_netflix_report(path)
        return [_read_report_sheet(sheet, is_only=len(sheets) == 1) for sheet in sheets]

    return _import_sheets(service, read, strict=strict, dry_run=dry_run, progress=progress)


def import_netflix_top10(
    service: Service, path: Path, *, strict: bool = False, dry_run: bool = False, progress: Progress | None = None
) -> AudienceImport:
    """Import the weekly global Top 10; arguments, result and errors as `import_netflix_report`."""

    def read() -> list[_Sheet]:
        return [_read_top10(read_netflix_top10(path), path.name)]

    return _import_sheets(service, read, strict=strict, dry_run=dry_run, progress=progress)


def import_own_audience(service: Service, *, dry_run: bool = False, progress: Progress | None = None) -> ImportSummary:
    """Total the service's own views: by month, and over the first 28 and 90 days; see `matinee.acquire.totals`."""

    def batches() -> Iterator[Batch]:
        snapshot = service.snapshot()
        views, titles = snapshot.scan("views"), snapshot.scan("titles")
        launches, undated = total_launches(views, titles, snapshot.scan("windows"))
        said = "titles watched have no first day within the log, from a window or their release: no total of it"
        months = total_months(views, titles)
        notes = [f"{undated:,} {said}"] if undated else []
        notes += [] if months.height else ["the log holds no whole calendar month"]
        yield _number("months of own views", months)
        yield _number("first days of own titles", launches, "; ".join(notes))

    return import_batches(service, batches(), dry_run=dry_run, progress=progress)


def _number(name: str, frame: pl.DataFrame, note: str = "") -> Batch:
    row = pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True)
    return Batch("audience", name, frame.with_columns(row=row), note=note)


def _import_sheets(
    service: Service, read: Callable[[], list[_Sheet]], *, strict: bool, dry_run: bool, progress: Progress | None
) -> AudienceImport:
    joins = []

    def batches() -> Iterator[Batch]:
        sheets, snapshot = read(), service.snapshot()
        seen = [title_id for sheet in sheets for title_id in _find_seen(snapshot, sheet)]
        titled = title_listings(snapshot, [each for sheet in sheets for each in sheet.listed], seen)
        joins.append(titled.joins)
        start = 0
        for sheet in sheets:
            yield Batch("titles", sheet.file, titled.titles.filter(pl.col("file") == sheet.file).drop("file"))
            ids = [titled.title_ids[start + place] for place in sheet.places]
            yield _audience(sheet, ids, _say_joins(sheet, titled.joins))
            start += len(sheet.listed)

    summary = import_batches(service, batches(), strict=strict, dry_run=dry_run, progress=progress)
    return AudienceImport(summary, pl.concat([JOINS.to_frame(), *joins]))


def _find_seen(snapshot: Snapshot, sheet: _Sheet) -> list[str | None]:
    """Find the titles that works were given when the same list came in before, so that it changes nothing."""
    old = snapshot.scan("audience").filter(pl.col("origin").is_in(sheet.rows["origin"].unique().implode()))
    named = old.group_by(_LISTING).agg(pl.col("title_id").unique()).filter(pl.col("title_id").list.len() == 1)
    rows = sheet.rows.with_columns(pl.Series("place", sheet.places, pl.Int64)).select("place", *_LISTING)
    known = rows.lazy().join(named.explode("title_id"), on=_LISTING, how="left", nulls_equal=True).collect()
    found = dict(
        known
        .drop_nulls("title_id")
        .unique("place", keep="first", maintain_order=True)
        .select("place", "title_id")
        .iter_rows()
    )
    return [found.get(place) for place in range(len(sheet.listed))]


def _audience(sheet: _Sheet, title_ids: list[str], note: str) -> Batch:
    named = sheet.rows.with_columns(pl.Series("title_id", title_ids, pl.String))
    frame = named.select("row", *TABLES["audience"].columns())
    return Batch("audience", sheet.file, frame, note=note, problems=sheet.problems)


def _say_joins(sheet: _Sheet, joins: pl.DataFrame) -> str:
    own = joins.filter(pl.col("file") == sheet.file)
    new = int(own["is_new"].sum())
    unsure = own.filter(~pl.col("is_new"), pl.col("confidence") < _SURE).height
    said = [f"{show_count(own.height, 'title')}: {own.height - new:,} joined to what was there, {new:,} new"]
    said += [f"{unsure:,} joins are less than {_SURE:.0%} sure, --joins lists them"] if unsure else []
    said += [sheet.note] if sheet.note else []
    said += [f"columns not used: {', '.join(sheet.unused)}"] if sheet.unused else []
    return f"{sheet.file}: {'; '.join(said)}"


def _read_report_sheet(sheet: ReportSheet, *, is_only: bool) -> _Sheet:
    """Understand one sheet of a report; each row is a work of its own."""
    dates, note = iso_dates(sheet.frame["available_from"])
    if sheet.category is None and not is_only:
        kinds = "its name says neither series nor films, so kinds are known of seasons alone"
        note = f"{note}; {kinds}" if note else kinds
    raw = sheet.frame.with_columns(dates).rename({"title": "title_id"})
    period = {"starts_on": sheet.starts_on, "ends_on": sheet.ends_on}
    known = {"territory": WORLD, "origin": REPORT_ORIGIN, "category": sheet.category} | period
    rows, problems = _read_rows(raw.with_columns(_minutes(raw)), known, sheet.file)
    listed = [_list_report_row(row, sheet) for row in rows.iter_rows(named=True)]
    return _Sheet(sheet.file, rows, problems, _unused(sheet.frame), listed, list(range(rows.height)), note)


def _list_report_row(row: dict[str, Any], sheet: ReportSheet) -> Listed:
    text, original = split_listing(row["title_id"])
    name, day = read_name(text), row["available_from"]
    work = Work(
        name,
        read_name(original) if original else None,
        _kind(name, sheet.category),
        name.year,
        available=(day, day) if day else None,
        has_all_originals=True,
    )
    return Listed(sheet.file, row["row"], row["title_id"], work, row["runtime_minutes"])


def _kind(name: Name, category: str | None) -> str | None:
    """Tell the kind: from the sheet, or where it lists everything from a word that only series use."""
    if category == "Films":
        return "film"
    if category == "TV":
        return "season" if name.season else "series"
    return "season" if name.season and name.season.is_sure else None


def _read_top10(raw: pl.DataFrame, file: str) -> _Sheet:
    """Understand the weekly lists; a work is listed in many weeks."""
    has_show = pl.col("season").str.starts_with(pl.col("show"))
    season = pl.when(has_show).then("season").otherwise(pl.concat_str("show", pl.lit(": "), "season"))
    weeks, note = iso_dates(raw["ends_on"])
    raw = raw.with_columns(weeks)
    ends_on = pl.col("ends_on").str.to_date("%Y-%m-%d", strict=False)
    starts_on = (ends_on - timedelta(days=6)).cast(pl.String).fill_null(pl.col("ends_on")).alias("starts_on")
    named = raw.with_columns(pl.coalesce(season, "show").alias("title_id"), starts_on)
    named = named.with_columns(_minutes(raw))
    if "runtime" in raw.columns:
        hours = pl.col("runtime").cast(pl.Float64, strict=False)
        named = named.with_columns(pl.coalesce((hours * 60).round(1), "runtime_minutes").alias("runtime_minutes"))
    rows, problems = _read_rows(named, {"territory": WORLD, "origin": TOP10_ORIGIN}, file)
    listed: dict[tuple[str, str], Listed] = {}
    keys = []
    for row in rows.sort("starts_on", "row").iter_rows(named=True):
        keys.append((row["row"], (row["title_id"], row["category"])))
        listed.setdefault(keys[-1][1], _list_top10_row(row, file))
    place = {key: number for number, key in enumerate(listed)}
    places = [place[key] for _, key in sorted(keys)]
    return _Sheet(file, rows.sort("row"), problems, _unused(raw), [*listed.values()], places, note)


def _list_top10_row(row: dict[str, Any], file: str) -> Listed:
    """Make the work of the first week that it is in."""
    name, week = read_name(row["title_id"]), row["starts_on"]
    is_film = row["category"].lower().startswith("film")
    work = Work(name, None, _kind(name, "Films" if is_film else "TV"), name.year, available=_days_before(week))
    languages = ("en",) if row["category"].lower().endswith("(english)") else None
    return Listed(file, row["row"], row["title_id"], work, row["runtime_minutes"], languages)


def _days_before(week: date) -> tuple[date, date]:
    """Give the days on which a title may have come out that is listed first in a week."""
    return week - _FIRST_WEEKS, week + timedelta(days=6)


def _minutes(raw: pl.DataFrame) -> pl.Expr:
    """Read runtimes such as 1:32 as minutes; null where there is none, or it cannot be read."""
    if "runtime" not in raw.columns:
        return pl.lit(None, pl.Float64).alias("runtime_minutes")
    parts = pl.col("runtime").str.extract_groups(_RUNTIME).struct
    return (parts.field("1").cast(pl.Float64) * 60 + parts.field("2").cast(pl.Float64)).alias("runtime_minutes")


def _read_rows(raw: pl.DataFrame, known: dict[str, Any], file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the rows that can be read as audience from the others.

    Args:
        raw: `row`, `title_id` (the name as listed), `runtime_minutes` (Float64), and columns of audience as text.
        known: values of columns that the file says once, or not at all.
        file: the file and its sheet.

    Returns:
        The good rows with the columns of audience, `row` and `runtime_minutes`; and the problems of the others.
    """
    numbers = [name for name in ("hours", "views") if name in raw.columns]
    plain = (pl.col(name).str.replace_all(",", "").replace(dict.fromkeys(_UNKNOWN)) for name in numbers)
    full = raw.with_columns(*plain, *(pl.lit(value).alias(name) for name, value in known.items()))
    full = full.with_columns(pl.col("title_id").alias("listed_as"))
    typed, unreadable = convert("audience", full, file=file)
    good, broken = check("audience", typed, file=file)
    odd = [_find_bad_runtimes(raw, file), _find_uncounted(full, file), _find_bad_categories(full, file)]
    minutes = pl.when(pl.col("runtime_minutes") > 0).then("runtime_minutes")  # the weekly lists write 0 for unknown
    rows = good.join(raw.select("row", minutes.alias("runtime_minutes")), on="row", maintain_order="left")
    problems = concat_problems([unreadable, broken, *odd])
    return rows.filter(~pl.col("row").is_in(problems["row"].implode())), problems


def _find_bad_runtimes(raw: pl.DataFrame, file: str) -> pl.DataFrame:
    """Find runtimes that are there, are not "*" and cannot be read."""
    if "runtime" not in raw.columns:
        return concat_problems([])
    is_said = pl.col("runtime").is_not_null() & ~pl.col("runtime").is_in(_UNKNOWN)
    bad = raw.filter(is_said & pl.col("runtime_minutes").is_null())
    wanted = "a runtime, as 1:32 (in weekly lists also hours, as 1.5333), or *"
    return problems_of(bad, table="audience", file=file, column="runtime", value=pl.col("runtime"), wanted=wanted)


def _find_uncounted(full: pl.DataFrame, file: str) -> pl.DataFrame:
    """Find rows without hours and views, such as a footnote below a list."""
    counts = [pl.col(name).is_null() for name in ("hours", "views") if name in full.columns]
    bad = full.filter(pl.all_horizontal(*counts), pl.col("title_id").is_not_null())
    wanted = "hours or views, without which a row counts nothing"
    return problems_of(bad, table="audience", file=file, column="hours", value=pl.lit(None), wanted=wanted)


def _find_bad_categories(full: pl.DataFrame, file: str) -> pl.DataFrame:
    """Find headings that tell neither films nor series; a report without any is told by its names."""
    category = pl.col("category").cast(pl.String)
    bad = full.filter(category.is_not_null() & ~category.str.contains(_CATEGORIES))
    wanted = "TV or Films, followed by (English) or (Non-English)"
    return problems_of(bad, table="audience", file=file, column="category", value=category, wanted=wanted)


def _unused(frame: pl.DataFrame) -> list[str]:
    ours = {*TABLES["audience"].columns(), "title", *_OWN}
    return [name for name in names_in_file(frame) if name not in ours]
