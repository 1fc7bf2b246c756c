"""The catalogue as tables: titles with their seasons and episodes, and which rows are watched when a work is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from matinee.tables.schemas import Titles
from matinee.world.clock import STARTS_ON
from matinee.world.names import invent_titles, write_synopsis
from matinee.world.settings import LANGUAGES, WorldSettings
from matinee.world.words import KEYWORDS, MATURITIES, MATURITY_OF
from matinee.world.works import Works, all_keywords

SEASON_GAP_DAYS = 364


@dataclass(frozen=True)
class Catalogue:
    """The table of titles and the way from a work to the rows that are watched.

    Attributes:
        titles: frame of `Titles`: first the J works in the order of `Works`, then seasons, then episodes.
        first_parts: (J,) int64 row in `titles` of a film itself or of a series' first episode; the others follow it.
        parts: (J,) int64 number of rows that can be watched: 1 for a film.
    """

    titles: pl.DataFrame
    first_parts: npt.NDArray[np.int64]
    parts: npt.NDArray[np.int64]


def make_catalogue(works: Works, settings: WorldSettings, rng: np.random.Generator) -> Catalogue:
    """Name the works and write them out as titles, with the seasons and episodes released before the log ends."""
    out = (settings.days - 1 - works.released) // SEASON_GAP_DAYS + 1
    seasons = np.minimum(works.seasons, out)
    work_frame = _frame_works(works, settings, rng)
    season_frame = _frame_children(work_frame, seasons, "season", SEASON_GAP_DAYS)
    episodes_each = np.repeat(works.episodes, seasons)
    episode_frame = _frame_children(season_frame, episodes_each, "episode", 0)
    runtimes = np.concatenate([np.where(seasons > 0, np.nan, works.runtimes), np.full(len(season_frame), np.nan)])
    runtimes = np.concatenate([runtimes, np.repeat(np.repeat(works.runtimes, seasons), episodes_each)])
    titles = pl.concat([work_frame, season_frame, episode_frame], how="diagonal_relaxed").with_columns(
        pl.Series("runtime_minutes", runtimes).fill_nan(None), original_name=pl.lit(None), eidr=pl.lit(None)
    )
    episodes_before = np.cumsum(seasons * works.episodes) - seasons * works.episodes
    return Catalogue(
        titles=Titles.validate(titles, cast=True),
        first_parts=np.where(
            seasons > 0, len(work_frame) + len(season_frame) + episodes_before, np.arange(len(work_frame))
        ),
        parts=np.where(seasons > 0, seasons * works.episodes, 1),
    )


def number_ids(letter: str, numbers: npt.NDArray[np.int64]) -> list[str]:
    """Write ids such as "t0042": the letter and the number, padded so that they sort as the numbers do."""
    width = len(str(len(numbers)))
    return [f"{letter}{number + 1:0{width}d}" for number in numbers.tolist()]


def _frame_works(works: Works, settings: WorldSettings, rng: np.random.Generator) -> pl.DataFrame:
    genre_names, words = list(KEYWORDS), all_keywords()
    genres = [[genre_names[place] for place in row if place >= 0] for row in works.genres.tolist()]
    keywords = [[words[place] for place in row] for row in works.keywords.tolist()]
    own_names = invent_titles(len(genres), rng)
    bases = works.bases.tolist()
    countries = [settings.countries[place] for place in works.origins.tolist()]
    series = set(works.bases[works.bases >= 0].tolist())
    return pl.DataFrame({
        "title_id": number_ids("t", rng.permutation(len(genres))),  # so that an id does not tell the age
        "name": [own if base < 0 else f"{own_names[base]}: {own}" for own, base in zip(own_names, bases, strict=True)],
        "kind": np.where(works.seasons > 0, "series", "film"),
        "released_on": [STARTS_ON + timedelta(days=day) for day in works.released.tolist()],
        "languages": [[LANGUAGES[country]] for country in countries],
        "countries": [[country] for country in countries],
        "genres": genres,
        "keywords": keywords,
        "synopsis": [write_synopsis(own[0], some, rng) for own, some in zip(genres, keywords, strict=True)],
        "maturity": _rate(genres, rng),
        "franchise": [_franchise(row, base, series, own_names) for row, base in enumerate(bases)],
    }).with_columns(year=pl.col("released_on").dt.year())


def _franchise(row: int, base: int, followed: set[int], names: list[str]) -> str | None:
    if base >= 0:
        return names[base]
    return names[row] if row in followed else None


def _rate(genres: list[list[str]], rng: np.random.Generator) -> list[str]:
    usual = np.array([max(MATURITY_OF[genre] for genre in own) for own in genres])
    return [MATURITIES[place] for place in (usual + rng.integers(-1, 2, len(usual))).clip(0, len(MATURITIES) - 1)]


def _frame_children(parents: pl.DataFrame, counts: npt.NDArray[np.int64], kind: str, gap_days: int) -> pl.DataFrame:
    """Write `counts` numbered children of each parent, each released `gap_days` after the one before."""
    numbers = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return (
        parents[np.repeat(np.arange(len(parents)), counts)]
        .with_columns(pl.Series("number", numbers, dtype=pl.Int64))
        .with_columns(
            parent_id=pl.col("title_id"),
            title_id=pl.format("{}-{}{}", "title_id", pl.lit(kind[0]), "number"),
            name=pl.format("{} {}", pl.lit(kind.capitalize()), "number"),
            kind=pl.lit(kind),
            released_on=pl.col("released_on") + pl.duration(days=(pl.col("number") - 1) * gap_days),
            synopsis=pl.lit(None, pl.String),
        )
        .with_columns(year=pl.col("released_on").dt.year())
    )
