"""Why the titles of a page stand there: the exact shares of `recommend.explain`, for many titles at once.

Only the watched titles that speak most for a title are named; the others come as one sum, so that the shares still
add up to the score, and a page stays small whatever the length of the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.recommend.blend import Blend
from matinee.recommend.explain import share_taste
from matinee.recommend.ranker.explain import Additions

Floats = NDArray[np.float32]

NAMED = 3
"""Watched titles that are named beside a title."""


class Share(NamedTuple):
    """An addend of a score, or of several.

    Attributes:
        kind: "watched", "metadata", "popular", "fresh", "habits", as in `recommend.explain`; "rest" = all watched
            titles that are not named; "editors" = a boost.
        title_row: the watched title; -1 for other kinds.
        value: the addend; negative where it speaks against the title.
    """

    kind: str
    title_row: int
    value: float


def trace_anchors(blend: Blend, history: csr_array, pull: Floats, rows: Sequence[int]) -> list[tuple[int, Floats]]:
    """Trace what single watched titles add to every score of the blend.

    Args:
        blend: the model.
        history: float32 (1, titles).
        pull: float32 (n,), as `weigh_history` gives it.
        rows: titles of the history.

    Returns:
        pairs of a title and its shares, float32 (titles,), in the order of `rows`.
    """
    weight = dict(zip(history.indices.tolist(), (blend.taste * pull).tolist(), strict=True))
    shares = blend.contribute(np.asarray(rows, np.int64))
    return [(row, weight[row] * own) for row, own in zip(rows, shares, strict=True)]


def split_scores(
    blend: Blend,
    history: csr_array,
    pull: Floats,
    title_rows: NDArray[np.integer],
    *,
    nameable: NDArray[np.bool_] | None = None,
    additions: Additions | None = None,
) -> list[list[Share]]:
    """Split the scores of some titles into shares.

    Args:
        blend: the model.
        history: float32 (1, titles), the member's history; not empty.
        pull: float32 (n,), as `weigh_history` gives it.
        title_rows: int (k,), which titles.
        nameable: bool (titles,); watched titles that may be named, the others go into "rest". None = all.
        additions: what a ranker adds to each title; None = there is no ranker.

    Returns:
        for each title: the `NAMED` watched titles with the largest share, the largest first, "rest" where there are
        more, then "popular", "fresh" and "habits"; their sum is the title's score.
    """
    shares, others = share_taste(blend, history, pull, title_rows, additions)
    kinds = ["watched" if known else "metadata" for known in blend.known[title_rows]]
    named = name_shares(history.indices, shares, kinds, nameable=nameable)
    return [
        [*own, *(Share(name, -1, share) for name, share in each.items())]
        for own, each in zip(named, others, strict=True)
    ]


def name_shares(
    rows: NDArray[np.integer], shares: Floats, kinds: Sequence[str], *, nameable: NDArray[np.bool_] | None = None
) -> list[list[Share]]:
    """Name the watched titles that speak most for each of some titles.

    Args:
        rows: int (n,), watched titles.
        shares: float32 (n, k), what each of them adds to k titles.
        kinds: what to call their shares of each of the k.
        nameable: as in `split_scores`.

    Returns:
        for each of the k: the `NAMED` watched titles with the largest share, the largest first, and "rest" where there
        are more; their sum is that of all shares.
    """
    may = np.ones(len(rows), np.bool_) if nameable is None else nameable[rows]
    named = np.ascontiguousarray(shares[may].T)
    order = _find_largest(named)
    values = np.take_along_axis(named, order, axis=1)
    rests = shares.sum(axis=0, dtype=np.float64) - values.sum(axis=1, dtype=np.float64)
    split = []
    for watched, parts, rest, kind in zip(
        rows[may][order].tolist(), values.tolist(), rests.tolist(), kinds, strict=True
    ):
        own = [Share(kind, row, part) for row, part in zip(watched, parts, strict=True)]
        split.append(own + ([Share("rest", -1, rest)] if len(rows) > len(watched) else []))
    return split


def _find_largest(shares: Floats) -> NDArray[np.intp]:
    """Find the `NAMED` largest of each row, the largest first: int (k, NAMED), or fewer of short rows."""
    left, each = shares.copy(), np.arange(len(shares))
    found = np.empty((len(shares), min(NAMED, shares.shape[1])), np.intp)
    for place in range(found.shape[1]):
        found[:, place] = left.argmax(axis=1)
        left[each, found[:, place]] = -np.inf
    return found
