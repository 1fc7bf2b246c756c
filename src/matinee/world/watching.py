"""From choices to what was watched: the episodes of a series in order, when, and for how many seconds.

How much is watched of a choice depends on how much the work is to the member's taste; it changes no later choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matinee.world.clock import DAY_SECONDS, spread_seconds
from matinee.world.dice import roll
from matinee.world.truth import Truth

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BACK_TO_BACK_SHARE = 0.5
"""Share of episodes watched right after the one before; the others follow on one of the next three days."""

PAUSE_SECONDS = 20.0
"""Between two episodes watched back to back."""

RETURN_DAYS = 7.0
"""Mean number of days after which those who saw all there was go on with a new season."""

_DAYS_APART = 100_000
_PARTS, _GAP, _HOUR, _FINISH, _SHARE, _RETURN = range(1_000_001, 1_000_007)  # dice, beyond the rounds of choice


@dataclass(frozen=True)
class Rows:
    """A part of a log; the arrays are as narrow as their ranges allow, 14 bytes a row.

    Attributes:
        members: member rows.
        titles: rows of the films and episodes watched.
        at: seconds since the start of the log, ascending.
        seconds: time watched.
    """

    members: npt.NDArray[np.uint32]
    titles: npt.NDArray[np.uint32]
    at: npt.NDArray[np.uint32]
    seconds: npt.NDArray[np.uint16]

    def between(self, first: int, end: int) -> Rows:
        """Return the rows with first <= at < end, without copying."""
        low, high = np.searchsorted(self.at, [first, end])
        return Rows(self.members[low:high], self.titles[low:high], self.at[low:high], self.seconds[low:high])


def merge_rows(parts: list[Rows]) -> Rows:
    """Put parts together in order of time; rows of one second keep the order of the parts."""
    at = np.concatenate([part.at for part in parts])
    order = np.argsort(at, kind="stable")
    return Rows(
        members=np.concatenate([part.members for part in parts])[order],
        titles=np.concatenate([part.titles for part in parts])[order],
        at=at[order],
        seconds=np.concatenate([part.seconds for part in parts])[order],
    )


def expected_parts(truth: Truth, likings: Floats) -> Floats:
    """Return how many rows of views a choice gives on average, if the end of the log does not cut it short.

    With N parts, a choice is given up at once with probability 1 - f, else continued after each part with
    probability c: 1 - f + f (1 - c^N) / (1 - c).

    Args:
        truth: of the world, J works.
        likings: (m, J) affinities.

    Returns:
        (m, J) float64; 1 for films.
    """
    f, c = finish_chance(likings), continue_chance(likings)
    return 1 - f + f * (1 - c**truth.parts) / (1 - c)


def finish_chance(likings: Floats) -> Floats:
    """Return the probability that what was begun is watched to its end, or nearly: logistic(1.2 + 0.8 liking)."""
    return 1 / (1 + np.exp(-1.2 - 0.8 * likings))


def continue_chance(likings: Floats) -> Floats:
    """Return the probability that another episode follows a finished one: logistic(0.4 + 0.6 liking)."""
    return 1 / (1 + np.exp(-0.4 - 0.6 * likings))


def watch(truth: Truth, choices: tuple[Ints, Ints, Ints], *, releases: Ints, runtimes: Floats, end: int) -> Rows:
    """Write out what follows from choices of works.

    Args:
        truth: of the world.
        choices: (k,) member rows, (k,) title rows of works and (k,) seconds since the start of the log.
        releases: (titles,) day of release of every row of titles.
        runtimes: (titles,) seconds.
        end: seconds from the start of the log to its end.

    Returns:
        One row a film or episode, sorted by time; none after `end` or before its release, for which runs wait.
    """
    members, works, begun = choices
    likings = np.einsum("nd,nd->n", truth.tastes[members], truth.vectors[works])
    is_finished = roll(truth.seed, members, works, _FINISH) < finish_chance(likings)
    counts = np.where(is_finished, _planned(truth, members, works, likings), 1)
    run = np.repeat(np.arange(len(works)), counts)
    start = (np.cumsum(counts) - counts)[run]  # the row at which the run of this row begins
    member, title = members[run], truth.first_parts[works[run]] + np.arange(len(run)) - start
    at = _times(truth, begun[run], start, releases=releases[title], length=runtimes[title], key=(member, title))
    luck = roll(truth.seed, member, title, _SHARE)
    share = np.where(is_finished[run], 0.85 + 0.15 * luck, 0.02 + 0.43 * luck)
    seconds = np.maximum(share * runtimes[title], 1)
    order = np.argsort(at, kind="stable")
    order = order[at[order] < end]
    return Rows(
        members=member[order].astype(np.uint32),
        titles=title[order].astype(np.uint32),
        at=at[order].astype(np.uint32),
        seconds=seconds[order].astype(np.uint16),
    )


def _planned(truth: Truth, members: Ints, works: Ints, likings: Floats) -> Ints:
    """Draw how many parts would be watched: geometric, at most all of them."""
    luck = 1 - roll(truth.seed, members, works, _PARTS)
    more = np.floor(np.log(luck) / np.log(continue_chance(likings)))
    return (1 + np.minimum(more, truth.parts[works] - 1)).astype(np.int64)


def _times(truth: Truth, begun: Ints, start: Ints, *, releases: Ints, length: Floats, key: tuple[Ints, Ints]) -> Ints:
    """Space the parts of each run: back to back, or at an hour of its own one to three days on, or once it is out."""
    row = np.arange(len(start))
    luck = roll(truth.seed, *key, _GAP)
    is_first, is_next = row == start, luck < BACK_TO_BACK_SHARE
    gap = 1 + (3 * (luck - BACK_TO_BACK_SHARE) / (1 - BACK_TO_BACK_SHARE)).astype(np.int64)
    waited = np.cumsum(np.where(is_first | is_next, 0, gap))
    waited -= waited[start]
    first = begun // DAY_SECONDS
    members, titles = key
    season = titles[start] * _DAYS_APART + releases  # one chance for all episodes that come out on a day
    back = releases - np.log1p(-roll(truth.seed, members, season, _RETURN)) * RETURN_DAYS
    held = np.where(releases > first + waited, back.astype(np.int64) - waited, first)
    day = _largest_so_far(held, start) + waited
    is_later = day > np.roll(day, 1)
    sitting = np.maximum.accumulate(np.where(is_first | is_later, row, 0))  # the row at which the sitting begins
    hour = np.where(is_first, begun % DAY_SECONDS, spread_seconds(roll(truth.seed, *key, _HOUR)))
    played = np.cumsum(length + PAUSE_SECONDS) - (length + PAUSE_SECONDS)
    at: Ints = day * DAY_SECONDS + hour[sitting] + (played - played[sitting]).astype(np.int64)
    return at


def _largest_so_far(values: Ints, start: Ints) -> Ints:
    """Return the largest value of each run up to each row; `start` is the row at which the row's run begins."""
    above = start * (values.max(initial=0) - values.min(initial=0) + 1)
    largest: Ints = np.maximum.accumulate(values + above) - above
    return largest
