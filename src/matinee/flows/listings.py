"""What publishers list, as titles: join each listed work to a title that is there, or make one.

Covers the titles a service has as works, the ids and rows of new titles with the series of a season, and the list of
what was joined to what and why. A title that is there is never changed: only what it leaves empty is filled in. How a
file is read is the reader's matter, how works are compared that of `matinee.acquire.join`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any

import polars as pl

from matinee.acquire.join import Match, Work, join_works, works_of
from matinee.acquire.names import Name
from matinee.store.readers.slug import slug
from matinee.store.snapshot import Snapshot
from matinee.tables.schemas import TABLES

REPORT_ORIGIN = "netflix-report"
"""Origin of totals whose publisher gives the original name of every title that has one."""

_PUBLISHER = "netflix"
_FILLED = ("kind", "parent_id", "number", "original_name", "year", "runtime_minutes", "languages")
_COMPARED = ["title_id", "name", "original_name", "kind", "parent_id", "number", "year", "released_on"]

JOINS = pl.Schema({
    "file": pl.String, "row": pl.Int64, "listed": pl.String, "title_id": pl.String, "name": pl.String,
    "is_new": pl.Boolean, "confidence": pl.Float64, "why": pl.String,
})  # fmt: skip
"""What each listed row was joined to: the title's id and name, and how sure that is."""


@dataclass(frozen=True)
class Listed:
    """One work that a publisher lists.

    Attributes:
        file: where it is listed.
        row: the row of the file that lists it first.
        text: its name as listed.
        work: what the listing says of it.
        runtime_minutes: of the film, or of the whole season; None if unknown.
        languages: spoken languages; None if unknown.
    """

    file: str
    row: int
    text: str
    work: Work
    runtime_minutes: float | None = None
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Titled:
    """What listed works became.

    Attributes:
        title_ids: of each listed work, in their order.
        titles: rows of titles to import, with `row` and `file`: new ones, and old ones with what is filled in.
        joins: frame of `JOINS`, one row a listed work.
    """

    title_ids: list[str]
    titles: pl.DataFrame
    joins: pl.DataFrame


def title_listings(snapshot: Snapshot, listed: Sequence[Listed], seen: Sequence[str | None]) -> Titled:
    """Join listed works to the titles of a service, and make titles of the others.

    Args:
        snapshot: the service's tables.
        listed: the works of one source, all different.
        seen: of each, the title_id it was given when the same list came in before; None if it never did.

    Returns:
        What they became.
    """
    known = _known_titles(snapshot)
    works = works_of(known)
    maker = _Maker(known, works)
    matches = maker.join([each.work for each in listed], seen)
    parents = maker.find_series(each.work for each in listed if each.work.kind == "season")
    ids = [maker.name_title(each, match, parents) for each, match in zip(listed, matches, strict=True)]
    return Titled(ids, maker.rows(), _joins(listed, matches, ids, maker.names))


def _known_titles(snapshot: Snapshot) -> pl.DataFrame:
    """Load titles other than episodes, with the first day that the publisher had them."""
    totals = snapshot.scan("audience").filter(pl.col("origin").str.starts_with(_PUBLISHER))
    days = totals.group_by("title_id").agg(
        pl.col("available_from").min(), pl.col("origin").eq(REPORT_ORIGIN).any().alias("is_listed")
    )
    columns = list(dict.fromkeys([*_COMPARED, *_FILLED]))
    titles = snapshot.scan("titles").filter(pl.col("kind").ne_missing("episode")).select(columns)
    known = titles.join(days, on="title_id", how="left", maintain_order="left").collect()
    parents = known.filter("is_listed")["parent_id"].drop_nulls().unique()
    is_listed = pl.col("is_listed").fill_null(value=False)
    has_seasons = pl.col("title_id").is_in(parents.implode())
    return known.with_columns(
        (is_listed | has_seasons).alias("is_listed"), (has_seasons & ~is_listed).alias("is_by_seasons")
    )


@dataclass
class _Maker:
    """Makes rows of titles: ids that are free, series before their seasons, and what old rows lack."""

    known: pl.DataFrame
    works: list[Work]

    def __post_init__(self) -> None:
        self._old = {row["title_id"]: row for row in self.known.iter_rows(named=True)}
        self._made: dict[str, dict[str, Any]] = {}
        self.names: dict[str, str] = {title_id: row["name"] for title_id, row in self._old.items()}

    def join(self, listed: Sequence[Work], seen: Sequence[str | None]) -> list[Match]:
        """Join works to titles: as before if they were seen, and to no series that is listed by its seasons alone."""
        place_of = {title_id: place for place, title_id in enumerate(self.known["title_id"])}
        before = [place_of.get(title_id) if title_id else None for title_id in seen]
        by_seasons = self.known["is_by_seasons"].to_list()
        taken = {*before}
        places = [place for place in place_of.values() if not by_seasons[place] and place not in taken]
        rest = iter(self._join([work for work, old in zip(listed, before, strict=True) if old is None], places))
        return [next(rest) if old is None else Match(old, 1.0, "listed before") for old in before]

    def _join(self, listed: Sequence[Work], places: list[int]) -> list[Match]:
        """Join works to some of the titles; the matches' places are those among all titles."""
        matches = join_works(listed, [self.works[place] for place in places])
        return [match if match.place is None else replace(match, place=places[match.place]) for match in matches]

    def find_series(self, seasons: Iterator[Work]) -> dict[tuple[str, str], str | None]:
        """Find the series that seasons belong to: key of a series -> title_id; None where it must be made."""
        wanted = {_series_key(work): _series_of(work) for work in seasons}
        places = [place for place, work in enumerate(self.works) if work.kind == "series"]
        matches = self._join([*wanted.values()], places)
        ids = [None if match.place is None else self.known["title_id"][match.place] for match in matches]
        return dict(zip(wanted, ids, strict=True))

    def name_title(self, listed: Listed, match: Match, parents: dict[tuple[str, str], str | None]) -> str:
        """Give the title_id of a listed work; make the title, or fill in what it lacks."""
        old = {} if match.place is None else self._old[self.known["title_id"][match.place]]
        said: dict[str, Any] = {
            "kind": listed.work.kind,
            "original_name": listed.work.original.full if listed.work.original else None,
            "year": None if listed.work.name.season else listed.work.name.year,
            "runtime_minutes": listed.runtime_minutes,
            "languages": list(listed.languages) if listed.languages else None,
        }
        if listed.work.kind == "season" and listed.work.name.season and not old.get("parent_id"):
            parent_id = self._name_series(listed, parents)
            said |= {"parent_id": parent_id, "number": listed.work.name.season.number}
        if old:
            return self._fill(listed, old, said)
        title_id = self._free(_base_id(listed.work, said.get("parent_id")), listed.work)
        return self._make(listed, title_id, said | {"name": listed.work.name.full})

    def rows(self) -> pl.DataFrame:
        """List the rows of titles, parents before children."""
        schema = {"file": pl.String, "row": pl.Int64} | dict(TABLES["titles"].create_empty().schema)
        rows = [dict.fromkeys(schema) | row for row in self._made.values()]
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _name_series(self, listed: Listed, parents: dict[tuple[str, str], str | None]) -> str:
        """Give the title_id of the series of a season; make it, or fill in its original name."""
        key, series = _series_key(listed.work), _series_of(listed.work)
        original = series.original.full if series.original else None
        title_id = parents[key]
        if title_id in self._old:
            return self._fill(listed, self._old[title_id], {"original_name": original})
        if title_id is not None:
            return title_id
        parents[key] = title_id = self._free(_base_id(series, None), series)
        said = {"name": series.name.full, "original_name": original, "kind": "series", "year": series.name.year}
        return self._make(listed, title_id, said)

    def _fill(self, listed: Listed, old: dict[str, Any], said: dict[str, Any]) -> str:
        """Note what an old title leaves empty and the listing says."""
        filled = {name: said[name] for name in _FILLED if said.get(name) is not None and old[name] is None}
        if filled:
            self._make(listed, old["title_id"], filled | {"name": old["name"]})
        return str(old["title_id"])

    def _make(self, listed: Listed, title_id: str, said: dict[str, Any]) -> str:
        self._made[title_id] = {"file": listed.file, "row": listed.row, "title_id": title_id} | said
        self.names[title_id] = said["name"]
        return title_id

    def _free(self, base: str, work: Work) -> str:
        """Find an id that no title has, made of what tells the work apart."""
        original = f"{base}-{slug(work.original.stem)}" if work.original else base
        year = f"{original}-{work.available[0].year}" if work.available else original
        numbered = (f"{year}-{number}" for number in count(2))
        return next(each for each in chain((base, original, year), numbered) if each not in self.names)


def _base_id(work: Work, parent_id: str | None) -> str:
    if parent_id and work.name.season:
        return f"{parent_id}:{slug(work.name.season.label)}"
    kind = work.kind if work.kind in {"film", "series"} else "title"
    return f"{kind}:{slug(work.name.full)}"


def _series_key(season: Work) -> tuple[str, str]:
    year = season.name.year or ""
    return f"{season.name.key} {year}", season.original.key if season.original else ""


def _series_of(season: Work) -> Work:
    """Make the work of which another is a season."""
    year = season.name.year
    name = Name(f"{season.name.stem} ({year})" if year else season.name.stem, season.name.stem, None, year)
    original = season.original and Name(season.original.stem, season.original.stem, None, None)
    if original and original.key == name.key:
        original = None
    return Work(name, original, "series", year, has_all_originals=season.has_all_originals)


def _joins(listed: Sequence[Listed], matches: Sequence[Match], ids: list[str], names: dict[str, str]) -> pl.DataFrame:
    rows = [
        (each.file, each.row, each.text, title_id, names[title_id], match.place is None, match.confidence, match.why)
        for each, match, title_id in zip(listed, matches, ids, strict=True)
    ]
    return pl.DataFrame(rows, schema=JOINS, orient="row")
