"""The Gram matrix of weighted histories, G = sum over members u of w_u x_u x_u^T, upper triangle only.

State is sized by titles, never by members; the Gram of two shards of members is the sum of theirs. Float32 sums of
counts are exact up to 2^24, about 16.7 million events of one title in all shards that are added up so; what is to be
updated later is summed in float64.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_array

from matinee.recommend.compiled import compiled, count_cores, run_in_threads

Floats = NDArray[np.float32]
Rows = tuple[NDArray[np.integer], NDArray[np.integer], Floats]
"""A block of histories: where each member's titles start, the titles, their values."""

Columns = tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]
"""The same block by title: where each title's members start, the members, the places of the title in their rows."""

BLOCK = 2**20
"""Events at least that are walked at once: as title numbers of 16 bits they fit in the second-level cache."""

SHARE = 0.01
"""A block has at least this share of as many events as G has entries, for every block walks all of G."""

Sums = NDArray[np.float32] | NDArray[np.float64]


def compute_gram(X: csr_array, member_weights: Floats | None = None, *, dtype: DTypeLike = np.float32) -> Sums:
    """Sum the weighted outer products of the rows of X.

    Args:
        X: float32 (members, titles), finite, >= 0, indices ascending in each row.
        member_weights: float32 (members,), finite, >= 0; None = all 1.
        dtype: of the products and sums, float32 or float64.

    Returns:
        `dtype` (titles, titles), C order; G[i, j] for j >= i, zero below the diagonal.

    Raises:
        ValueError: if X is not sorted so, or a value or weight is negative or not finite.
    """
    G: Sums = np.zeros((X.shape[1], X.shape[1]), dtype)
    add_gram(G, X, member_weights)
    return G


def add_gram(G: Sums, X: csr_array, member_weights: Floats | None = None) -> None:
    """Add a shard of members to the sum, with as many threads as BLAS may use; the result does not depend on them.

    Walks the titles of a block of members in order. Each member of a title adds the rest of their row (titles from
    this one on) to one row of G, which stays in the first-level cache.

    Args:
        G: float32 or float64 (titles, titles), C order; its upper triangle is added to.
        X: as `compute_gram`.
        member_weights: as `compute_gram`.

    Raises:
        ValueError: as `compute_gram`.
    """
    members, titles = X.shape
    given = np.ones(members, np.float32) if member_weights is None else member_weights
    weights = np.empty_like(G, shape=members)
    weights[:] = given
    _check("X", X.data)
    _check("member_weights", weights)
    if not X.has_canonical_format:
        raise ValueError("X must name each title once and in ascending order in each row")
    events = max(BLOCK, int(SHARE * titles**2))
    edges = np.unique(np.append(np.searchsorted(X.indptr, np.arange(0, X.nnz, events)), members))
    for start, stop in itertools.pairwise(edges):
        _add_block(X.indptr[start : stop + 1], X, weights[start:stop], G)


def _check(name: str, values: Sums) -> None:
    if len(values) and not (values.min() >= 0 and values.max() < np.inf):  # NaN is neither
        raise ValueError(f"{name} must be finite and >= 0, got {values.min()} to {values.max()}")


def _add_block(starts: NDArray[np.integer], X: csr_array, weights: Sums, G: Sums) -> None:
    own, shape = slice(starts[0], starts[-1]), (len(weights), len(G))
    titles, values, starts = X.indices[own], X.data[own], (starts - starts[0]).astype(np.int32)
    by_title = csr_array((np.arange(len(titles), dtype=np.int32), titles, starts), shape=shape).tocsc()
    narrow: NDArray[np.integer] = titles.astype(np.uint16 if len(G) <= 2**16 else np.uint32)
    if (values == 1).all():
        values = np.broadcast_to(np.float32(1), len(values))  # one number in memory: there is nothing to load
    columns = by_title.indptr, by_title.indices, by_title.data
    threads = count_cores()
    run_in_threads(
        lambda first, _: _accumulate((starts, narrow, values), columns, weights, first, threads, G),
        list(range(threads + 1)),
    )


@compiled
def _accumulate(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    rows: Rows, columns: Columns, weights: Sums, first: int, step: int, G: Sums
) -> None:
    """Sum the rows of G from `first` on, every `step`-th."""
    row_starts, row_titles, row_values = rows
    title_starts, title_members, title_places = columns
    for i in range(first, len(G), step):
        row = G[i]
        for at in range(title_starts[i], title_starts[i + 1]):
            u, start = title_members[at], title_places[at]
            w = weights[u] * row_values[start]
            for p in range(start, row_starts[u + 1]):
                row[row_titles[p]] += w * row_values[p]
