"""The titles that the learned ranker looks at: whatever any part of the blend puts among its best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.recommend.rank import rank_titles

Floats = NDArray[np.float32]
Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]

TOP = 150
"""Titles that each part brings."""


def find_hot(log_counts: Floats, known: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Find the titles that are among the best of any half-life: int32, ascending.

    Args:
        log_counts: float32 (half-lives, titles).
        known: bool (titles,); only these are found.
    """
    top = rank_titles(log_counts, TOP, allowed=known)
    return np.unique(top[top >= 0]).astype(np.int32)


def pick_candidates(
    linear: Floats, blended: Floats, hot: NDArray[np.int32], seen: csr_array, known: NDArray[np.bool_]
) -> Pairs:
    """Pick each member's candidates: the best of the item model, of the blend, and what is hot; but nothing seen.

    Args:
        linear: float32 (n, titles).
        blended: float32 (n, titles).
        hot: as `find_hot` gives it.
        seen: (n, titles); an entry = not a candidate.
        known: bool (titles,); only these can be candidates.

    Returns:
        rows of members, ascending, and of titles, ascending within a member.
    """
    allowed = np.tile(known, (len(linear), 1))
    allowed[seen.nonzero()] = False
    picked = np.zeros(linear.shape, dtype=np.bool_)
    picked[:, hot] = True
    for scores in (linear, blended):
        top = rank_titles(scores, TOP, allowed=allowed)
        member, place = np.nonzero(top >= 0)
        picked[member, top[member, place]] = True
    member, title = np.nonzero(picked & allowed)
    return member, title
