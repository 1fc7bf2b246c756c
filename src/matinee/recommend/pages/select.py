"""Choosing the titles of a row: relevant, unlike each other, and in the member's proportions of genres.

One greedy pass; the next title is the one that maximises

    (1 - c) [(1 - d) rel(i) - d max over j chosen of sim(i, j)] - c KL(p, q with i)

* d, the dial of diversity: maximal marginal relevance, Carbonell & Goldstein, SIGIR 1998. rel is the score brought to
  [0, 1] within the candidates; sim is the cosine of p(g|i), and 1 within a franchise.
* c, the dial of calibration: Steck, "Calibrated Recommendations", RecSys 2018. With p(g|i) the genres of a title,

      p(g|u) = sum over i in history of w_i p(g|i) / sum of w_i        what the member watched
      q(g|u) = mean over i chosen of p(g|i)                            what the row holds
      KL(p, q) = sum over g of p(g|u) log(p(g|u) / q~(g|u)),   q~ = (1 - a) q + a p,   a = .01

  Titles whose genres are unknown count neither in p nor in q.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SMOOTHING = 0.01
"""a: keeps the divergence finite where a genre is missing."""


def mix_genres(genres: Floats, weights: Floats) -> Floats:
    """Mix the genres of some titles.

    Args:
        genres: float32 (n, genres), p(g|i).
        weights: float32 (n,), >= 0.

    Returns:
        float32 (genres,), p(g|u), summing to 1; zeros where no genre is known.
    """
    mixed = weights @ genres
    return np.asarray(mixed / max(float(mixed.sum()), 1e-12), dtype=np.float32)


def diverge(p: Floats, q: Floats) -> Floats:
    """Measure KL(p, q~), nats, in [0, log(1 / a)].

    Args:
        p: float32 (genres,), summing to 1.
        q: float32 (n, genres), each row summing to 1, or zeros for a row of nothing known.

    Returns:
        float32 (n,).
    """
    held = np.flatnonzero(p)
    wanted = p[held]
    smooth = (1 - SMOOTHING) * q[:, held] + SMOOTHING * wanted
    return np.asarray(float(wanted @ np.log(wanted)) - np.log(smooth) @ wanted, dtype=np.float32)


def pick_titles(
    relevance: Floats,
    count: int,
    genres: Floats,
    franchises: NDArray[np.int32],
    taste: Floats,
    *,
    diversity: float,
    calibration: float,
) -> list[int]:
    """Pick some of the candidates, in order.

    Args:
        relevance: float32 (n,), scores of the candidates, best first.
        count: how many, >= 0; fewer where there are fewer candidates.
        genres: float32 (n, genres), p(g|i).
        franchises: int32 (n,), -1 = none.
        taste: float32 (genres,), p(g|u); zeros = unknown, and nothing is calibrated.
        diversity: d, in [0, 1].
        calibration: c, in [0, 1].

    Returns:
        places among the candidates; ties go to the earlier one.
    """
    c = calibration if taste.any() else 0.0
    count = min(count, len(relevance))
    if c == diversity == 0:
        return list(range(count))
    worth = np.float32((1 - c) * (1 - diversity)) * _unit_range(relevance)
    alike = _compare(genres, franchises) if diversity else None
    nearest = np.zeros(len(relevance), np.float32)
    total, known = np.zeros(genres.shape[1], np.float32), np.asarray(genres.any(axis=1), np.bool_)
    taken = np.zeros(len(relevance), np.float32)
    chosen: list[int] = []
    for _ in range(count):
        gain = worth - np.float32((1 - c) * diversity) * nearest - taken
        if c:
            held = known + float(known[chosen].sum())
            gain -= np.float32(c) * diverge(taste, (total + genres) / np.maximum(held, 1)[:, None])
        best = int(gain.argmax())
        chosen.append(best)
        taken[best] = np.inf
        total += genres[best]
        if alike is not None:
            np.maximum(nearest, alike[best], out=nearest)
    return chosen


def _unit_range(scores: Floats) -> Floats:
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    return np.asarray((scores - low) / max(high - low, 1e-12), dtype=np.float32)


def _compare(genres: Floats, franchises: NDArray[np.int32]) -> Floats:
    """Compare candidates pair by pair: float32 (n, n), in [0, 1]."""
    unit = genres / np.maximum(np.linalg.norm(genres, axis=1, keepdims=True), 1e-12)
    alike = unit @ unit.T
    alike[np.logical_and(franchises[:, None] == franchises, franchises >= 0)] = 1
    return np.asarray(alike, dtype=np.float32)
