"""The best k of each row of scores: standardised, masked and chosen while the row is in the nearest cache; compiled.

Covers what comes after the linear part has been added up (`topk` does that). Scores are finite: a title that may not
be shown gets `LOWEST`, for the compiler is told that there are no infinities. All kernels stand in one file, because
their cache is renewed when their own file changes, not when one that they call does.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.blend import FLAT
from matinee.recommend.compiled import compiled

Floats = NDArray[np.float32]
Integers = NDArray[np.int32]
Lists = tuple[NDArray[np.int64], Integers]
"""Lists of title rows: where each starts (one number more than there are lists), and the rows."""

LOWEST = np.finfo(np.float32).min
SHOWN = LOWEST / 2
"""A title that may be shown scores more."""

CHUNK = 16
"""Scores of which only the largest is looked at first."""

HALVINGS = 24
"""Steps at most towards the edge; a few suffice where scores differ."""

fast = partial(compiled, fastmath=True)


@fast
def _standardise(scores: Floats, known: Floats, shelf: Floats, taste: float) -> None:
    """Turn sums of weights into scores of the blend; `known` is 1 or 0 a title."""
    total, squares, count = 0.0, 0.0, 0.0  # float64: nothing is lost by subtracting squares of float32
    for j in range(len(scores)):
        score, counts = np.float64(scores[j]), np.float64(known[j])
        total += score * counts
        squares += score * score * counts
        count += counts
    mean = total / count
    deviation = math.sqrt(max(squares / count - mean * mean, 0.0))
    scale = np.float32(0) if deviation <= FLAT * abs(mean) else np.float32(taste / deviation)
    middle = np.float32(mean)
    for j in range(len(scores)):
        scores[j] = (scores[j] - middle) * scale + shelf[j]


@fast
def _forbid(scores: Floats, lists: Lists, which: int) -> None:
    starts, titles = lists
    for p in range(starts[which], starts[which + 1]):
        scores[titles[p]] = LOWEST


@fast
def _find_largest(scores: Floats, largest: Floats) -> None:
    """Find the largest score of each chunk; the last one may be shorter."""
    whole = len(scores) // CHUNK
    largest[-1] = LOWEST
    for chunk in range(whole):  # of a fixed length, which the compiler unrolls
        top = np.float32(LOWEST)
        for j in range(CHUNK):
            top = max(top, scores[chunk * CHUNK + j])
        largest[chunk] = top
    for j in range(whole * CHUNK, len(scores)):
        largest[-1] = max(largest[-1], scores[j])


@fast
def _find_edge(largest: Floats, k: int) -> float:
    """Find a score that at least k titles reach and few more, by halving an interval of scores.

    Counting has no branches to guess, unlike a heap. Where fewer than k chunks have a title left, it is `SHOWN`.
    """
    low, high, left = np.float32(-LOWEST), np.float32(LOWEST), 0
    for chunk in range(len(largest)):
        is_left = largest[chunk] > SHOWN
        left += is_left
        low = min(low, largest[chunk] if is_left else -LOWEST)
        high = max(high, largest[chunk])
    if left < k:
        return float(SHOWN)
    for _ in range(HALVINGS):
        middle, count = low + (high - low) / np.float32(2), 0
        for chunk in range(len(largest)):
            count += largest[chunk] >= middle
        if count >= k:
            low = middle
        else:
            high = middle
        if count == k:
            break
    return float(low)


@fast
def _choose(scores: Floats, largest: Floats, near: tuple[Floats, Integers], best: Floats, rows: Integers) -> None:
    """Fill `best` and `rows` with the k best in order; of equal scores the lower row. `near` is room for all titles."""
    _find_largest(scores, largest)
    edge, found = np.float32(_find_edge(largest, len(best))), 0
    values, places = near
    for chunk in range(len(largest)):
        if largest[chunk] < edge:
            continue
        for j in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(scores))):
            values[found], places[found] = -scores[j], j  # overwritten by the next unless it counts
            found += scores[j] >= edge
    order = np.argsort(values[:found], kind="mergesort")  # stable: lower rows stand first
    best[:], rows[:] = LOWEST, -1
    for place in range(min(found, len(best))):
        best[place], rows[place] = -values[order[place]], places[order[place]]


@fast
def choose_best(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    scores: Floats, finish: tuple[Floats, Floats, float], seen: Lists, forbidden: Lists, best: Floats, rows: Integers
) -> None:
    """Choose the best k titles of each row.

    Args:
        scores: float32 (n, titles), h B; overwritten.
        finish: known, float32 (titles,) of 1 and 0, at least one 1; shelf, float32 (titles,); taste.
        seen: titles of each member that are not chosen.
        forbidden: others that are not chosen; of one member only = for all alike.
        best: float32 (n, k), filled with scores; LOWEST where nothing is left.
        rows: int32 (n, k), filled with title rows; -1 where nothing is left.
    """
    known, shelf, taste = finish
    largest = np.empty((scores.shape[1] + CHUNK - 1) // CHUNK, np.float32)
    near = np.empty(scores.shape[1] + 1, np.float32), np.empty(scores.shape[1] + 1, np.int32)
    for u in range(len(scores)):
        own = scores[u]
        _standardise(own, known, shelf, taste)
        _forbid(own, forbidden, min(u, len(forbidden[0]) - 2))
        _forbid(own, seen, u)
        _choose(own, largest, near, best[u], rows[u])
