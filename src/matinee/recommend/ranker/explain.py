"""What the ranker adds to a score, by what it looked at; shares sum to what it adds.

TreeSHAP (or the terms of the line) gives each feature its share. The share of the item model is the watched titles': it
unfolds in proportion to what each of them exactly contributes to the item model's score. The blend's own score is a
feature too; its share is taste's and popularity's by the size of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.ranker.features import FEATURES, POPULAR
from matinee.recommend.ranker.ranker import Judged, Ranker

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]

LEAST_RATIO = 0.1
"""Where the contributions of watched titles cancel to less than this share of their size, a proportion to their sum
says nothing: they share by size instead."""

_KINDS = {
    "popular": (*POPULAR, "rise-1d", "rise-3d", "rise-30d", "known", "usual_popular"),
    "fresh": ("age", "idle", "newer", "usual_age"),
}
"""Kinds of the features; those of the item model and of the blend are split further, all others are "habits"."""


@dataclass(frozen=True)
class Additions:
    """What the ranker adds to the scores of k titles, float64 (k,) each.

    Attributes:
        taste: through the item model; the watched titles' share.
        popular: for how much the title is watched, and since when.
        fresh: for how new it is, also to this member's measure.
        habits: for anything else: how much and how long ago the member watched, how far others watch the title; and
            what is no feature's.
    """

    taste: Floats64
    popular: Floats64
    fresh: Floats64
    habits: Floats64


def explain_additions(ranker: Ranker, judged: Judged, title_rows: Sequence[int] | NDArray[np.integer]) -> Additions:
    """Explain what the ranker adds to some titles' scores.

    Args:
        ranker: the model.
        judged: one member's scores, as the ranker's `judge` gives them.
        title_rows: k titles.

    Returns:
        the additions; a title's score is the blend's and these four. Titles that are no candidates have "habits"
        alone.
    """
    slate, rows = judged.slate, np.asarray(title_rows, np.int64)
    added = (judged.scores - slate.blended)[0, rows].astype(np.float64)
    places = np.minimum(np.searchsorted(slate.pairs[1], rows), max(len(slate.x) - 1, 0))
    is_candidate = slate.pairs[1][places] == rows if len(slate.x) else np.zeros(len(rows), np.bool_)
    shares = np.zeros((len(rows), len(FEATURES)))
    if is_candidate.any():
        shares[is_candidate] = ranker.correction.contribute(slate.x[places[is_candidate]])[:, :-1]
    sums = {kind: shares[:, [FEATURES.index(name) for name in names]].sum(axis=1) for kind, names in _KINDS.items()}
    linear, blended = (shares[:, FEATURES.index(name)] for name in ("linear", "blend"))
    tastes, shelves = np.abs(ranker.blend.taste * slate.linear[0, rows]), np.abs(ranker.blend.shelf[rows])
    both = np.maximum(tastes + shelves, np.finfo(np.float64).tiny)
    taste, popular = linear + blended * tastes / both, sums["popular"] + blended * shelves / both
    return Additions(taste, popular, sums["fresh"], added - taste - popular - sums["fresh"])


def unfold(contributions: Floats, taste: Floats64) -> Floats:
    """Share the ranker's taste among watched titles.

    Args:
        contributions: float32 (watched, k), each watched title's exact contribution to the item model's score of k
            titles.
        taste: float64 (k,), to be shared.

    Returns:
        float32 (watched, k); columns sum to `taste`, but where nothing contributes.
    """
    total, size = contributions.sum(axis=0), np.abs(contributions).sum(axis=0)
    is_clear = np.abs(total) >= LEAST_RATIO * size
    weights = np.where(is_clear, contributions, np.abs(contributions))
    whole = np.where(is_clear, total, size)
    return np.asarray(weights * (taste / np.where(whole == 0, np.inf, whole)), dtype=np.float32)
