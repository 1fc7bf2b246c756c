"""What a member will most likely watch next, by the order of what they watched: `recommend --next`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matinee.flows.histories import load_histories
from matinee.flows.serving import Recommender, explain_newcomer, find_member, recommend_member
from matinee.recommend.rank import rank_titles

Floats = NDArray[np.float32]

USUAL = "the order of watching tells nothing more on this service: this is the usual list"
"""What is said where no next title serves."""


def recommend_next(recommender: Recommender, member_id: str, *, k: int = 20) -> dict[str, Any]:
    """Recommend what to watch next to one member, each title with its reasons.

    Args:
        recommender: the live model.
        member_id: who asks.
        k: how many titles, >= 1.

    Returns:
        as `matinee.flows.serving.recommend_member`; its list, and why, for members without history, and where no next
        title serves.

    Raises:
        UnknownId: if the service has no such member.
    """
    following = recommender.following
    if following is None:
        page = recommend_member(recommender, member_id, k=k)
        return page | {"note": page["note"] or USUAL}
    member = find_member(recommender, member_id)
    histories = load_histories(recommender, member)
    history, seen = histories.slice(0, 1)
    if explain_newcomer(recommender, member.row(0, named=True), history, seen) is not None:
        return recommend_member(recommender, member_id, k=k)
    ahead = following.look_ahead(histories.latest)
    scores = ahead.scores
    top = rank_titles(scores[None], min(k, len(scores)), seen=seen, allowed=np.isfinite(scores))[0]
    rows = top[top >= 0].tolist()
    shares = following.share(ahead, rows)
    reasons = _explain(recommender, shares, histories.latest)
    titles = [
        _say_title(recommender, row) | {"score": float(scores[row]), "because": because}
        for row, because in zip(rows, reasons, strict=True)
    ]
    return {"member_id": member_id, "note": None, "outdated": recommender.is_outdated, "titles": titles}


def _explain(
    recommender: Recommender, shares: tuple[Floats, Floats], latest: Sequence[int]
) -> list[list[dict[str, Any]]]:
    """Lay out the shares of each title, the largest first."""
    reasons = []
    for own, rest in zip(shares[0].T.tolist(), shares[1].tolist(), strict=True):
        because = [
            {"kind": "watched", **_say_title(recommender, row), "share": share}
            for row, share in zip(latest, own, strict=False)
        ]
        because.append({"kind": "popular", "title_id": None, "name": None, "share": rest})
        reasons.append(sorted(because, key=lambda part: -abs(part["share"])))
    return reasons


def _say_title(recommender: Recommender, row: int) -> dict[str, Any]:
    title_id = recommender.title_ids[row]
    return {"title_id": title_id, "name": recommender.names.get(title_id)}
