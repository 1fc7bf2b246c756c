"""Netflix: the viewing history that a member may export, in its short form and its full one.

The short form (`NetflixViewingHistory.csv`) has the columns Title and Date, days only: a title watched several times on
one day is one viewing, its time unknown. The full form (`ViewingActivity.csv`) has times, durations, devices and
countries, of every profile; rows of a supplemental video (trailers, recaps, previews) are no viewings and left out.
Names are all there is: ids of titles are made of them (`episodes`), and a series is known as such only where its name
says a season, part or episode.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.batch import Batch
from matinee.store.readers.episodes import Watched, titles_of
from matinee.store.readers.fields import Layout, read_all_fields
from matinee.tables.problems import UNREADABLE, names_in_file

ORIGIN = "netflix"

SHORT = ("Title", "Date")
FULL = ("Profile Name", "Start Time", "Duration", "Title", "Supplemental Video Type", "Device Type", "Country")

_SEASON_WORDS = (
    "Season|Series|Part|Volume|Vol\\.|Book|Chapter|Collection|Staffel|Teil|Kapitel|Saison|Partie|Chapitre|"
    "Temporada|Parte|Capítulo|Stagione|Seizoen|Deel|Sezon|Säsong|Kausi|Sæson|Sesong"
)
_NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SEASON = re.compile(rf"(?:{_SEASON_WORDS})\s+(\d+|{'|'.join(_NUMBER_WORDS)})", re.IGNORECASE)
_WHOLE_SEASON = re.compile(r"(?:Limited Series|Mini-?series|Miniserie|Mini-?série|Série limitée)", re.IGNORECASE)
_EPISODE = re.compile(r"(?:Episode|Folge|Épisode|Episodio|Episódio|Aflevering|Odcinek|Avsnitt)\s+(\d+)", re.IGNORECASE)
_DATE = re.compile(r"^\s*(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})\.?\s*$")
_MONTHS = 12


def read_netflix_history(path: Path, member_id: str) -> Iterator[Batch]:
    """Read a member's exported history.

    Args:
        path: the CSV file, of either form.
        member_id: whose it is. Of a full form with several profiles, the one of this name is read, in any case.

    Yields:
        Titles, the member, and views with origin "netflix"; a note says how dates were read and what was left out.

    Raises:
        BadFile: neither form, or several profiles of which none has the name.
    """
    frame = read_all_fields(path, Layout(","))
    if all(name in frame.columns for name in FULL):
        rows, note = _full(frame, member_id, path)
    elif all(name in frame.columns for name in SHORT):
        rows, note = _short(frame)
    else:
        there = ", ".join(names_in_file(frame))
        raise BadFile(
            f"is no Netflix history: wanted Title and Date, or the columns of ViewingActivity.csv; it has {there}",
            where=str(path),
            todo="use `matinee import table views FILE --map ours=theirs` for it",
        )
    watched = {name: split_title(name) for name in rows["title"].drop_nulls().unique(maintain_order=True)}
    named = rows.filter(pl.col("title").is_not_null()).select("row", "title").iter_rows()
    yield Batch("titles", path.name, titles_of((row, watched[name]) for row, name in named))
    yield Batch("members", path.name, pl.DataFrame({"row": [1], "member_id": [member_id]}))
    ids = {name: what.id for name, what in watched.items()}
    views = rows.with_columns(
        pl.lit(member_id).alias("member_id"),
        pl.col("title").replace_strict(ids, default=None, return_dtype=pl.String).alias("title_id"),
        pl.lit(ORIGIN).alias("origin"),
    )
    yield Batch("views", path.name, views.drop("title"), note=note)


def split_title(text: str) -> Watched:
    """Understand a title as Netflix writes it: "Show: Season 1: Episode", or a film."""
    parts = text.strip().split(": ")
    for place in range(1, len(parts) - 1):
        found = _SEASON.fullmatch(parts[place])
        if found or _WHOLE_SEASON.fullmatch(parts[place]):
            name = ": ".join(parts[place + 1 :])
            number = _number(found[1]) if found else None
            return Watched(name, ": ".join(parts[:place]), parts[place], number, _episode_number(name))
    if len(parts) > 1 and (number := _episode_number(parts[-1])) is not None:
        return Watched(parts[-1], ": ".join(parts[:-1]), number=number)
    return Watched(text.strip())


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBER_WORDS.index(text.lower()) + 1


def _episode_number(name: str) -> int | None:
    found = _EPISODE.fullmatch(name)
    return int(found[1]) if found else None


def _short(frame: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Bring the short form into `row`, `title`, `started_at`."""
    dates, note = iso_dates(frame["Date"])
    kept = [name for name in ("row", UNREADABLE) if name in frame.columns]
    rows = frame.select(*kept, _filled("Title").alias("title"), dates.alias("started_at"))
    is_repeat = ~pl.struct("title", "started_at").is_first_distinct() & pl.col("title").is_not_null()
    repeats = rows.filter(is_repeat).height
    said = [note] if note else []
    if repeats:
        said.append(f"{repeats} rows name a title again on the same day and count as one viewing")
    return rows.filter(~is_repeat), "; ".join(said)


def _full(frame: pl.DataFrame, member_id: str, path: Path) -> tuple[pl.DataFrame, str]:
    """Bring the full form into the columns of views, with `title` instead of the id."""
    profiles = frame["Profile Name"].drop_nulls().unique(maintain_order=True).to_list()
    mine = [profile for profile in profiles if profile.casefold() == member_id.casefold()]
    if not mine and len(profiles) > 1:
        raise BadFile(
            f"has the profiles {', '.join(profiles)}, and none is called {member_id}",
            where=str(path),
            todo=f"name one of them, as --member '{profiles[0]}'",
        )
    torn = pl.col("Profile Name").is_null()
    rows = frame.filter(pl.col("Profile Name").is_in(mine or profiles) | torn)
    is_viewing = pl.col("Supplemental Video Type").is_null() | (
        pl.col("Supplemental Video Type").str.strip_chars() == ""
    )
    viewings = rows.filter(is_viewing)
    kept = [name for name in ("row", UNREADABLE) if name in frame.columns]
    views = viewings.select(
        *kept,
        _filled("Title").alias("title"),
        pl.col("Start Time").alias("started_at"),
        _seconds("Duration").alias("seconds"),
        pl.col("Device Type").alias("device"),
        pl.col("Country").str.extract(r"^\s*([A-Za-z]{2})\b").str.to_uppercase().alias("country"),
    )
    left_out = rows.height - viewings.height
    return views, f"{left_out} rows are trailers and the like, and left out" if left_out else ""


def _filled(name: str) -> pl.Expr:
    stripped = pl.col(name).str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def _seconds(name: str) -> pl.Expr:
    """Turn H:MM:SS into seconds; what is written otherwise stays, to become a problem."""
    parts = pl.col(name).str.extract_groups(r"^\s*(\d+):(\d{2}):(\d{2})\s*$").struct
    hours, minutes, seconds = (parts.field(str(place)).cast(pl.Int64) for place in (1, 2, 3))
    return (hours * 3600 + minutes * 60 + seconds).cast(pl.String).fill_null(pl.col(name))


def iso_dates(dates: pl.Series) -> tuple[pl.Series, str]:
    """Write dates as ISO 8601, finding the order of day and month from the whole column.

    A number above 12 tells; a file that never has one is read month first where dates have slashes, day first where
    they have points or hyphens. Two-digit years are of this century.

    Args:
        dates: text such as 1/31/24, 31.01.24 or 2024-01-31.

    Returns:
        The dates as text, what is no date as it was; and a note where the order had to be guessed.
    """
    cut = [_DATE.match(text or "") for text in dates]
    numbers = [None if found is None else (int(found[1]), int(found[2]), int(found[3])) for found in cut]
    unsure = [found for found in numbers if found is not None and found[0] <= 31]
    has_day_first = any(first > _MONTHS for first, _, _ in unsure)
    has_month_first = any(second > _MONTHS for _, second, _ in unsure)
    is_slashed = any("/" in (text or "") for text in dates)
    is_day_first = has_day_first or not (has_month_first or is_slashed)
    written = [
        text if found is None else _iso(found, is_day_first=is_day_first)
        for text, found in zip(dates, numbers, strict=True)
    ]
    is_guess = unsure and has_day_first == has_month_first and any(first != second for first, second, _ in unsure)
    order = "day before month" if is_day_first else "month before day"
    return pl.Series(dates.name, written, pl.String), f"dates were read as {order}" if is_guess else ""


def _iso(numbers: tuple[int, int, int], *, is_day_first: bool) -> str:
    first, second, third = numbers
    if first > 31:
        year, month, day = first, second, third
    else:
        day, month = (first, second) if is_day_first else (second, first)
        year = third + 2000 if third < 100 else third
    return f"{year:04}-{month:02}-{day:02}"
