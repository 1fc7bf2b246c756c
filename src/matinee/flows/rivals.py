"""The model that `evaluate` sets beside the blend where the next title is asked for.

Covers what it learns on an inner split, its fit, and which model is live. The comparison is in `evaluation`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.measure.splits import Split
from matinee.recommend.next_title import MOST_TITLES, NextTitle, NextTrial, fit_next, tune_next
from matinee.recommend.recipe import Recipe, fit_recipe

BLEND, NEXT = "blend", "next"


@dataclass(frozen=True)
class Rivals:
    """What the rivals are fitted with.

    Attributes:
        next_weights: weights of the next title's parts; None = it is not judged.
        live: name of the model that did best on members it was not learned from: the blend, or the next title.
    """

    next_weights: tuple[float, ...] | None
    live: str


def learn_rivals(split: Split, titles: int, recipe: Recipe, features: csr_array | None, *, seed: int) -> Rivals:
    """Learn on inner splits what the rivals need.

    The next title is judged only under its own protocol, on members' own last events in the training part: it is live
    if it beats the blend there, on members that its weights were not learned from.

    Args:
        split: the outer split; its target is not looked at.
        titles: number of titles.
        recipe: what the blend learned.
        features: metadata of titles, as the blend gets them.
        seed: draws members.

    Returns:
        the settings of the rivals, and who is live.
    """
    trial = None
    if split.protocol == "next" and titles <= MOST_TITLES:
        trial = tune_next(split.train, titles, rng=np.random.default_rng([seed, 1]))
    if trial is None:
        return Rivals(None, BLEND)
    live = NEXT if trial.ndcg > _judge_blend(trial, titles, recipe, features) else BLEND
    return Rivals(trial.weights, live)


def _judge_blend(trial: NextTrial, titles: int, recipe: Recipe, features: csr_array | None) -> float:
    split = trial.exam.split
    blend = fit_recipe(split.train, titles, recipe, now=split.now, features=features)
    return trial.exam.judge(blend.score(trial.exam.histories(weighted=recipe.linear.weighted)))


def fit_rival_next(split: Split, titles: int, weights: tuple[float, ...]) -> tuple[NextTitle, float]:
    """Fit the next title on the training part; also the CPU seconds it took."""
    started = time.process_time()
    model = fit_next(split.train, titles, weights=weights)
    return model, time.process_time() - started
