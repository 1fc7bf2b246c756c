"""Draws of what members choose: exact samples of the logit of `truth`, fast enough for tens of millions.

For each member the weights w_j = exp(taste <p, v_j> + quality_j + shift_j) are summed once, in order of release.
Freshness multiplies w_j by g(age) = exp(freshness 2^(-age / half_life)), age in whole days. Works are cut into bands of
age within which g changes by about exp(BAND_STEP) at most; in order of release a band is a range, so its weight is one
difference of sums. A draw picks a band by its weight times the band's largest g, a work within it by w, and keeps it
with probability g(age) / largest g, else draws again (von Neumann 1951). Only the utilities are rounded, to float32.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from matinee.world.clock import DAY_SECONDS, spread_days, spread_seconds
from matinee.world.dice import roll
from matinee.world.truth import Truth, fresh_bonus

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BAND_STEP = 0.5
BLOCK_WEIGHTS = 1_000_000
"""Members are worked on together as long as members times works stay under this, to bound memory."""

NOTHING = -1
_DAY, _SECOND, _CHOICE = 0, 1, 2  # purposes of dice; rounds of choice take two each from `_CHOICE` on


def draw_choices(truth: Truth, days: int) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Draw every first choice of a work by every member, block of members by block.

    Args:
        truth: of the world.
        days: length of the log.

    Yields:
        (k,) int64 member rows, ascending; (k,) title rows of works; (k,) seconds since the start of the log. A member
        chooses a work once at most; visits that end with nothing are left out.
    """
    edges = band_edges(truth, days)
    size = max(1, BLOCK_WEIGHTS // len(truth.quality))
    for first in range(0, len(truth.tastes), size):
        members = np.arange(first, min(first + size, len(truth.tastes)))
        rows, visits = _visits(truth.visits[members])
        visitors = members[rows]
        at = _times(truth, visitors, visits, days)
        titles = choose(truth, members, rows, visits, at // DAY_SECONDS, edges=edges)
        kept = _first_choices(rows, titles, at, len(truth.quality))
        yield visitors[kept], titles[kept], at[kept]


def list_visits(truth: Truth, days: int) -> tuple[Ints, Ints]:
    """List every visit, also where the member chooses nothing.

    Args:
        truth: of the world.
        days: length of the log.

    Returns:
        (v,) int64 member rows, ascending, and (v,) seconds since the start of the log.
    """
    members, visits = _visits(truth.visits)
    return members, _times(truth, members, visits, days)


def band_edges(truth: Truth, days: int) -> Ints:
    """Return the ages in days at which bands begin: (bands + 1,) int64, first 0, last beyond the age of every work."""
    oldest = max(days - int(truth.released[0]), 1) + 1
    levels = np.arange(truth.freshness - BAND_STEP, 0.0, -BAND_STEP)
    ages = np.ceil(truth.half_life_days * np.log2(truth.freshness / levels)).astype(np.int64)
    return np.unique(np.concatenate([[0], ages[ages < oldest], [oldest]]))


def choose(truth: Truth, members: Ints, rows: Ints, visits: Ints, at_day: Ints, *, edges: Ints) -> Ints:
    """Draw the choice of each visit.

    Args:
        truth: of the world.
        members: (b,) rows of the members who visit.
        rows: (v,) place in `members` of who visits.
        visits: (v,) number of the visit, counted for each member.
        at_day: (v,) day of the visit.
        edges: of `band_edges`.

    Returns:
        (v,) int64 title rows of works; `NOTHING` where the member chose nothing.
    """
    sums, nothing = _weight_sums(truth, members)
    first_title, last_day = rows * len(truth.quality), int(at_day.max(initial=0))
    bounds = np.searchsorted(truth.released, np.arange(last_day + 1)[:, None] - edges, side="right")
    largest = np.exp(fresh_bonus(truth, edges[:-1]))
    chosen = np.full(len(rows), NOTHING)
    left = np.arange(len(rows))
    purpose = _CHOICE
    while left.size:
        lucks = [roll(truth.seed, members[rows[left]], visits[left], purpose + each) for each in range(2)]
        titles, highest = _propose(
            sums, first_title[left], bounds[at_day[left]], largest, nothing=nothing[rows[left]], luck=lucks[0]
        )
        ages = at_day[left] - truth.released[titles]
        is_kept = (titles == NOTHING) | (lucks[1] * highest < np.exp(fresh_bonus(truth, ages)))
        chosen[left[is_kept]] = titles[is_kept]
        left = left[~is_kept]
        purpose += 2
    return chosen


def _weight_sums(truth: Truth, members: Ints) -> tuple[Floats, Floats]:
    """Sum the weights without freshness of all works for all members, the largest weight of each member being 1.

    Returns:
        (b * J + 1,) one running sum over all members, and (b,) the weight of choosing nothing.
    """
    scaled = (truth.taste * truth.tastes[members]).astype(np.float32)
    utility = scaled @ truth.vectors.T.astype(np.float32)
    utility += (truth.country_shifts + truth.quality).astype(np.float32)[truth.countries[members]]
    top = utility.max(axis=1, keepdims=True)
    utility -= top
    sums = np.zeros(utility.size + 1)
    np.cumsum(np.exp(utility, out=utility), dtype=np.float64, out=sums[1:])
    return sums, np.exp(truth.outside - top[:, 0].astype(np.float64))


def _propose(
    sums: Floats, first_title: Ints, bounds: Ints, largest: Floats, *, nothing: Floats, luck: Floats
) -> tuple[Ints, Floats]:
    """Pick a band, or nothing, and a work within the band, from one uniform number a visit.

    Returns:
        (v,) title rows or `NOTHING`, and (v,) the largest g of their bands.
    """
    ends = sums[first_title[:, None] + bounds]  # falls from left to right: older and older works
    tops = np.cumsum((ends[:, :-1] - ends[:, 1:]) * largest, axis=1)
    target = luck * (tops[:, -1] + nothing)
    band = (tops <= target[:, None]).sum(axis=1)
    is_nothing = band == len(largest)
    band[is_nothing] = 0
    visit = np.arange(len(luck))
    into = (tops[visit, band] - target) / largest[band]
    place = np.searchsorted(sums, ends[visit, band + 1] + into, side="right") - 1 - first_title
    place = np.clip(place, bounds[visit, band + 1], bounds[visit, band] - 1)  # guards against rounding
    return np.where(is_nothing, NOTHING, place), largest[band]


def _visits(counts: Ints) -> tuple[Ints, Ints]:
    """Number the visits of each member: who, and which visit, 0 = first."""
    rows = np.repeat(np.arange(len(counts)), counts)
    return rows, np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)


def _times(truth: Truth, members: Ints, visits: Ints, days: int) -> Ints:
    """Draw when members come: (v,) seconds since the start of the log."""
    day, second = (roll(truth.seed, members, visits, purpose) for purpose in (_DAY, _SECOND))
    return spread_days(day, truth.first_days[members], days) * DAY_SECONDS + spread_seconds(second)


def _first_choices(rows: Ints, titles: Ints, at: Ints, count: int) -> Ints:
    """Find the earliest choice of each member and work; returns places, sorted by member."""
    real = np.flatnonzero(titles != NOTHING)
    pair = rows[real] * count + titles[real]
    order = np.lexsort((at[real], pair))
    is_first = np.diff(pair[order], prepend=-1) != 0
    firsts: Ints = real[order[is_first]]
    return firsts
