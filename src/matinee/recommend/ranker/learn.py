"""Learning the ranker: from windows of the past, chosen by what came after them.

    |------ before T ------|------------- after T: to be found -------------|     T at half of the log's events, and
    |------------ before T ------------|----- after T: to be found ---------|     later

Windows reach to the end of what may be known, so that some look far ahead and some near: what holds for the next day
need not hold for the next year. Several of them matter also because in one of them popularity gives each title away by
its numbers. Both rankers are judged on two windows, one far and one near, after learning from windows that end where
these begin. The better one learns again from all windows; it is live if it beats the blend by more than a standard
error on the members of both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.errors import MatineeError
from matinee.measure.splits import Split, split_by_time
from matinee.recommend.exam import Exam, draw_members, lay_out
from matinee.recommend.ranker.features import describe_members
from matinee.recommend.ranker.logit import fit_logit
from matinee.recommend.ranker.ranker import Correction, Slate, build_ranker
from matinee.recommend.ranker.trees import fit_trees, load_lightgbm
from matinee.recommend.recipe import Recipe, fit_recipe, scale_recipe
from matinee.recommend.thin import keep_most_watched, thin_training

Floats = NDArray[np.float32]

CUTS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of the events that come before the windows."""

JUDGED = (0.6, 0.9)
"""Cuts of the windows that are judged on: one far, one near."""

MOST_MEMBERS = 800
"""Members of a window."""

LEAST_MEMBERS = 100
"""Members that are needed to judge on, and to learn from."""

NEGATIVES = 60
"""Candidates that a member did not choose, drawn from all of theirs; with these it is learned as well, in a fifth of
the time."""


@dataclass(frozen=True)
class RankerTrial:
    """What was learned.

    Attributes:
        judged: NDCG@100 on the windows that are judged on, of "blend" and of each ranker that was tried.
        best: name of the best ranker.
        correction: the best ranker, learned from all windows.
        wins: whether it beats the blend by more than a standard error.
    """

    judged: dict[str, float]
    best: str
    correction: Correction
    wins: bool


@dataclass(frozen=True)
class _Window:
    """Some members of a window, with their candidates."""

    exam: Exam
    slate: Slate

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """Which candidates were watched in the end: bool (pairs,)."""
        wanted = np.zeros(self.exam.relevant.shape, dtype=np.bool_)
        wanted[self.exam.relevant.nonzero()] = True
        return np.asarray(wanted[self.slate.pairs])

    def judge(self, correction: Correction) -> NDArray[np.float64]:
        """Measure the NDCG@100 of each member under a correction."""
        scores = self.slate.add_up(correction.predict(self.slate.x), self.exam.known)
        return self.exam.measure(scores)


@dataclass(frozen=True)
class _Lesson:
    """Candidates to learn from, member after member; as `fit_logit` takes them."""

    x: Floats
    chosen: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    blended: Floats


class _Nothing:
    """Corrects nothing: the blend."""

    def predict(self, x: Floats) -> Floats:
        return np.zeros(len(x), np.float32)

    def contribute(self, x: Floats) -> Floats:
        return np.zeros((len(x), x.shape[1] + 1), np.float32)


Fit = Callable[[Floats, NDArray[np.bool_], NDArray[np.int64], Floats], Correction]


def choose_ranker(train: pl.DataFrame, titles: int, recipe: Recipe, *, rng: np.random.Generator) -> RankerTrial | None:
    """Learn both rankers and choose among them and the blend.

    Args:
        train: frame of `matinee.tables.log.EVENTS`: all that may be known.
        titles: number of titles of the log.
        recipe: what the blend learned.
        rng: draws members and candidates.

    Returns:
        the choice; None where the log is too small to tell.
    """
    whole, windows = _prepare(train, titles, recipe, rng)
    asked = sum(len(window.slate.linear) for window in windows)
    lessons = [_prepare(window.exam.split.train, titles, recipe, rng)[0] for window in windows]
    if len(windows) < len(JUDGED) or asked < LEAST_MEMBERS:
        return None
    if min(len(lesson.sizes) for lesson in (whole, *lessons)) < LEAST_MEMBERS:
        return None
    fits = _list_fits()
    values = {name: _judge(windows, [_learn(fit, lesson) for lesson in lessons]) for name, fit in fits.items()}
    values["blend"] = _judge(windows, [_Nothing() for _ in windows])
    judged = {name: float(each.mean()) for name, each in values.items()}
    best = max(fits, key=lambda name: judged[name])
    gain = values[best] - values["blend"]
    wins = gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain))
    return RankerTrial(judged, best, _learn(fits[best], whole), bool(wins))


def _list_fits() -> dict[str, Fit]:
    """List the rankers that can be tried here."""
    try:
        load_lightgbm()
    except ValueError:
        return {"logit": fit_logit}
    return {"logit": fit_logit, "trees": fit_trees}


def _judge(windows: Sequence[_Window], corrections: Sequence[Correction]) -> NDArray[np.float64]:
    return np.concatenate([w.judge(correction) for w, correction in zip(windows, corrections, strict=True)])


def _learn(fit: Fit, lesson: _Lesson) -> Correction:
    return fit(lesson.x, lesson.chosen, lesson.sizes, lesson.blended)


def _prepare(
    train: pl.DataFrame, titles: int, recipe: Recipe, rng: np.random.Generator
) -> tuple[_Lesson, list[_Window]]:
    """Draw what can be learned from all windows of a log; also those that are judged on."""
    lessons, kept = [], []
    for cut in CUTS:
        try:
            window = _open_window(split_by_time(train, quantile=cut), titles, recipe, rng)
        except MatineeError:  # nothing before the cut, or nobody came back after it
            continue
        lessons.append(_sample(window, rng))
        if cut in JUDGED:
            kept.append(window)
    if not lessons:
        nothing = np.zeros(0, np.float32)
        return _Lesson(nothing[:, None], np.zeros(0, np.bool_), np.zeros(0, np.int64), nothing), []
    parts = [[getattr(lesson, name) for lesson in lessons] for name in ("x", "chosen", "sizes", "blended")]
    return _Lesson(*(np.concatenate(part) for part in parts)), kept


def _open_window(split: Split, titles: int, recipe: Recipe, rng: np.random.Generator) -> _Window:
    small, kept = keep_most_watched(draw_members(split, MOST_MEMBERS, rng=rng), titles)
    thin, share = thin_training(small, rng)
    scaled = scale_recipe(recipe, members=share, titles=len(kept) / titles)
    blend = fit_recipe(thin.train, len(kept), scaled, now=thin.now)
    ranker = build_ranker(blend, thin.train, _Nothing(), now=thin.now)
    exam = lay_out(thin, len(kept))
    members = describe_members(ranker.facts, thin.history, thin.member_rows)
    return _Window(exam, ranker.lay_out(exam.histories(weighted=recipe.is_weighted), members))


def _sample(window: _Window, rng: np.random.Generator) -> _Lesson:
    """Draw pairs to learn from: of each member with a candidate that was chosen, these and `NEGATIVES` others."""
    slate, chosen = window.slate, window.chosen
    member = slate.pairs[0]
    hits = np.bincount(member, chosen, minlength=len(slate.linear))
    order = np.lexsort((np.where(chosen, -1.0, rng.random(len(member))), member))
    place = np.arange(len(order)) - np.searchsorted(member, member)
    wanted = (place < hits[member] + NEGATIVES) & (hits[member] > 0)
    own = np.sort(order[wanted])
    sizes = np.unique(member[own], return_counts=True)[1]
    return _Lesson(slate.x[own], chosen[own], sizes, slate.blended[member[own], slate.pairs[1][own]])
