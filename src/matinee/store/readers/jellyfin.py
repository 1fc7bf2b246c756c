"""Jellyfin: the backup that its Playback Reporting plugin saves, tab separated and without a header.

Each line is a playback: when, who, what (id, type, name), how, on which client and device, for how many seconds. Times
without a zone are taken as UTC, as newer versions of the plugin write them. Music, books and photos are left out. Films
and episodes keep Jellyfin's ids; their series and seasons, of which the file has only names and numbers, get ids made
of these.

Source: the plugin's ActivityRepository.ExportRawData and its item names "Series - s01e02 - Name".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.batch import Batch
from matinee.store.readers.episodes import Watched, titles_of
from matinee.store.readers.fields import Layout, first_fields, read_all_fields
from matinee.tables.problems import UNREADABLE

ORIGIN = "jellyfin"

COLUMNS = ("started_at", "member_id", "title_id", "type", "name", "method", "device", "device_name", "seconds")
"""Columns of the file; `device` is the client's name, which says the kind of device and not whose it is."""

KINDS = {"Movie": "film", "Episode": "episode", "TvChannel": "live", "LiveTvChannel": "live", "Program": "live"}
"""Types of items that have a kind of their own; the other videos are titles of unknown kind."""

NOT_TITLES = ("Audio", "AudioBook", "Book", "MusicAlbum", "MusicArtist", "Photo", "Trailer")

_EPISODE = re.compile(r"^(?P<series>.+?) - s(?P<season>\d+)e(?P<number>\d+) - (?P<name>.*)$", re.DOTALL)
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}")


def read_jellyfin_playback(path: Path) -> Iterator[Batch]:
    """Read a backup of the Playback Reporting plugin.

    Args:
        path: the file, whatever its name.

    Yields:
        Titles, members, and views with origin "jellyfin". A note says what was left out.

    Raises:
        BadFile: not such a backup.
    """
    layout = Layout("\t", COLUMNS, is_quoted=False)
    first = first_fields(path, layout)
    if len(first) != len(COLUMNS) or not _DATE.match(first[0]):
        raise BadFile(
            f"is no Playback Reporting backup: wanted {len(COLUMNS)} fields between tabs, a date first; "
            f"line 1 has {len(first)}",
            where=str(path),
            todo="save one in the plugin's settings, or use `matinee import table views FILE` for another file",
        )
    frame = read_all_fields(path, layout)
    is_title = ~pl.col("type").is_in(NOT_TITLES) | pl.col("type").is_null()
    rows = frame.filter(is_title)
    yield Batch("titles", path.name, titles_of(_watched(rows)))
    members = rows.select("row", "member_id").drop_nulls().unique("member_id", keep="first", maintain_order=True)
    yield Batch("members", path.name, members)
    kept = ("row", "member_id", "title_id", "started_at", "seconds", "device", UNREADABLE)
    views = rows.select(name for name in kept if name in rows.columns).with_columns(pl.lit(ORIGIN).alias("origin"))
    left_out = frame.height - rows.height
    note = f"{left_out} rows of music, books, photos and trailers were left out" if left_out else ""
    yield Batch("views", path.name, views, note=note)


def _watched(rows: pl.DataFrame) -> Iterator[tuple[int, Watched]]:
    """Understand each item, once."""
    items = rows.drop_nulls("title_id").unique("title_id", keep="first", maintain_order=True)
    for row, title_id, kind, name in items.select("row", "title_id", "type", "name").iter_rows():
        yield row, _understand(title_id, kind, name or title_id)


def _understand(title_id: str, kind: str | None, name: str) -> Watched:
    found = _EPISODE.match(name) if kind == "Episode" else None
    if found is None:
        return Watched(name, title_id=title_id, kind=KINDS.get(kind or ""))
    season = int(found["season"])
    return Watched(
        found["name"].strip() or name,
        found["series"],
        "Specials" if season == 0 else f"Season {season}",
        season,
        int(found["number"]),
        title_id,
    )
