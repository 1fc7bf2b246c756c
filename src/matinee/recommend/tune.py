"""Settings learned from the log itself, on an inner split: how strongly to regularise, whom to weigh, how to blend.

Covers the search of the linear model's settings and the ridge of cold titles; those of factors are searched in
`tune_factors`, the weights of the blend are chosen in `weigh`. Everything is judged by NDCG@100 on members' later
viewing inside the training part; the test part is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from matinee.errors import MatineeError
from matinee.measure.splits import Split, split_by_members, split_cold
from matinee.recommend.blend import standardise_scores
from matinee.recommend.exam import Exam, draw_members, lay_out
from matinee.recommend.gram import Sums
from matinee.recommend.linear import LinearSettings, compute_events_gram, solve_gram
from matinee.recommend.popular import decayed_counts, standardise_log
from matinee.recommend.recipe import Recipe, fill_items, fit_items, scale_recipe, start_recipe
from matinee.recommend.thin import MOST_JUDGED, count_judged, keep_most_watched, thin_training
from matinee.recommend.tune_factors import tune_factors
from matinee.recommend.weigh import choose_blend, make_judge

REG_STEP = 10**0.5
REG_RANGE = (1.0, 1e5)
TRIALS: tuple[tuple[str, tuple[float | bool, ...]], ...] = (
    ("half_life", (90.0, 30.0, 10.0)),
    ("length_power", (0.5,)),
    ("dropout", (0.25, 0.5)),
    ("audience_power", (0.1, 0.2)),
    ("weighted", (True,)),
)
COLD_REGS = (0.3, 1.0, 3.0, 10.0)


def tune(split: Split, titles: int, features: csr_array | None = None, *, rng: np.random.Generator) -> Recipe:
    """Learn a recipe on an inner split: `tune_items`, then `tune_blend`; arguments and result as there."""
    return tune_blend(split, titles, tune_items(split, titles, rng=rng), features, rng=rng)


def tune_items(split: Split, titles: int, *, rng: np.random.Generator) -> Recipe:
    """Learn the settings of the item model that the size of the catalogue asks for; arguments as `tune_linear`."""
    recipe = start_recipe(titles)
    if recipe.factors is None:
        return replace(recipe, linear=tune_linear(split, titles, rng=rng))
    return replace(recipe, factors=tune_factors(split, titles, rng=rng), seed=int(rng.integers(2**32)))


def tune_linear(split: Split, titles: int, *, rng: np.random.Generator) -> LinearSettings:
    """Search the settings of the linear model, one after the other, each with the best `reg` for it.

    Args:
        split: the inner split. Under the cold protocol, where an item model alone knows nothing, members are held out
            of its training part instead.
        titles: number of titles of the log.
        rng: draws the members to fit and to judge on.

    Returns:
        the best settings found; the default ones where the log is too small to tell.
    """
    try:
        inner = split_by_members(split.train, rng=rng) if split.protocol == "cold" else split
        small, kept = keep_most_watched(draw_members(inner, MOST_JUDGED, rng=rng), titles)
    except MatineeError:
        return LinearSettings()
    small, share = thin_training(small, rng)
    judge = _make_judge(lay_out(small, len(kept)))
    best, score = _climb(LinearSettings(), judge)
    for name, values in TRIALS:
        for value in values:
            trial, trial_score = _climb(replace(best, **{name: value}), judge)  # type: ignore[arg-type]
            if trial_score > score:
                best, score = trial, trial_score
    return replace(best, reg=best.reg / share)


def tune_blend(
    split: Split, titles: int, recipe: Recipe, features: csr_array | None, *, rng: np.random.Generator
) -> Recipe:
    """Learn the rest of the recipe: the ridge of cold titles, and the weights of the blend.

    Args:
        split: the inner split; only its own training part is fitted on.
        titles: number of titles of the log.
        recipe: the settings of the item model.
        features: metadata of titles, float32 (titles, features); None = none known.
        rng: draws the members to judge on, hidden titles and folds.

    Returns:
        the recipe. If the cross-fitted blend does not beat the best single part, it is that part alone; if no part
        finds anything, there is nothing to learn from, and the blend stays as in the default recipe.
    """
    exam = lay_out(draw_members(split, count_judged(titles), rng=rng), titles)
    items = fit_items(split.train, titles, recipe, now=split.now)
    if features is not None and features.nnz:
        recipe = replace(recipe, cold_reg=tune_cold(split, titles, recipe, features, rng=rng))
        items = fill_items(items, features, exam.known, reg=recipe.cold_reg)
    scores = standardise_scores(items.score(exam.histories(weighted=recipe.is_weighted)), exam.known)
    log_counts = standardise_log(decayed_counts(split.train, titles, now=split.now), exam.known)
    return choose_blend(exam, scores, log_counts, recipe, rng=rng)


def tune_cold(split: Split, titles: int, recipe: Recipe, features: csr_array, *, rng: np.random.Generator) -> float:
    """Choose the ridge of cold titles, on titles of the training part that are hidden for it.

    Arguments as `tune_blend`; the default where the log is too small to tell.
    """
    try:
        hidden = split if split.protocol == "cold" else split_cold(split.train, rng=rng)
        small, kept = keep_most_watched(draw_members(hidden, MOST_JUDGED, rng=rng), titles)
    except MatineeError:
        return Recipe().cold_reg
    exam, known = lay_out(small, len(kept)), features[kept]
    scaled = scale_recipe(recipe, members=1.0, titles=len(kept) / titles)
    items = fit_items(small.train, len(kept), scaled, now=small.now)
    histories = exam.histories(weighted=recipe.is_weighted)
    return max(COLD_REGS, key=lambda reg: exam.judge(fill_items(items, known, exam.known, reg=reg).score(histories)))


def _make_judge(exam: Exam) -> Callable[[LinearSettings], float]:
    """Make the function that scores settings by what would be served.

    The Gram is kept while only `reg` and `dropout` change.
    """
    grams: dict[tuple[float, float, bool], Sums] = {}
    judge_scores = make_judge(exam)

    def judge(settings: LinearSettings) -> float:
        key = (settings.half_life, settings.length_power, settings.weighted)
        if key not in grams:
            grams.clear()
            grams[key] = compute_events_gram(exam.split.train, exam.titles, settings, now=exam.split.now)
        try:
            model = solve_gram(grams[key].copy(), settings)
        except ValueError:  # too little reg for float32: no candidate
            return 0.0
        return judge_scores(model.score(exam.histories(weighted=settings.weighted)))

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
