"""The weights of a blend, chosen by what ranks best for members they were not learned from.

Covers cross-fitting, and the fall back on a single part. The likelihood itself is in `mixture`, the linear model's
search in `tune`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.exam import Exam
from matinee.recommend.mixture import Floats, learn_mixture
from matinee.recommend.popular import HALF_LIVES
from matinee.recommend.recipe import Recipe, name_popular

REGS = (1e-4, 1e-2)
DAMPINGS = ((1.0, 1.0), (1.0, 0.5), (1.0, 0.25), (0.5, 1.0), (0.25, 1.0))
"""Factors of the taste and of the popularity term that are tried: the likeliest weights are not always those that rank
best, above all where one term alone says nearly everything."""
FOLDS = 4


@dataclass(frozen=True)
class _Parts:
    """What is to be weighed: standardised scores, float32 (members, titles), and log counts, (half-lives, titles)."""

    exam: Exam
    linear: Floats
    log_counts: Floats

    def learn(self, reg: float, columns: NDArray[np.integer], places: NDArray[np.integer]) -> Floats:
        """Learn weights from some members' choices among some titles."""
        seen, relevant = (matrix[places][:, columns] for matrix in (self.exam.seen, self.exam.relevant))
        linear = self.linear[np.ix_(places, columns)]
        return learn_mixture([linear], self.log_counts[:, columns], seen, relevant, reg=reg)

    def cross_fit(self, reg: float, columns: NDArray[np.integer], fold: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Score each member by weights learned from the other folds: the taste and the popularity term."""
        taste, shelf = self.linear.copy(), np.zeros_like(self.linear)
        for held in np.unique(fold):
            others, own = np.flatnonzero(fold != held), fold == held
            if len(others):
                w = self.learn(reg, columns, others)
                taste[own], shelf[own] = w[0] * self.linear[own], w[1:] @ self.log_counts
        return taste, shelf


def choose_blend(exam: Exam, linear: Floats, log_counts: Floats, recipe: Recipe, *, rng: np.random.Generator) -> Recipe:
    """Learn the weights; where the blend does not beat the best single part on unseen members, take that part alone.

    Weights are learned among the titles that may be ranked, or among all: in a log where much of what members went on
    to watch was not there yet, the first says more of ranking; in others the second says more of freshness.

    Args:
        exam: the inner split.
        linear: float32 (members, titles), standardised scores of the linear part.
        log_counts: float32 (half-lives, titles), standardised.
        recipe: the settings so far.
        rng: draws the folds.

    Returns:
        the recipe with its weights; unchanged but for `judged` if no part finds anything.
    """
    parts, members = _Parts(exam, linear, log_counts), np.arange(len(linear))
    judged = _judge_parts(parts)
    if not any(judged.values()):
        return replace(recipe, judged=judged)
    fold = rng.permutation(len(linear)) % min(FOLDS, len(linear))
    universes = [np.flatnonzero(exam.allowed)] + ([] if exam.allowed.all() else [np.arange(exam.titles)])
    crossed = {}
    for reg, universe in product(REGS, range(len(universes))):
        taste, shelf = parts.cross_fit(reg, universes[universe], fold)
        for damping in DAMPINGS:
            crossed[reg, universe, damping] = exam.judge(damping[0] * taste + damping[1] * shelf)
    reg, universe, damping = best = max(crossed, key=lambda choice: crossed[choice])
    best_part = max(judged, key=lambda part: judged[part])
    if crossed[best] > judged[best_part]:
        w = parts.learn(reg, universes[universe], members)
        w = w * np.repeat(damping, (1, len(log_counts))).astype(np.float32)
    else:
        w = np.asarray([part == best_part for part in judged], dtype=np.float32)
    return replace(
        recipe,
        taste=float(w[0]),
        popular_weights=tuple(float(value) for value in w[1:]),
        half_life=max(HALF_LIVES, key=lambda half_life: judged[name_popular(half_life)]),
        judged=judged | {"blend": crossed[best]},
    )


def _judge_parts(parts: _Parts) -> dict[str, float]:
    judged = {"linear": parts.exam.judge(parts.linear)}
    for half_life, counts in zip(HALF_LIVES, parts.log_counts, strict=True):
        judged[name_popular(half_life)] = parts.exam.judge(np.tile(counts, (len(parts.linear), 1)))
    return judged
