"""Why a title was put on a page: exact contributions to its score, which add up.

    s(u, t) = sum over watched i of a h_i (B_it - mean_i) / deviation_u + shelf_t

A watched title's contribution is how much more it speaks for this title than for the average one. Where a ranker is
live, what it adds comes on top (`ranker.explain`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.recommend.blend import Blend, measure_spread
from matinee.recommend.ranker.explain import Additions, unfold

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Contribution:
    """One addend of a score.

    Attributes:
        kind: "watched" (learned from who watches both), "metadata" (the title is too new for that: what it shares with
            titles like the watched one) or "popular" (what everybody is watching); of a ranker also "fresh" (how new
            the title is) and "habits" (how much and when the member watches, and what is nobody's).
        title_row: the watched title; -1 for other kinds.
        value: the addend; negative where it speaks against the title.
    """

    kind: str
    title_row: int
    value: float


def explain_score(
    blend: Blend, history: csr_array, title_row: int, additions: Additions | None = None
) -> list[Contribution]:
    """Split the score of a title into contributions, the largest first.

    Args:
        blend: the model.
        history: float32 (1, titles), the member's history.
        title_row: the title.
        additions: what a ranker adds to the score of this title; None = nothing.

    Returns:
        one "popular" contribution, one for each title of the history, and what else a ranker adds; their sum is the
        title's score.
    """
    pull = weigh_history(blend, history)
    shares, (others,) = share_taste(blend, history, pull, np.array([title_row]), additions)
    kind = "watched" if blend.known[title_row] else "metadata"
    watched = zip(history.indices, shares[:, 0], strict=True)
    parts = [Contribution(kind, int(row), float(share)) for row, share in watched]
    parts += [Contribution(name, -1, share) for name, share in others.items()]
    return sorted(parts, key=lambda part: -abs(part.value))


def weigh_history(blend: Blend, history: csr_array) -> Floats:
    """Weigh each title of a history: h_i / deviation_u, float32 (n,), in the order of `history.indices`."""
    _, deviation = measure_spread(blend.add_weights(history), blend.known)
    return np.asarray(history.data / deviation[0, 0], dtype=np.float32)


def share_taste(
    blend: Blend,
    history: csr_array,
    pull: Floats,
    title_rows: NDArray[np.integer],
    additions: Additions | None = None,
) -> tuple[Floats, list[dict[str, float]]]:
    """Split the scores of some titles by watched title, and by kind for what no watched title says.

    Args:
        blend: the model.
        history: float32 (1, titles).
        pull: as `weigh_history` gives it.
        title_rows: int (k,), which titles.
        additions: what a ranker adds to each; None = nothing.

    Returns:
        float32 (n, k), shares of the watched titles in the order of `history.indices`; and for each title the shares
        of "popular", under a ranker also of "fresh" and "habits".
    """
    own = pull[:, None] * blend.contribute(history.indices, title_rows)
    shares = np.float32(blend.taste) * own
    popular = blend.shelf[title_rows].astype(np.float64)
    if additions is None:
        return shares, [{"popular": share} for share in popular.tolist()]
    unfolded = unfold(own, additions.taste)
    left = additions.taste - unfolded.sum(axis=0, dtype=np.float64)
    kinds = (popular + additions.popular, additions.fresh, additions.habits + left)
    others = [dict(zip(("popular", "fresh", "habits"), each, strict=True)) for each in np.stack(kinds, axis=1).tolist()]
    return shares + unfolded, others
