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
    masked = scores.copy() if allowed is None else np.where(allowed, scores, np.float32(-np.inf))
    if seen is not None:
        masked[seen.nonzero()] = -np.inf
    top = np.full((len(scores), k), -1, dtype=np.int32)
    for own, row in zip(top, masked, strict=True):
        best = rank_allowed(row, row > -np.inf, k)
        own[: len(best)] = best
    return top


def rank_allowed(scores: NDArray[np.float32], allowed: NDArray[np.bool_], k: int) -> NDArray[np.intp]:
    """Rank the best k of one row of titles among those allowed: int (k,), fewer where there are fewer.

    Args:
        scores: float32 (titles,), finite where allowed.
        allowed: bool (titles,).
        k: how many, >= 1.
    """
    rows = np.flatnonzero(allowed)
    own = scores[rows]
    if k < len(rows):  # sort no more than the best, and what ties with the last of them
        best = np.flatnonzero(own >= np.partition(own, -k)[-k])
        rows, own = rows[best], own[best]
    return np.asarray(rows[np.argsort(-own, kind="stable")[:k]])


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
