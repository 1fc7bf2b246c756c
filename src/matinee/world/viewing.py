"""The log of views as frames, in chunks of time, so that twenty million rows need no more memory than their numbers.

The numbers of the whole log are held at 14 bytes a row; ids and words are added chunk by chunk.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from matinee.world.choice import draw_choices
from matinee.world.clock import DAY_SECONDS, START, to_times
from matinee.world.dice import roll
from matinee.world.service import World
from matinee.world.watching import Rows, merge_rows, watch

DEVICES = ("tv", "phone", "tablet", "computer")
ORIGINS = ("home", "search", "browse", "new", "continue")
USUAL_DEVICE_SHARE = 0.7
ORIGIN_ENDS = (0.6, 0.8, 1.0)
"""Upper ends of the shares of the first three origins, for first choices that are not new."""

AT_HOME_SHARE = 0.97
FRESH_DAYS = 28

_DEVICE, _ORIGIN, _PLACE = range(2_000_001, 2_000_004)  # purposes of dice


def simulate_views(world: World, *, chunk_days: int = 14) -> Iterator[pl.DataFrame]:
    """Draw the log of a world and write it out in order of time.

    Args:
        world: of `build_world`; its own views are not used.
        chunk_days: days a frame.

    Yields:
        Frames of `Views` sorted by time, `rating` null throughout; together the same whatever `chunk_days` is.

    Raises:
        ValueError: if `chunk_days` is less than 1.
    """
    if chunk_days < 1:
        raise ValueError(f"chunk_days is {chunk_days}, wanted 1 or more")
    days = world.settings.days
    releases = world.titles["released_on"].cast(pl.Int32).to_numpy() - START // DAY_SECONDS
    runtimes = world.titles["runtime_minutes"].fill_null(0).to_numpy() * 60.0
    blocks = [
        watch(world.truth, choices, releases=releases, runtimes=runtimes, end=days * DAY_SECONDS)
        for choices in draw_choices(world.truth, days)
    ]
    for first in range(0, days, chunk_days):
        span = (first * DAY_SECONDS, min(first + chunk_days, days) * DAY_SECONDS)
        yield _frame(world, merge_rows([block.between(*span) for block in blocks]), releases)


def _frame(world: World, rows: Rows, releases: npt.NDArray[np.integer]) -> pl.DataFrame:
    is_travelling = roll(world.truth.seed, rows.members, rows.at, _PLACE) >= AT_HOME_SHARE
    countries = world.truth.countries[rows.members]
    abroad = (countries + 1) % len(world.settings.countries)
    return pl.DataFrame({
        "member_id": _words(world.members["member_id"], rows.members),
        "title_id": _words(world.titles["title_id"], rows.titles),
        "started_at": to_times(rows.at),
        "seconds": pl.Series(rows.seconds.astype(np.int32)),
        "rating": pl.repeat(None, len(rows.at), dtype=pl.Float32, eager=True),
        "device": _words(pl.Series(DEVICES), _devices(world.truth.seed, rows)),
        "country": _words(pl.Series(world.settings.countries), np.where(is_travelling, abroad, countries)),
        "origin": _words(pl.Series(ORIGINS), _origins(world, rows, releases)),
    })


def _words(words: pl.Series, places: npt.NDArray[np.integer]) -> pl.Series:
    return words.gather(pl.Series(places.astype(np.uint32)))


def _devices(seed: int, rows: Rows) -> npt.NDArray[np.int64]:
    """Draw devices: mostly the one that the member is used to."""
    usual = roll(seed, rows.members, 0, _DEVICE) ** 2
    luck = roll(seed, rows.members, rows.at, _DEVICE)
    spread = np.where(luck < USUAL_DEVICE_SHARE, usual, (luck - USUAL_DEVICE_SHARE) / (1 - USUAL_DEVICE_SHARE))
    return (spread * len(DEVICES)).astype(np.int64)


def _origins(world: World, rows: Rows, releases: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Draw origins: later episodes are continued, fresh titles mostly come from the row of new ones."""
    luck = roll(world.truth.seed, rows.members, rows.at, _ORIGIN)
    is_first = np.zeros(len(releases), dtype=bool)
    is_first[world.truth.first_parts] = True
    is_fresh = rows.at // DAY_SECONDS < releases[rows.titles] + FRESH_DAYS
    usual = np.searchsorted(ORIGIN_ENDS, luck, side="right")
    origins = np.where(is_fresh & (luck < 0.5), ORIGINS.index("new"), usual)
    return np.where(is_first[rows.titles], origins, ORIGINS.index("continue"))
