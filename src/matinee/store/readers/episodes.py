"""Episodes: titles of series, seasons and episodes, for files that give names of what was watched and nothing else.

Covers the ids and rows of such titles and their parents. How a file writes names is its reader's business. Ids are made
of names, so they stay the same from one file to the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from matinee.store.readers.slug import slug

TITLES = pl.Schema({
    "row": pl.Int64,
    "title_id": pl.String,
    "name": pl.String,
    "kind": pl.String,
    "parent_id": pl.String,
    "number": pl.Int32,
})


@dataclass(frozen=True)
class Watched:
    """What a name says was watched: a film, or an episode of a series, perhaps of a season.

    Attributes:
        name: of the film or episode.
        series: name of the series; None for a film.
        season: name of the season; None where none is named.
        season_number: as counted in the series.
        number: of the episode within its season or series.
        title_id: id of the film or episode in the file; None where the file gives none.
        kind: kind of a title that is no episode; None where it is unknown.
    """

    name: str
    series: str | None = None
    season: str | None = None
    season_number: int | None = None
    number: int | None = None
    title_id: str | None = None
    kind: str | None = "film"

    @property
    def series_id(self) -> str:
        """Id of the series."""
        return f"series:{slug(self.series or '')}"

    @property
    def season_id(self) -> str:
        """Id of the season, within that of the series."""
        return f"{self.series_id}:{slug(self.season or '')}"

    @property
    def id(self) -> str:
        """Id of the film or episode itself: the file's, or made of the names."""
        if self.title_id is not None:
            return self.title_id
        if self.series is None:
            return f"film:{slug(self.name)}"
        return f"{self.season_id if self.season else self.series_id}:{slug(self.name)}"


def titles_of(watched: Iterable[tuple[int, Watched]]) -> pl.DataFrame:
    """List each title once, parents before children.

    Args:
        watched: (row, what was watched), in the order of the file.

    Returns:
        A frame of `TITLES`; `row` is that of the first viewing that names the title.
    """
    found: dict[str, tuple[object, ...]] = {}
    for row, what in watched:
        for title in _titles(what):
            found.setdefault(str(title[0]), (row, *title))
    return pl.DataFrame([*found.values()], schema=TITLES, orient="row")


def _titles(what: Watched) -> list[tuple[object, ...]]:
    """List the rows of a title and its parents: id, name, kind, parent_id, number."""
    if what.series is None:
        return [(what.id, what.name, what.kind, None, None)]
    series: tuple[object, ...] = (what.series_id, what.series, "series", None, None)
    if what.season is None:
        return [series, (what.id, what.name, "episode", what.series_id, what.number)]
    season = (what.season_id, what.season, "season", what.series_id, what.season_number)
    return [series, season, (what.id, what.name, "episode", what.season_id, what.number)]
