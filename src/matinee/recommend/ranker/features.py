"""What the learned ranker is told of a title, of a member and of the two together.

Everything comes from the log, so that a log without metadata has it too: ages count from a title's first event, watch
time is the weight of events (share of the runtime, or rating). It does not know the request: no device, no hour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.recommend.popular import DAY, HALF_LIVES
from matinee.recommend.recipe import name_popular

Floats = NDArray[np.float32]

_RISES = ((1.0, 14.0), (3.0, 30.0), (30.0, np.inf))
"""Half-lives whose difference is a trend: more of late than for long."""

POPULAR = tuple(name_popular(half_life) for half_life in HALF_LIVES)
ALL_TIME = POPULAR[-1]
TITLE_FEATURES = (*POPULAR, *(f"rise-{short:g}d" for short, _ in _RISES), "age", "idle", "share")
"""log popularity (z-scores), trends, log days since the first and the last event, mean weight of its events."""

MEMBER_FEATURES = ("length", "since", "usual_age", "usual_popular", "usual_share")
"""log titles watched, log days since the last event; means over what they watched: log age in days at the time,
all-time popularity (z-score), weight."""

FEATURES = ("linear", "blend", *TITLE_FEATURES, *MEMBER_FEATURES, "newer", "known")
"""The columns of what a ranker sees. `newer` = age - usual_age, `known` = all-time popularity - usual_popular."""


@dataclass(frozen=True)
class TitleFacts:
    """What is known of titles at one time.

    Attributes:
        now: unix seconds.
        first_at: int64 (titles,), unix seconds of the first event; `now` where there is none.
        table: float32 (titles, len(TITLE_FEATURES)).
    """

    now: int
    first_at: NDArray[np.int64]
    table: Floats


def describe_titles(events: pl.DataFrame, log_counts: Floats, *, now: int) -> TitleFacts:
    """Describe titles by a log's events.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.
        log_counts: float32 (half-lives, titles) as `standardise_log` makes them.
        now: unix seconds.

    Returns:
        the facts; a title without events has age 0.
    """
    titles = log_counts.shape[1]
    rows, at = events["title_row"].to_numpy(), events["at"].to_numpy()
    first_at, last_at = np.full(titles, now), np.full(titles, np.iinfo(np.int64).min)
    np.minimum.at(first_at, rows, at)
    np.maximum.at(last_at, rows, at)
    last_at = np.where(last_at < first_at, now, last_at)
    rises = [log_counts[HALF_LIVES.index(short)] - log_counts[HALF_LIVES.index(long)] for short, long in _RISES]
    share = _average(rows, events["weight"].to_numpy(), titles)
    table = np.stack([*log_counts, *rises, _log_days(now - first_at), _log_days(now - last_at), share], axis=1)
    return TitleFacts(now, first_at, table.astype(np.float32))


def describe_members(facts: TitleFacts, events: pl.DataFrame, member_rows: NDArray[np.integer]) -> Floats:
    """Describe members by their histories.

    Args:
        facts: of the titles.
        events: frame of `matinee.tables.log.EVENTS`.
        member_rows: int (n,), ascending; the members wanted, in this order. Events of others are left out.

    Returns:
        float32 (n, len(MEMBER_FEATURES)); zeros for a member without events.
    """
    n, members = len(member_rows), events["member_row"].to_numpy()
    places = np.minimum(np.searchsorted(member_rows, members), max(n - 1, 0))
    own = member_rows[places] == members if n else np.zeros(len(members), np.bool_)
    places, rows, at, weight = places[own], *(events[name].to_numpy()[own] for name in ("title_row", "at", "weight"))
    length = np.bincount(places, minlength=n)
    last_at = np.full(n, np.iinfo(np.int64).min)
    np.maximum.at(last_at, places, at)
    since = np.where(length > 0, facts.now - last_at, 0)
    popular = facts.table[:, TITLE_FEATURES.index(ALL_TIME)]
    usual = [_average(places, each, n) for each in (_log_days(at - facts.first_at[rows]), popular[rows], weight)]
    return np.stack([np.log1p(length), _log_days(since), *usual], axis=1).astype(np.float32)


def lay_out(
    facts: TitleFacts,
    members: Floats,
    linear: Floats,
    blended: Floats,
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> Floats:
    """Lay out what a ranker sees.

    Args:
        facts: of the titles.
        members: float32 (n, len(MEMBER_FEATURES)).
        linear: float32 (n, titles), standardised scores of the item model.
        blended: float32 (n, titles), scores of the blend.
        pairs: rows of members and of titles, int (pairs,) each.

    Returns:
        float32 (pairs, len(FEATURES)).
    """
    u, t = pairs
    own, of = members[u], facts.table[t]
    newer = of[:, TITLE_FEATURES.index("age")] - own[:, MEMBER_FEATURES.index("usual_age")]
    known = of[:, TITLE_FEATURES.index(ALL_TIME)] - own[:, MEMBER_FEATURES.index("usual_popular")]
    return np.column_stack([linear[u, t], blended[u, t], of, own, newer, known]).astype(np.float32)


def _log_days(seconds: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.log1p(np.maximum(seconds, 0) / DAY)


def _average(rows: NDArray[np.integer], values: NDArray[np.floating], size: int) -> NDArray[np.float64]:
    return np.bincount(rows, values, minlength=size) / np.maximum(np.bincount(rows, minlength=size), 1)
