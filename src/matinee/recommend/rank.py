"""From scores to ranked lists: the best k that may be shown, ties in a stable order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def rank_titles(
    scores: NDArray[np.float32], k: int, *, seen: csr_array | None = None, allowed: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Rank the titles of each row, best first.

    Args:
        scores: float32 (n, titles), finite; left as it is.
        k: how many, >= 1.
        seen: (n, titles); titles with an entry are never returned.
        allowed: bool (titles,) or (n, titles); only these are returned. None = all.

    Returns:
        int32 (n, k) of title rows; -1 where nothing is left. Of equal scores the lower row comes first.

    Raises:
        ValueError: if `k` is not >= 1.
    """
    if k < 1:
        raise ValueError(f"k must be >= 1, got {k}")
    masked = scores.copy()
    if allowed is not None:
        masked[np.broadcast_to(~allowed, masked.shape)] = -np.inf
    if seen is not None:
        masked[seen.nonzero()] = -np.inf
    best = _best(masked, min(k, masked.shape[1]))
    values = np.take_along_axis(masked, best, axis=1)
    top = np.full((len(scores), k), -1, dtype=np.int32)
    top[:, : best.shape[1]] = np.where(np.isneginf(values), -1, best)
    return top


def rank_fairly(
    scores: NDArray[np.float32], k: int, *, seen: csr_array | None = None, allowed: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Rank as `rank_titles`, but equal scores in an order that says nothing of titles, for measuring.

    Title rows often follow the catalogue's own order, old or famous titles first; a model that ties would otherwise be
    credited with knowing it.
    """
    order = np.random.default_rng(0).permutation(scores.shape[1])
    shuffled = None if seen is None else csr_array(seen[:, order])
    top = rank_titles(scores[:, order], k, seen=shuffled, allowed=None if allowed is None else allowed[..., order])
    return np.where(top >= 0, order[top], -1).astype(np.int32)


def _best(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Find the k best columns of each row in order; a tie at the edge goes to the lower column."""
    n = scores.shape[1]
    if k >= n:
        return np.argsort(-scores, axis=1, kind="stable")
    edge = -np.partition(-scores, k - 1, axis=1)[:, k - 1 : k]
    above = scores > edge
    room = k - above.sum(axis=1, keepdims=True)
    tied = scores == edge
    chosen = above | (tied & (np.cumsum(tied, axis=1, dtype=np.int32) <= room))
    columns = np.nonzero(chosen)[1].reshape(len(scores), k)
    order = np.argsort(-np.take_along_axis(scores, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1)
