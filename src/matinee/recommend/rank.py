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
    return _rank_rows(_mask(scores, seen, allowed), k)


def rank_fairly(
    scores: NDArray[np.float32], k: int, *, seen: csr_array | None = None, allowed: NDArray[np.bool_] | None = None
) -> NDArray[np.int32]:
    """Rank as `rank_titles`, but equal scores in an order that says nothing of titles, for measuring.

    Title rows often follow the catalogue's own order, old or famous titles first; a model that ties would otherwise be
    credited with knowing it.
    """
    order = np.random.default_rng(0).permutation(scores.shape[1])
    return _rank_rows(_mask(scores, seen, allowed), k, np.argsort(order))


def rank_row(scores: NDArray[np.float32], k: int, places: NDArray[np.integer] | None = None) -> NDArray[np.intp]:
    """Rank the best k titles of one row, fewer where there are fewer.

    Args:
        scores: float32 (titles,), finite; or -inf, which is never returned.
        k: how many, >= 1.
        places: int (titles,), of equal scores the lower place comes first; None = the lower row.

    Returns:
        int (n,), title rows, best first.
    """
    edge = np.partition(scores, -k)[-k] if k < len(scores) else -np.inf
    best = np.flatnonzero((scores >= edge) & (scores > -np.inf))  # with all that tie with the last
    if places is None:
        return np.asarray(best[np.argsort(-scores[best], kind="stable")[:k]])
    return np.asarray(best[np.lexsort((places[best], -scores[best]))[:k]])


def _rank_rows(scores: NDArray[np.float32], k: int, places: NDArray[np.integer] | None = None) -> NDArray[np.int32]:
    if k < 1:
        raise ValueError(f"k must be >= 1, got {k}")
    top = np.full((len(scores), k), -1, dtype=np.int32)
    for own, row in zip(top, scores, strict=True):
        best = rank_row(row, k, places)
        own[: len(best)] = best
    return top


def _mask(
    scores: NDArray[np.float32], seen: csr_array | None, allowed: NDArray[np.bool_] | None
) -> NDArray[np.float32]:
    """Give what may not be returned the score -inf."""
    masked = scores.copy() if allowed is None else np.where(allowed, scores, np.float32(-np.inf))
    if seen is not None:
        masked[seen.nonzero()] = -np.inf
    return masked
