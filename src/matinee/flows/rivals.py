"""The blend's rivals in an evaluation: what they are told, and which model is live; `evaluation` compares them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from scipy.sparse import csr_array

from matinee.flows.learned import BLEND, NEXT, RANKER
from matinee.flows.tuning import try_next, try_ranker
from matinee.measure.splits import Split
from matinee.recommend.next_title import NextTitle, fit_next
from matinee.recommend.ranker.learn import RankerTrial
from matinee.recommend.recipe import Recipe
from matinee.recommend.tune_next import NextTrial


@dataclass(frozen=True)
class Rivals:
    """What trying the rivals said; None = it is not judged.

    Attributes:
        ranker: of the ranker.
        following: of the next title.
    """

    ranker: RankerTrial | None = None
    following: NextTrial | None = None

    @property
    def live(self) -> str:
        """Name of the model that `train` would make and serve for what is asked: a rival that wins, or the blend."""
        if self.following is not None and self.following.wins:
            return NEXT
        return RANKER if self.ranker is not None and self.ranker.wins else BLEND


def learn_rivals(split: Split, titles: int, recipe: Recipe, features: csr_array | None, *, seed: int) -> Rivals:
    """Learn on inner splits what the rivals need, as `train` does.

    The ranker is judged only by time, which is what pages are made for; the next title only under its own protocol,
    which is what `recommend --next` is asked.

    Args:
        split: the outer split; its target is not looked at.
        titles: number of titles.
        recipe: what the blend learned.
        features: metadata of titles, as the blend gets them.
        seed: draws members.

    Returns:
        what was learned.
    """
    if split.protocol == "time" and split.has_dates:
        return Rivals(ranker=try_ranker(split.train, titles, recipe, seed=seed))
    if split.protocol == "next":
        return Rivals(following=try_next(split.train, titles, recipe, features, seed=seed))
    return Rivals()


def fit_rival_next(split: Split, titles: int, weights: tuple[float, ...]) -> tuple[NextTitle, float]:
    """Fit the next title on the training part; also the CPU seconds it took."""
    started = time.process_time()
    model = fit_next(split.train, titles, weights=weights)
    return model, time.process_time() - started
