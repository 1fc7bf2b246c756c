"""Settings learned from the log itself, on an inner split: how strongly to regularise, whom to weigh, how to blend.

Covers the search of the linear model's settings and the ridge of cold titles; the weights of the blend are chosen in
`weigh`. Everything is judged by NDCG@100 on members' later viewing inside the training part; the test part is never
looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.measure.splits import Split
from matinee.recommend.blend import standardise_scores
from matinee.recommend.cold import fill_cold
from matinee.recommend.exam import Exam, draw_members, lay_out
from matinee.recommend.linear import LinearSettings, compute_events_gram, fit_events, solve_gram
from matinee.recommend.popular import decayed_counts, standardise_log
from matinee.recommend.recipe import Recipe
from matinee.recommend.weigh import choose_blend

REG_STEP = 10**0.5
REG_RANGE = (1.0, 1e5)
TRIALS: tuple[tuple[str, tuple[float | bool, ...]], ...] = (
    ("half_life", (90.0, 30.0, 10.0)),
    ("dropout", (0.25, 0.5)),
    ("weighted", (True,)),
)
COLD_REGS = (0.3, 1.0, 3.0, 10.0)

MOST_MEMBERS = 1500
"""Members that settings are judged on; more would cost time and hardly move the means."""

MOST_TRAINED = 30_000
"""Members that the linear search fits on; `reg`, which counts members, is scaled up for the others afterwards."""

MOST_TITLES = 4000
"""Titles that the linear search is run on, the most watched: a solve costs their cube."""


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
    exam = lay_out(draw_members(split, MOST_MEMBERS, rng=rng), titles)
    histories = exam.histories(weighted=linear.weighted)
    weights = fit_events(split.train, titles, linear, now=split.now).weights
    recipe = Recipe(linear)
    if features is not None and not exam.known[exam.split.title_rows].all():
        filled = {reg: fill_cold(weights, features, exam.known, reg=reg) for reg in COLD_REGS}
        recipe = replace(recipe, cold_reg=max(COLD_REGS, key=lambda reg: exam.judge(histories @ filled[reg])))
        weights = filled[recipe.cold_reg]
    scores = standardise_scores(histories @ weights, exam.known)
    log_counts = standardise_log(decayed_counts(split.train, titles, now=split.now), exam.known)
    return choose_blend(exam, scores, log_counts, recipe, rng=rng)


def tune_linear(split: Split, titles: int, *, rng: np.random.Generator) -> LinearSettings:
    """Search the settings of the linear model, one after the other, each with the best `reg` for it."""
    kept = _keep_most_watched(draw_members(split, MOST_MEMBERS, rng=rng), titles)
    if kept is None:
        return LinearSettings()
    small, titles = kept
    small, share = _thin_training(small, rng)
    judge = _make_judge(lay_out(small, titles))
    best, score = _climb(LinearSettings(), judge)
    for name, values in TRIALS:
        for value in values:
            trial, trial_score = _climb(replace(best, **{name: value}), judge)  # type: ignore[arg-type]
            if trial_score > score:
                best, score = trial, trial_score
    return replace(best, reg=best.reg / share)


def _make_judge(exam: Exam) -> Callable[[LinearSettings], float]:
    """Make the function that scores settings; the Gram is kept while only `reg` and `dropout` change."""
    grams: dict[tuple[float, bool], NDArray[np.float32]] = {}

    def judge(settings: LinearSettings) -> float:
        key = (settings.half_life, settings.weighted)
        if key not in grams:
            grams.clear()
            grams[key] = compute_events_gram(exam.split.train, exam.titles, settings, now=exam.split.now)
        try:
            model = solve_gram(grams[key].copy(), settings)
        except ValueError:  # too little reg for float32: no candidate
            return 0.0
        return exam.judge(model.score(exam.histories(weighted=settings.weighted)))

    return judge


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


def _thin_training(split: Split, rng: np.random.Generator) -> tuple[Split, float]:
    """Fit on at most `MOST_TRAINED` members; also the share of members that are left, in (0, 1]."""
    rows = split.train["member_row"].unique().sort()
    if len(rows) <= MOST_TRAINED:
        return split, 1.0
    drawn = rows.gather(np.sort(rng.choice(len(rows), MOST_TRAINED, replace=False)))
    train = split.train.filter(pl.col("member_row").is_in(drawn.implode()))
    return replace(split, train=train, candidates=split.title_rows), MOST_TRAINED / len(rows)


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
