"""Tuning of the next title: the weights of its parts, and whether it beats the blend, on members' own last events.

Each member's last event is hidden; half of the members give the weights, both models are judged on the other half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.errors import MatineeError
from matinee.measure.splits import Split, split_next
from matinee.recommend.exam import Exam, draw_members, lay_out
from matinee.recommend.mixture import learn_mixture
from matinee.recommend.next_title import LONGEST, MOST_TITLES, NextTitle, fit_next
from matinee.recommend.recipe import Recipe, fit_recipe
from matinee.recommend.sequences import build_recent, has_order

Floats = NDArray[np.float32]

MIXTURE_REG = 1e-4
MOST_MEMBERS = 3_000
"""Members that weights are learned from and judged on."""


@dataclass(frozen=True)
class NextTuning:
    """What was learned inside a log.

    Attributes:
        weights: w, as `fit_next` takes them.
        exam: members that the weights were not learned from, with their last event to be found.
        values: float64 (n,), NDCG@100 of each of them.
    """

    weights: tuple[float, ...]
    exam: Exam
    values: NDArray[np.float64]


@dataclass(frozen=True)
class NextTrial:
    """What trying the next title said.

    Attributes:
        weights: w, as `fit_next` takes them.
        judged: mean NDCG@100 of "next" and of "blend" on members' last events.
        wins: whether the next title beats the blend by more than a standard error.
    """

    weights: tuple[float, ...]
    judged: dict[str, float]
    wins: bool


def tune_next(train: pl.DataFrame, titles: int, *, rng: np.random.Generator) -> NextTuning | None:
    """Learn the weights from members' own last events.

    Args:
        train: frame of `matinee.tables.log.EVENTS`: all that may be known.
        titles: number of titles.
        rng: draws members, half to learn from and half to judge on.

    Returns:
        what was learned; None where the log is too small to tell.
    """
    try:
        split = split_next(train)
    except MatineeError:
        return None
    split = draw_members(split, MOST_MEMBERS, rng=rng)
    if len(split.member_rows) < 2:
        return None
    model = fit_next(split.train, titles)
    learned, judged = (lay_out(half, titles) for half in _halve(split, rng))
    recent = build_recent(split.history, learned.split.member_rows, LONGEST)
    nothing_shared = np.zeros((0, titles), dtype=np.float32)
    weights = learn_mixture(model.parts(recent), nothing_shared, learned.seen, learned.relevant, reg=MIXTURE_REG)
    model = replace(model, weights=weights)
    return NextTuning(tuple(weights.tolist()), judged, judged.measure(score_exam(model, judged)))


def choose_next(
    train: pl.DataFrame, titles: int, recipe: Recipe, features: csr_array | None, *, rng: np.random.Generator
) -> NextTrial | None:
    """Tune the next title and judge it beside the blend.

    Args:
        train: frame of `matinee.tables.log.EVENTS`: all that may be known.
        titles: number of titles of the log.
        recipe: what the blend learned.
        features: metadata of titles, as the blend gets them.
        rng: draws members.

    Returns:
        the choice; None where there are more than `MOST_TITLES` titles, where the times of the log give no order, and
        where it is too small to tell.
    """
    if titles > MOST_TITLES or not has_order(train):
        return None
    tuning = tune_next(train, titles, rng=rng)
    if tuning is None:
        return None
    exam = tuning.exam
    blend = fit_recipe(exam.split.train, titles, recipe, now=exam.split.now, features=features)
    others = exam.measure(blend.score(exam.histories(weighted=recipe.is_weighted)))
    gain = tuning.values - others
    wins = len(gain) > 1 and gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain))
    judged = {"next": float(tuning.values.mean()), "blend": float(others.mean())}
    return NextTrial(tuning.weights, judged, bool(wins))


def score_exam(model: NextTitle, exam: Exam) -> Floats:
    """Score for the members of an exam: float32 (n, titles)."""
    return model.score_sequences(build_recent(exam.split.history, exam.split.member_rows, LONGEST))


def _halve(split: Split, rng: np.random.Generator) -> tuple[Split, Split]:
    rows = rng.permutation(split.member_rows)
    halves = (pl.Series(half, dtype=pl.UInt32).implode() for half in np.array_split(rows, 2))
    first, second = (replace(split, target=split.target.filter(pl.col("member_row").is_in(half))) for half in halves)
    return first, second
