"""The models that `evaluate` sets beside the blend: the ranker, and the next title where it is asked for.

Covers what they learn on an inner split, their fit, and which model is live. The comparison is in `evaluation`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from matinee.flows.tuning import try_ranker
from matinee.measure.splits import Split
from matinee.recommend.next_title import MOST_TITLES, NextTitle, NextTrial, fit_next, tune_next
from matinee.recommend.ranker.learn import RankerTrial
from matinee.recommend.recipe import Recipe, fit_recipe

BLEND, NEXT, RANKER = "blend", "next", "ranker"


@dataclass(frozen=True)
class Rivals:
    """What the rivals are fitted with.

    Attributes:
        ranker: what trying the ranker said; None = it is not judged.
        next_weights: weights of the next title's parts; None = it is not judged.
        preferred: name of the model that did best on members it was not learned from.
    """

    ranker: RankerTrial | None
    next_weights: tuple[float, ...] | None
    preferred: str

    @property
    def live(self) -> str:
        """Name of the model that `train` would make: the ranker if it wins, or else the blend."""
        return RANKER if self.ranker is not None and self.ranker.wins else BLEND


def learn_rivals(split: Split, titles: int, recipe: Recipe, features: csr_array | None, *, seed: int) -> Rivals:
    """Learn on inner splits what the rivals need.

    The ranker is judged only by time, as when training. The next title is judged only under its own protocol, on
    members' own last events in the training part: it is preferred if it beats the blend there, on members that its
    weights were not learned from. It is never live, because pages are not made by it.

    Args:
        split: the outer split; its target is not looked at.
        titles: number of titles.
        recipe: what the blend learned.
        features: metadata of titles, as the blend gets them.
        seed: draws members.

    Returns:
        the settings of the rivals, and who did best.
    """
    ranker = trial = None
    if split.protocol == "time" and split.has_dates:
        ranker = try_ranker(split.train, titles, recipe, seed=seed)
    if split.protocol == "next" and titles <= MOST_TITLES:
        trial = tune_next(split.train, titles, rng=np.random.default_rng([seed, 1]))
    if trial is None:
        wins = ranker is not None and ranker.wins
        return Rivals(ranker, None, RANKER if wins else BLEND)
    preferred = NEXT if trial.ndcg > _judge_blend(trial, titles, recipe, features) else BLEND
    return Rivals(ranker, trial.weights, preferred)


def _judge_blend(trial: NextTrial, titles: int, recipe: Recipe, features: csr_array | None) -> float:
    split = trial.exam.split
    blend = fit_recipe(split.train, titles, recipe, now=split.now, features=features)
    return trial.exam.judge(blend.score(trial.exam.histories(weighted=recipe.is_weighted)))


def fit_rival_next(split: Split, titles: int, weights: tuple[float, ...]) -> tuple[NextTitle, float]:
    """Fit the next title on the training part; also the CPU seconds it took."""
    started = time.process_time()
    model = fit_next(split.train, titles, weights=weights)
    return model, time.process_time() - started
