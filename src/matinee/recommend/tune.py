"""Settings learned from the log itself, on an inner split: how strongly to regularise, whom to weigh, how to blend.

Covers the search of the linear model's settings, the ridge of cold titles, and the weights of the blend. Everything is
judged by NDCG@100 on members' later viewing inside the training part; the test part is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.measure.ranking import ndcg_at
from matinee.measure.splits import Split
from matinee.recommend.blend import Floats, learn_weights, standardise_scores
from matinee.recommend.cold import fill_cold
from matinee.recommend.histories import build_histories
from matinee.recommend.linear import LinearSettings, fit_events
from matinee.recommend.popular import HALF_LIVES, decayed_counts, standardise_log
from matinee.recommend.rank import rank_titles
from matinee.recommend.recipe import Recipe, name_popular

REG_STEP = 10**0.5
REG_RANGE = (1.0, 1e5)
TRIALS: tuple[tuple[str, tuple[float | bool, ...]], ...] = (
    ("half_life", (90.0, 30.0, 10.0)),
    ("dropout", (0.25, 0.5)),
    ("weighted", (True,)),
)
COLD_REGS = (0.3, 1.0, 3.0, 10.0)
BLEND_REGS = (1e-4, 1e-3, 1e-2)
DAMPINGS = ((1.0, 1.0), (1.0, 0.5), (1.0, 0.25), (0.5, 1.0), (0.25, 1.0))
"""Factors of the taste and of the popularity term that are tried: the likeliest weights are not always those that rank
best, above all where one term alone says nearly everything."""
FOLDS = 4

MOST_MEMBERS = 1500
"""Members that settings are judged on; more would cost time and hardly move the means."""

MOST_TITLES = 4000
"""Titles that the linear search is run on, the most watched: a solve costs their cube."""


@dataclass(frozen=True)
class _Exam:
    """A split laid out for judging: who is asked, what they saw, what they chose."""

    split: Split
    titles: int
    seen: csr_array
    relevant: csr_array
    known: NDArray[np.bool_]
    allowed: NDArray[np.bool_]

    def judge(self, scores: Floats) -> float:
        """Mean NDCG@100 of the given scores."""
        top = rank_titles(scores, 100, seen=self.seen, allowed=self.allowed)
        return float(np.mean(ndcg_at(100, top, self.relevant)))


def tune(split: Split, titles: int, features: csr_array | None = None, *, rng: np.random.Generator) -> Recipe:
    """Learn a recipe on an inner split.

    Args:
        split: the inner split; only its own training part is fitted on.
        titles: number of titles of the log.
        features: metadata of titles, float32 (titles, features); None = none known.
        rng: draws the members to judge on, and the folds.

    Returns:
        the recipe. If the cross-fitted blend does not beat the best single part, it is that part alone; if no part
        finds anything, there is nothing to learn from, and the blend stays as in the default recipe.
    """
    linear = tune_linear(split, titles, rng=rng)
    exam = _lay_out(_draw_members(split, rng), titles)
    histories = _histories(exam, linear.weighted)
    weights = fit_events(split.train, titles, linear, now=split.now).weights
    cold_reg = Recipe().cold_reg
    if features is not None and not exam.known[exam.split.title_rows].all():
        cold_reg = _best(
            COLD_REGS, lambda reg: exam.judge(histories @ fill_cold(weights, features, exam.known, reg=reg))
        )
        weights = fill_cold(weights, features, exam.known, reg=cold_reg)
    scores = standardise_scores(histories @ weights, exam.known)
    log_counts = standardise_log(decayed_counts(split.train, titles, now=split.now), exam.known)
    return _choose_blend(exam, scores, log_counts, Recipe(linear, cold_reg), rng)


def tune_linear(split: Split, titles: int, *, rng: np.random.Generator) -> LinearSettings:
    """Search the settings of the linear model, one after the other, each with the best `reg` for it."""
    kept = _keep_most_watched(_draw_members(split, rng), titles)
    if kept is None:
        return LinearSettings()
    small, titles = kept
    exam = _lay_out(small, titles)

    def judge(settings: LinearSettings) -> float:
        model = fit_events(small.train, titles, settings, now=small.now)
        return exam.judge(model.score(_histories(exam, settings.weighted)))

    best, score = _climb(LinearSettings(), judge)
    for name, values in TRIALS:
        for value in values:
            trial, trial_score = _climb(replace(best, **{name: value}), judge)  # type: ignore[arg-type]
            if trial_score > score:
                best, score = trial, trial_score
    return best


def _climb(start: LinearSettings, judge: Callable[[LinearSettings], float]) -> tuple[LinearSettings, float]:
    """Walk `reg` up, or else down, by half a power of ten, as long as that helps."""
    best, score = start, judge(start)
    for step in (REG_STEP, 1 / REG_STEP):
        moved = False
        while REG_RANGE[0] <= best.reg * step <= REG_RANGE[1]:
            trial = replace(best, reg=best.reg * step)
            trial_score = judge(trial)
            if trial_score <= score:
                break
            best, score, moved = trial, trial_score, True
        if moved:
            break
    return best, score


def _choose_blend(exam: _Exam, linear: Floats, log_counts: Floats, recipe: Recipe, rng: np.random.Generator) -> Recipe:
    """Learn the weights, and fall back on the best single part where the blend does not beat it on unseen members."""
    n, parts = len(exam.split.member_rows), 1 + len(log_counts)
    judged = {"linear": exam.judge(linear)}
    for half_life, counts in zip(HALF_LIVES, log_counts, strict=True):
        judged[name_popular(half_life)] = exam.judge(np.tile(counts, (n, 1)))
    if not any(judged.values()):
        return replace(recipe, judged=judged)
    crossed: dict[tuple[float, tuple[float, float]], float] = {}
    for reg in BLEND_REGS:
        taste, shelf = _cross_fit(exam, linear, log_counts, reg, rng)
        crossed |= {(reg, damped): exam.judge(damped[0] * taste + damped[1] * shelf) for damped in DAMPINGS}
    reg, damped = max(crossed, key=lambda choice: crossed[choice])
    best_part = max(range(parts), key=lambda part: list(judged.values())[part])
    if crossed[reg, damped] > list(judged.values())[best_part]:
        w = _learn(exam, linear, log_counts, reg, np.arange(n)) * np.repeat(damped, (1, parts - 1)).astype(np.float32)
    else:
        w = np.eye(parts, dtype=np.float32)[best_part]
    return replace(
        recipe,
        taste=float(w[0]),
        popular_weights=tuple(float(value) for value in w[1:]),
        half_life=max(HALF_LIVES, key=lambda half_life: judged[name_popular(half_life)]),
        judged=judged | {"blend": crossed[reg, damped]},
    )


def _cross_fit(
    exam: _Exam, linear: Floats, log_counts: Floats, reg: float, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Score each member by weights learned from the others, so that the blend is judged on members it has not seen.

    Returns:
        the taste term and the popularity term, float32 (members, titles) each.
    """
    fold = rng.permutation(len(linear)) % min(FOLDS, len(linear))
    taste, shelf = linear.copy(), np.zeros_like(linear)
    for held in np.unique(fold):
        others, own = np.flatnonzero(fold != held), fold == held
        if len(others):
            w = _learn(exam, linear, log_counts, reg, others)
            taste[own], shelf[own] = w[0] * linear[own], w[1:] @ log_counts
    return taste, shelf


def _learn(exam: _Exam, linear: Floats, log_counts: Floats, reg: float, places: NDArray[np.integer]) -> Floats:
    """Learn from some of the members, among titles that may be ranked: what nobody can rank says nothing of weights."""
    columns = np.flatnonzero(exam.allowed)
    seen, relevant = exam.seen[places][:, columns], exam.relevant[places][:, columns]
    return learn_weights(linear[np.ix_(places, columns)], log_counts[:, columns], seen, relevant, reg=reg)


def _lay_out(split: Split, titles: int) -> _Exam:
    allowed = np.zeros(titles, dtype=np.bool_)
    allowed[split.title_rows] = True
    seen = build_histories(split.history, split.member_rows, titles)
    return _Exam(split, titles, seen, split.relevant(titles), split.is_known(titles), allowed)


def _histories(exam: _Exam, weighted: bool) -> csr_array:
    return build_histories(exam.split.history, exam.split.member_rows, exam.titles, weighted=weighted)


def _draw_members(split: Split, rng: np.random.Generator) -> Split:
    rows = split.member_rows
    if len(rows) <= MOST_MEMBERS:
        return split
    drawn = pl.Series(np.sort(rng.choice(rows, MOST_MEMBERS, replace=False)), dtype=pl.UInt32)
    return replace(split, target=split.target.filter(pl.col("member_row").is_in(drawn.implode())))


def _keep_most_watched(split: Split, titles: int) -> tuple[Split, int] | None:
    """Leave out all but the most watched titles, renumbered; the split as it is where that would change nothing.

    None where no target is among them, so that there is nothing to judge by.
    """
    if titles <= MOST_TITLES or split.candidates is not None:
        return split, titles
    counts = np.bincount(split.train["title_row"].to_numpy(), minlength=titles)
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_TITLES])
    places = pl.DataFrame({"title_row": kept.astype(np.uint32), "place": np.arange(len(kept), dtype=np.uint32)})

    def renumber(events: pl.DataFrame) -> pl.DataFrame:
        joined = events.join(places, on="title_row", maintain_order="left")
        return joined.with_columns(title_row="place").drop("place")

    train, history, target = renumber(split.train), renumber(split.history), renumber(split.target)
    if target.is_empty():
        return None
    return replace(split, train=train, history=history, target=target), len(kept)


def _best(values: tuple[float, ...], judge: Callable[[float], float]) -> float:
    return max(values, key=judge)
