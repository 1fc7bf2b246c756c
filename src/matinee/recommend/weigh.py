"""The weights of a blend, chosen by what ranks best for members they were not learned from.

Covers cross-fitting, the fall back on a single part, and the judge of item models. The likelihood itself is in
`mixture`, the search of item models in `tune` and `tune_factors`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.blend import standardise_scores
from matinee.recommend.exam import Exam
from matinee.recommend.mixture import Floats, learn_mixture
from matinee.recommend.popular import HALF_LIVES, decayed_counts, standardise_log
from matinee.recommend.recipe import Recipe, name_popular

REGS = (1e-4, 1e-2)
JUDGED_REG = 1e-4
"""Regularisation of the blend that settings of an item model are judged in."""

DAMPINGS = ((1.0, 1.0), (1.0, 0.5), (1.0, 0.25), (0.5, 1.0), (0.25, 1.0))
"""Factors of the taste and of the popularity term that are tried: the likeliest weights are not always those that rank
best, above all where one term alone says nearly everything."""
FOLDS = 4

MOST_CHOICES = 10_000
"""Titles among which weights are learned: the most watched, on which most choices fall. A logit's weights may be
learned from any subset of what could be chosen (McFadden, "Modelling the choice of residential location", 1978)."""


@dataclass(frozen=True)
class _Parts:
    """What is to be weighed: standardised scores, float32 (members, titles), and log counts, (half-lives, titles)."""

    exam: Exam
    items: Floats
    log_counts: Floats

    def learn(self, reg: float, columns: NDArray[np.integer], places: NDArray[np.integer]) -> Floats:
        """Learn weights from some members' choices among some titles."""
        seen, relevant = (matrix[places][:, columns] for matrix in (self.exam.seen, self.exam.relevant))
        items = self.items[np.ix_(places, columns)]
        return learn_mixture([items], self.log_counts[:, columns], seen, relevant, reg=reg)

    def cross_fit(self, reg: float, columns: NDArray[np.integer], fold: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Score each member by weights learned from the other folds: the taste and the popularity term."""
        taste, shelf = self.items.copy(), np.zeros_like(self.items)
        for held in np.unique(fold):
            others, own = np.flatnonzero(fold != held), fold == held
            if len(others):
                w = self.learn(reg, columns, others)
                taste[own], shelf[own] = w[0] * self.items[own], w[1:] @ self.log_counts
        return taste, shelf


def make_judge(exam: Exam) -> Callable[[Floats], float]:
    """Make the function that judges an item model by what would be served: the better of it alone and in a blend.

    An item model that does best alone repeats what is popular; popularity is better said by the blend's other parts.
    The blend's weights are learned and judged on the same members: ten numbers, the same ten for all settings.

    Args:
        exam: the members to judge on.

    Returns:
        NDCG@100 from raw scores, float32 (members, titles).
    """
    log_counts = standardise_log(decayed_counts(exam.split.train, exam.titles, now=exam.split.now), exam.known)
    columns = _find_choices(exam, exam.allowed)
    seen, relevant, weights = exam.seen[:, columns], exam.relevant[:, columns], None

    def judge(raw: Floats) -> float:
        nonlocal weights
        scores = standardise_scores(raw, exam.known)
        weights = learn_mixture(
            [scores[:, columns]], log_counts[:, columns], seen, relevant, reg=JUDGED_REG, start=weights
        )
        return max(exam.judge(scores), exam.judge(weights[0] * scores + weights[1:] @ log_counts))

    return judge


def choose_blend(exam: Exam, items: Floats, log_counts: Floats, recipe: Recipe, *, rng: np.random.Generator) -> Recipe:
    """Learn the weights; where the blend does not beat the best single part on unseen members, take that part alone.

    Weights are learned among the titles that may be ranked, or among all: in a log where much of what members went on
    to watch was not there yet, the first says more of ranking; in others the second says more of freshness.

    Args:
        exam: the inner split.
        items: float32 (members, titles), standardised scores of the item model.
        log_counts: float32 (half-lives, titles), standardised.
        recipe: the settings so far.
        rng: draws the folds.

    Returns:
        the recipe with its weights; unchanged but for `judged` if no part finds anything.
    """
    parts, members = _Parts(exam, items, log_counts), np.arange(len(items))
    judged = _judge_parts(parts, recipe.item_model)
    if not any(judged.values()):
        return replace(recipe, judged=judged)
    fold = rng.permutation(len(items)) % min(FOLDS, len(items))
    everything = np.ones(exam.titles, np.bool_)
    universes = [_find_choices(exam, among) for among in (exam.allowed, everything)][: 1 if exam.allowed.all() else 2]
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


def _find_choices(exam: Exam, among: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Find the titles to learn weights among, ascending: the most watched of `among`, bool (titles,)."""
    rows = np.flatnonzero(among)
    if len(rows) <= MOST_CHOICES:
        return rows
    counts = np.bincount(exam.split.train["title_row"].to_numpy(), minlength=exam.titles)[rows]
    return np.sort(rows[np.argsort(-counts, kind="stable")[:MOST_CHOICES]])


def _judge_parts(parts: _Parts, item_model: str) -> dict[str, float]:
    judged = {item_model: parts.exam.judge(parts.items)}
    for half_life, counts in zip(HALF_LIVES, parts.log_counts, strict=True):
        judged[name_popular(half_life)] = parts.exam.judge(np.tile(counts, (len(parts.items), 1)))
    return judged
