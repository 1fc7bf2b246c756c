"""The Gram matrix of weighted histories, G = sum over members u of w_u x_u x_u^T, upper triangle only.

State is sized by titles, never by members; the Gram of two shards of members is the sum of theirs. Float32 sums of
counts are exact up to 2^24, about 16.7 million events of one title in a shard; what is to be updated later is summed in
float64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray
from scipy.sparse import csr_array

from matinee.recommend.compiled import compiled

Sums = NDArray[np.float32] | NDArray[np.float64]


def compute_gram(
    X: csr_array, member_weights: NDArray[np.float32] | None = None, *, dtype: DTypeLike = np.float32
) -> Sums:
    """Sum the weighted outer products of the rows of X.

    Walks titles in order. The members of a title are walked once; each adds the rest of its row (titles from this one
    on) to one row of G, which stays in the first-level cache.

    Args:
        X: float32 (members, titles), indices ascending in each row.
        member_weights: float32 (members,), >= 0; None = all 1.
        dtype: of the products and sums, float32 or float64.

    Returns:
        `dtype` (titles, titles), C order; G[i, j] for j >= i, zero below the diagonal.

    Raises:
        ValueError: if an entry of X or a weight is negative or not finite.
    """
    members, titles = X.shape
    weights = np.ones(members, dtype) if member_weights is None else member_weights.astype(dtype)
    _check_weights("X", X.data)
    _check_weights("member_weights", weights)
    by_title = X.tocsc()
    G: Sums = np.zeros((titles, titles), dtype)
    _accumulate(X.indptr, X.indices, X.data, by_title.indptr, by_title.indices, weights, G)
    return G


def _check_weights(name: str, values: NDArray[np.floating]) -> None:
    wrong = np.flatnonzero(~((values >= 0) & (values < np.inf)))
    if len(wrong):
        raise ValueError(f"{name} must hold finite numbers >= 0, got {values[wrong[0]]} at place {wrong[0]}")


@compiled
def _accumulate(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    row_starts: NDArray[np.integer],
    row_titles: NDArray[np.integer],
    row_values: NDArray[np.float32],
    title_starts: NDArray[np.integer],
    title_members: NDArray[np.integer],
    weights: Sums,
    G: Sums,
) -> None:
    place = row_starts[:-1].copy()  # in each member's row, the first title not yet walked
    for i in range(len(title_starts) - 1):
        row = G[i]
        for at in range(title_starts[i], title_starts[i + 1]):
            u = title_members[at]
            start = place[u]
            place[u] = start + 1
            w = weights[u] * row_values[start]
            for p in range(start, row_starts[u + 1]):
                row[row_titles[p]] += w * row_values[p]
