"""From histories straight to the best k titles, without the matrix of scores of all members and titles.

    (h W - mean) * a / deviation + shelf  ->  seen and not allowed out  ->  best k, of equal scores the lower row

Gives what `rank_titles(blend.score(histories), k, ...)` gives, to the rounding of float32. Covers the dense model
and factors (`blend`), and the truncated one (`truncate`). Many members are scored tile by tile of 32 titles, so
that the weights of a tile stay in the second-level cache while the histories stream by; a few are scored row by row
of W; factors are multiplied. What follows the sums is in `best`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.recommend.best import LOWEST, Lists, choose_best
from matinee.recommend.blend import Blend, DenseBlend, FactorBlend
from matinee.recommend.compiled import compiled, count_cores, run_in_threads
from matinee.recommend.registers import WIDTH, sum_rows
from matinee.recommend.truncate import WEIGHT, Truncated

Floats = NDArray[np.float32]
Rows = tuple[NDArray[np.int64], NDArray[np.int32], Floats]
"""Histories as kernels take them: where rows start, title rows, weights."""

TILES = 32
"""Tiles laid out at once: pieces of 4 KB of each row of W are read in half the time that single tiles take."""

BLOCK = 2**26
"""Scores that a thread holds at once, 268 MB: W is read once a block of members."""

FEW = 16
"""Members scored at once row by row, and ranked at once: their scores stay in the second-level cache."""

VECTORS = 256
"""Members whose vectors are multiplied at once, for R is read once for all of them."""

MANY = 1_000
"""Members from whom on it pays to lay out tiles."""

ALIGNED = 64
"""Bytes of a cache line: a row of a tile must not touch one more than it needs."""

fast = partial(compiled, fastmath=True)


class Ranked(NamedTuple):
    """The best titles of each member, best first.

    Attributes:
        titles: int32 (n, k) of title rows; -1 where nothing is left.
        scores: float32 (n, k); -infinity where nothing is left.
    """

    titles: NDArray[np.int32]
    scores: Floats


def rank_histories(
    model: Blend | Truncated,
    histories: csr_array,
    k: int,
    *,
    seen: csr_array | None = None,
    allowed: NDArray[np.bool_] | None = None,
) -> Ranked:
    """Rank titles for each history, with as many threads as BLAS may use where there are many.

    Args:
        model: dense, factors or truncated.
        histories: float32 (n, titles), finite and >= 0; an empty history gets the shelf alone.
        k: how many, >= 1.
        seen: (n, titles); titles with an entry are never returned. None = none.
        allowed: bool (titles,) or (n, titles); only these are returned. None = all.

    Returns:
        the best k; of equal scores the lower row comes first.

    Raises:
        ValueError: if `k` is not >= 1, a matrix does not fit the model's titles or names another, or a history has an
            entry that is negative or not finite.
    """
    n, titles = histories.shape[0], len(model.shelf)
    if k < 1:
        raise ValueError(f"k must be >= 1, got {k}")
    rows = _lay_out("histories", histories, (n, titles))
    if not _are_weights(rows[2]):
        raise ValueError("histories must be finite and >= 0, got an entry that is not")
    hidden = (np.zeros(n + 1, np.int64), rows[1]) if seen is None else _lay_out("seen", seen, (n, titles))[:2]
    forbidden = _list_forbidden(allowed, (n, titles))
    finish = (model.known.astype(np.float32), np.asarray(model.shelf), float(model.taste))
    found = Ranked(np.empty((n, k), np.int32), np.empty((n, k), np.float32))

    def rank(first: int, last: int) -> None:
        for start, own in _score_blocks(model, rows, first, last):
            stop = start + len(own)
            masks = _cut(hidden, start, stop), _cut(forbidden, start, stop)
            choose_best(own, finish, *masks, found.scores[start:stop], found.titles[start:stop])

    threads = count_cores() if n >= MANY else 1
    with nullcontext() if threads == 1 else threadpool_limits(limits=1, user_api="blas"):  # a core each, not all
        run_in_threads(rank, np.linspace(0, n, threads + 1).astype(int).tolist())
    found.scores[found.scores == LOWEST] = -np.inf
    return found


def _lay_out(name: str, matrix: csr_array, shape: tuple[int, int]) -> Rows:
    """Take a matrix apart for kernels, which would read beyond the model's titles if a column did."""
    if matrix.shape != shape:
        raise ValueError(f"{name} must be {shape}, as many titles as the model's, got {matrix.shape}")
    starts, columns = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False)
    if len(columns) and not 0 <= columns.min() <= columns.max() < shape[1]:
        raise ValueError(f"{name} must name title rows below {shape[1]}, got {columns.min()} to {columns.max()}")
    return starts, columns, matrix.data.astype(np.float32, copy=False)


def _list_forbidden(allowed: NDArray[np.bool_] | None, shape: tuple[int, int]) -> Lists:
    """List the titles that may not be shown: one list for all members, or one each."""
    if allowed is None:
        return np.zeros(2, np.int64), np.zeros(0, np.int32)
    if allowed.shape not in {shape, shape[1:]}:
        raise ValueError(f"allowed must be {shape[1:]} or {shape}, got {allowed.shape}")
    members, titles = np.nonzero(~np.atleast_2d(allowed))
    lists = shape[0] if allowed.ndim == 2 else 1
    return np.searchsorted(members, np.arange(lists + 1)), titles.astype(np.int32)


def _cut(lists: Lists, start: int, stop: int) -> Lists:
    """Leave the lists of some members, or the one for all."""
    starts, titles = lists
    return (starts, titles) if len(starts) == 2 else (starts[start : stop + 1], titles)


def _are_weights(values: Floats) -> bool:
    return not len(values) or bool(values.min() >= 0 and values.max() < np.inf)  # NaN is neither


def _score_blocks(model: Blend | Truncated, rows: Rows, first: int, last: int) -> Iterator[tuple[int, Floats]]:
    """Sum h W for the members from `first` to `last`: the number of the next, and scores, float32 (some, titles).

    The same memory is used for all.
    """
    if isinstance(model, Truncated):
        yield from _score_by_rows(_add_kept, model.packed, rows, first, last)
    elif isinstance(model, FactorBlend):
        yield from _score_by_factors(model, rows, first, last)
    elif not isinstance(model, DenseBlend):
        raise TypeError(f"model must be dense, factors or truncated, got {type(model).__name__}")
    elif last - first >= MANY:
        yield from _score_by_tiles(model.weights, rows, first, last)
    else:
        yield from _score_by_rows(_add_rows, model.weights, rows, first, last)


def _score_by_rows(
    add: Callable[..., None], weights: NDArray[np.generic], rows: Rows, first: int, last: int
) -> Iterator[tuple[int, Floats]]:
    scores = np.empty((FEW, len(weights)), np.float32)
    for start in range(first, last, FEW):
        own = scores[: last - start]
        add(weights, rows, start, own)
        yield start, own


def _score_by_factors(model: FactorBlend, rows: Rows, first: int, last: int) -> Iterator[tuple[int, Floats]]:
    starts, titles, values = rows
    own = slice(starts[first], starts[last])
    shape = (last - first, len(model.left))
    vectors = csr_array((values[own], titles[own], starts[first : last + 1] - starts[first]), shape) @ model.left
    scores = np.empty((min(VECTORS, last - first), len(model.shelf)), np.float32)
    for start in range(first, last, VECTORS):
        own_vectors = vectors[start - first : start - first + VECTORS]
        yield start, np.matmul(own_vectors, model.right.T, out=scores[: len(own_vectors)])


def _score_by_tiles(W: Floats, rows: Rows, first: int, last: int) -> Iterator[tuple[int, Floats]]:
    titles = len(W)
    size = min(max(BLOCK // titles, FEW), last - first)
    room = np.empty(TILES * titles * WIDTH + ALIGNED, np.float32)
    skipped = -room.ctypes.data % ALIGNED // room.itemsize
    tiles = room[skipped : skipped + TILES * titles * WIDTH].reshape(TILES, titles, WIDTH)
    sums = np.empty((-(-titles // WIDTH), size, WIDTH), np.float32)
    scores = np.empty((FEW, titles), np.float32)
    for start in range(first, last, size):
        count = min(size, last - start)
        _add_tiles(W, rows, start, count, tiles, sums)
        for at in range(0, count, FEW):
            own = scores[: count - at]
            _gather(sums, at, own)
            yield start + at, own


@fast
def _add_rows(W: Floats, rows: Rows, start: int, scores: Floats) -> None:
    """Sum four rows of W at a time, so that a score is loaded and stored once for four."""
    starts, titles, values = rows
    for u in range(len(scores)):
        out = scores[u]
        out[:] = 0
        p, stop = starts[start + u], starts[start + u + 1]
        while p + 4 <= stop:
            a, b, c, d = W[titles[p]], W[titles[p + 1]], W[titles[p + 2]], W[titles[p + 3]]
            x, y, z, w = values[p], values[p + 1], values[p + 2], values[p + 3]
            for j in range(len(out)):
                out[j] += x * a[j] + y * b[j] + z * c[j] + w * d[j]
            p += 4
        while p < stop:
            a, x = W[titles[p]], values[p]
            for j in range(len(out)):
                out[j] += x * a[j]
            p += 1


@fast
def _add_tiles(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    W: Floats, rows: Rows, start: int, count: int, tiles: Floats, sums: Floats
) -> None:
    """Sum tile by tile for `count` members; room of (TILES, titles, WIDTH), sums of (all tiles, members, WIDTH)."""
    for tile in range(len(sums)):
        if tile % TILES == 0:
            _lay_tiles(W, tile * WIDTH, tiles)
        _add_tile(tiles[tile % TILES], rows, start, sums[tile, :count])


@fast
def _lay_tiles(W: Floats, left: int, tiles: Floats) -> None:
    """Copy columns of W, from `left` on, so that the rows of a tile stand side by side."""
    for i in range(len(W)):
        for t in range(TILES):
            row = W[i, left + t * WIDTH : left + (t + 1) * WIDTH]
            for j in range(len(row)):
                tiles[t, i, j] = row[j]


@fast
def _add_tile(tile: Floats, rows: Rows, start: int, out: Floats) -> None:
    starts, titles, values = rows
    for u in range(len(out)):
        sum_rows(tile, titles, values, starts[start + u], starts[start + u + 1], out[u])


@fast
def _gather(sums: Floats, start: int, scores: Floats) -> None:
    """Bring the sums of some members from all tiles together, a row each."""
    for tile in range(len(sums)):
        left = tile * WIDTH
        for u in range(len(scores)):
            for j in range(min(WIDTH, scores.shape[1] - left)):
                scores[u, left + j] = sums[tile, start + u, j]


@fast
def _add_kept(packed: NDArray[np.uint32], rows: Rows, start: int, scores: Floats) -> None:
    """Sum the kept weights, each to where it belongs."""
    starts, titles, weights = rows
    for u in range(len(scores)):
        out = scores[u]
        out[:] = 0
        for p in range(starts[start + u], starts[start + u + 1]):
            row, x = packed[titles[p]], weights[p]
            for q in range(len(row)):
                out[np.uint16(row[q])] += x * np.uint32(row[q] & np.uint32(WEIGHT)).view(np.float32)
