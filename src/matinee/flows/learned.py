"""What is learned on top of the blend and serves where it wins: the ranker, and the next title.

Covers trying them on a log, putting them on a live model, carrying them through updates, and learning them again where
members are forgotten: what they learned from members cannot be taken out of them. `live` lays out the blend beneath.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.flows.logs import LoadedLog
from matinee.flows.plain import to_plain
from matinee.flows.tuning import fit_following, try_next, try_ranker
from matinee.recommend.blend import Blend
from matinee.recommend.following import Following, compare_following, dump_following, restore_following
from matinee.recommend.live import Live
from matinee.recommend.ranker.learn import RankerTrial
from matinee.recommend.ranker.ranker import Ranker, build_ranker, compare_rankers, dump_ranker, restore_ranker
from matinee.recommend.recipe import Recipe
from matinee.recommend.tune_next import NextTrial

BLEND, NEXT, RANKER = "blend", "next", "ranker"

Tell = Callable[[str], None]
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Trials:
    """What trying each said; None = it was not tried, or the log is too small to tell."""

    ranker: RankerTrial | None = None
    following: NextTrial | None = None


@dataclass(frozen=True)
class Learned:
    """What serves beside the blend; None = the blend does that, too."""

    ranker: Ranker | None = None
    following: Following | None = None

    @property
    def kinds(self) -> set[str]:
        """Names of those that are there."""
        return {name for name, model in ((RANKER, self.ranker), (NEXT, self.following)) if model is not None}

    def lay_out(self) -> Arrays:
        """Lay out everything that is saved."""
        own = dump_ranker(self.ranker) if self.ranker else {}
        return own | (dump_following(self.following) if self.following else {})

    def move(self, live: Live, events: pl.DataFrame) -> Learned:
        """Give the ranker the facts of the log now; how it weighs them stays, and the next title does as it is."""
        if self.ranker is None:
            return self
        ranker = build_ranker(live.blend, events, self.ranker.correction, now=live.state.now)
        return Learned(ranker, self.following)


def restore_learned(blend: Blend, arrays: Mapping[str, NDArray[Any]]) -> Learned:
    """Make what `Learned.lay_out` saved; errors as `restore_ranker` and `restore_following`."""
    title_ids = arrays["title_ids"].tolist()
    return Learned(restore_ranker(blend, arrays), restore_following(arrays, title_ids))


def hold_trials(loaded: LoadedLog, recipe: Recipe, kinds: set[str], *, seed: int, tell: Tell) -> Trials:
    """Try some of the rivals of the blend on a log.

    Args:
        loaded: the log.
        recipe: what the blend learned.
        kinds: which, of `RANKER` and `NEXT`.
        seed: draws members.
        tell: told what is being done.

    Returns:
        what it said.
    """
    events, titles = loaded.log.events, len(loaded.log.title_ids)
    ranker = following = None
    if RANKER in kinds:
        tell("trying a ranker")
        ranker = try_ranker(events, titles, recipe, seed=seed)
    if NEXT in kinds:
        tell("trying the next title")
        following = try_next(events, titles, recipe, loaded.features, seed=seed)
    return Trials(ranker, following)


def put_learned(live: Live, loaded: LoadedLog, trials: Trials, *, tell: Tell) -> Learned:
    """Fit what won its trial to the log, on top of the live model."""
    events, title_ids = loaded.log.events, loaded.log.title_ids.to_numpy().astype(np.str_)
    ranker = following = None
    if trials.ranker is not None and trials.ranker.wins:
        ranker = build_ranker(live.blend, events, trials.ranker.correction, now=live.state.now)
    if trials.following is not None and trials.following.wins:
        tell("fitting the next title")
        model = fit_following(events, len(title_ids), trials.following.weights)
        following = Following(model, title_ids, np.arange(len(title_ids)))
    return Learned(ranker, following)


def describe_trials(trials: Trials, kinds: set[str]) -> dict[str, Any]:
    """Say in the manifest how those of `kinds` did where they were judged, and what is live."""
    facts: dict[str, Any] = {}
    if RANKER in kinds:
        trial = trials.ranker
        facts["live"] = RANKER if trial and trial.wins else BLEND
        facts[RANKER] = trial and _describe(trial.judged) | {"best": trial.best}
    if NEXT in kinds:
        said = trials.following
        facts[NEXT] = said and _describe(said.judged) | {"serves": said.wins}
    return facts


def _describe(judged: dict[str, float]) -> dict[str, Any]:
    return {"inner ndcg@100": to_plain(judged), "is_of_this_log": True}


def describe_move(manifest: dict[str, Any], learned: Learned) -> dict[str, Any]:
    """Say in the manifest that what serves beside the blend learned from an older log."""
    return {name: manifest[name] | {"is_of_this_log": False} for name in learned.kinds}


def is_of_log(manifest: dict[str, Any], learned: Learned) -> bool:
    """Tell whether all that serves beside the blend learned from the log that the manifest is of."""
    return all(manifest[name]["is_of_this_log"] for name in learned.kinds)


def compare_learned(learned: Learned, other: Learned) -> dict[str, float]:
    """Find the largest difference of each from its like, as `compare_rankers` and `compare_following` measure it."""
    differences = {}
    if learned.ranker is not None:
        differences[RANKER] = compare_rankers(learned.ranker, other.ranker)
    if learned.following is not None:
        differences[NEXT] = compare_following(learned.following, other.following)
    return differences
