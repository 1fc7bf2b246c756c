"""Why a title was put on a page: exact contributions to its score, which add up.

    s(u, t) = sum over watched i of a h_i (B_it - mean_i) / deviation_u + shelf_t

A watched title's contribution is how much more it speaks for this title than for the average one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.recommend.blend import Blend, measure_spread


@dataclass(frozen=True)
class Contribution:
    """One addend of a score.

    Attributes:
        kind: "watched" (learned from who watches both), "metadata" (the title is too new for that: what it shares with
            titles like the watched one) or "popular" (what everybody is watching).
        title_row: the watched title; -1 for "popular".
        value: the addend; negative where it speaks against the title.
    """

    kind: str
    title_row: int
    value: float


def explain_score(blend: Blend, history: csr_array, title_row: int) -> list[Contribution]:
    """Split the score of a title into contributions, the largest first.

    Args:
        blend: the model.
        history: float32 (1, titles), the member's history.
        title_row: the title.

    Returns:
        one "popular" contribution, and one for each title of the history; their sum is the title's score.
    """
    _, deviation = measure_spread(np.asarray(history @ blend.weights, dtype=np.float32), blend.known)
    rows, values = history.indices, history.data
    shares = blend.taste * values * (blend.weights[rows, title_row] - blend.row_means[rows]) / deviation[0, 0]
    kind = "watched" if blend.known[title_row] else "metadata"
    parts = [Contribution(kind, int(row), float(share)) for row, share in zip(rows, shares, strict=True)]
    parts.append(Contribution("popular", -1, float(blend.shelf[title_row])))
    return sorted(parts, key=lambda part: -abs(part.value))
