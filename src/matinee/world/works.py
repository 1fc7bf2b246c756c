"""What is on offer, as arrays: films and series with genres, keywords, a place in taste space, quality and release.

A work is what a member chooses: a film or a whole series. Covers the hidden truth of each work and the facts that
follow from it. It names nothing and makes no table (`catalogue`), and knows nothing of members.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matinee.world.settings import WorldSettings
from matinee.world.words import KEYWORDS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DIMENSIONS = 8
"""Length of the vectors of taste."""

QUALITY_SPREAD = 0.8
"""Standard deviation of the quality of a work, logits."""

SERIES_SHARE = 0.25
SEQUEL_SHARE = 0.12
SECOND_GENRE_SHARE = 0.6
KEYWORDS_EACH = 3
OWN_KEYWORD_SHARE = 0.8
BACK_CATALOGUE_DAYS = 2_500.0
OLDEST_DAYS = 50 * 365


@dataclass(frozen=True)
class Works:
    """J films and series in order of release; a row number here is the `title_row` of the work.

    Attributes:
        genres: (J, 2) int64 places in the genres of `KEYWORDS`; -1 = no second genre.
        keywords: (J, 3) int64 places in `all_keywords()`, without repeats in a row.
        vectors: (J, DIMENSIONS) float64; the taste of a random member times a vector has variance about 1.
        quality: (J,) float64, logits.
        released: (J,) int64 day of release, 0 = first day of the log, ascending.
        origins: (J,) int64 place in the settings' countries: where it was made.
        bases: (J,) int64 row of the work that this one follows; -1 = stands alone.
        seasons: (J,) int64 number of seasons; 0 = a film.
        episodes: (J,) int64 episodes a season; 0 = a film.
        runtimes: (J,) float64 minutes of the film or of one episode.
    """

    genres: Ints
    keywords: Ints
    vectors: Floats
    quality: Floats
    released: Ints
    origins: Ints
    bases: Ints
    seasons: Ints
    episodes: Ints
    runtimes: Floats


def all_keywords() -> list[str]:
    """List every keyword, genre by genre."""
    return [word for words in KEYWORDS.values() for word in words]


def make_works(settings: WorldSettings, rng: np.random.Generator) -> Works:
    """Draw the works of a world.

    A vector is 0.75 of its genres, 0.45 of its keywords and 0.45 of its own (squares add up to about 1), so that genres
    and keywords foretell who likes a work, but not wholly. A sequel shares its base's genres and
    keywords and most of its vector.
    """
    count = settings.titles
    bases = _draw_bases(count, rng)
    leaders = np.where(bases < 0, np.arange(count), bases)
    genres = _draw_genres(count, rng)[leaders]
    keywords = _draw_keywords(genres, rng)[leaders]
    is_series = rng.random(count) < SERIES_SHARE
    seasons = np.where(is_series, rng.integers(1, 4, count), 0)
    return Works(
        genres=genres,
        keywords=keywords,
        vectors=_place(genres, keywords, leaders, rng),
        quality=rng.normal(0.0, QUALITY_SPREAD, count),
        released=_draw_releases(settings, rng),
        origins=_draw_origins(settings, count, rng)[leaders],
        bases=bases,
        seasons=seasons,
        episodes=np.where(is_series, rng.integers(5, 11, count), 0),
        runtimes=np.round(np.where(is_series, rng.normal(42, 10, count), rng.normal(106, 18, count)).clip(18)),
    )


def _draw_bases(count: int, rng: np.random.Generator) -> Ints:
    rows = np.arange(count)
    bases = np.where(rng.random(count) < SEQUEL_SHARE, (rng.random(count) * rows).astype(np.int64), -1)
    bases[0] = -1
    return np.where((bases >= 0) & (bases[bases] >= 0), -1, bases)  # no sequel of a sequel


def _draw_genres(count: int, rng: np.random.Generator) -> Ints:
    weights = 1.0 / np.arange(2, len(KEYWORDS) + 2) ** 0.7
    genres = rng.choice(len(KEYWORDS), (count, 2), p=weights / weights.sum())
    alone = (rng.random(count) > SECOND_GENRE_SHARE) | (genres[:, 0] == genres[:, 1])
    genres[alone, 1] = -1
    return genres


def _draw_keywords(genres: Ints, rng: np.random.Generator) -> Ints:
    """Pick keywords, most of them of the work's own genres."""
    home = np.repeat(np.arange(len(KEYWORDS)), [len(words) for words in KEYWORDS.values()])
    own = (home == genres[:, :1]) | (home == genres[:, 1:])
    odds = np.where(own, OWN_KEYWORD_SHARE / own.sum(1, keepdims=True), (1 - OWN_KEYWORD_SHARE) / len(home))
    keys = np.log(odds) + rng.gumbel(size=odds.shape)  # Gumbel top-k: a sample without repeats
    return np.argsort(-keys, axis=1)[:, :KEYWORDS_EACH]


def _place(genres: Ints, keywords: Ints, leaders: Ints, rng: np.random.Generator) -> Floats:
    genre_vectors = rng.normal(size=(len(KEYWORDS), DIMENSIONS))
    keyword_vectors = rng.normal(size=(len(all_keywords()), DIMENSIONS))
    second = np.where(genres[:, 1] < 0, genres[:, 0], genres[:, 1])
    genre_part = _unit(1.5 * genre_vectors[genres[:, 0]] + genre_vectors[second])
    keyword_part = _unit(keyword_vectors[keywords].sum(axis=1))
    own = rng.normal(size=genre_part.shape)
    own = _unit(own[leaders] + 0.4 * rng.normal(size=own.shape))
    return 0.75 * genre_part + 0.45 * keyword_part + 0.45 * own


def _unit(vectors: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def _draw_releases(settings: WorldSettings, rng: np.random.Generator) -> Ints:
    new = round(settings.titles * settings.new_titles)
    old_ages = rng.exponential(BACK_CATALOGUE_DAYS, settings.titles - new).astype(np.int64) % OLDEST_DAYS + 1
    return np.sort(np.concatenate([-old_ages, rng.integers(0, settings.days, new)]))


def _draw_origins(settings: WorldSettings, count: int, rng: np.random.Generator) -> Ints:
    return rng.choice(len(settings.countries), count, p=country_shares(len(settings.countries)))


def country_shares(count: int) -> Floats:
    """Return the shares of `count` countries among members and works, the first the largest; they add up to 1."""
    weights = 1.0 / np.arange(1, count + 1)
    shares: Floats = weights / weights.sum()
    return shares
