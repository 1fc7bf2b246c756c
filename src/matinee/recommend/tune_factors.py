"""Settings of factors, learned from the log itself on an inner split.

Fitted on all titles, for how much an unwatched pair should weigh depends on how many there are, but on no more members
than `thin_training` leaves; the ridge counts members itself and needs no scaling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from matinee.errors import MatineeError
from matinee.measure.splits import Split, split_by_members
from matinee.recommend.exam import draw_members, lay_out
from matinee.recommend.factors import FactorsSettings, start_factors
from matinee.recommend.low_rank import fit_low_rank
from matinee.recommend.thin import count_judged, thin_training
from matinee.recommend.weigh import make_judge

TRIALS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("unobserved", (1 / 3, 3.0)),
    ("reg", (0.3, 0.5, 2.0, 4.0)),
    ("unobserved", (1 / 3, 3.0)),
    ("embedding_size", (2,)),
)
"""Settings tried one after the other, each times these numbers, with the best of those before; at most 10 fits."""


def tune_factors(split: Split, titles: int, *, rng: np.random.Generator) -> FactorsSettings:
    """Search the settings by NDCG@100 on an inner split, as item weights (`low_rank`) and in the blend they serve in.

    Args:
        split: the inner split; only its own training part is fitted on. Under the cold protocol, where factors alone
            know nothing, members are held out of its training part instead.
        titles: number of titles of the log.
        rng: draws the members to fit and to judge on, and the vectors that titles start from.

    Returns:
        the best settings found; those of `start_factors` where the log is too small to tell.
    """
    try:
        inner = split_by_members(split.train, rng=rng) if split.protocol == "cold" else split
        small = draw_members(inner, count_judged(titles), rng=rng)
    except MatineeError:
        return start_factors(titles)
    thin, _ = thin_training(small, rng)
    judge = _make_judge(thin, titles, seed=int(rng.integers(2**32)))
    best = start_factors(titles)
    for name, steps in TRIALS:
        trials = [replace(best, **{name: getattr(best, name) * step}) for step in steps]
        best = max([best, *trials], key=judge)
    return best


def _make_judge(split: Split, titles: int, *, seed: int) -> Callable[[FactorsSettings], float]:
    """Make the function that scores settings; each is fitted once, from the same start."""
    exam, judged = lay_out(split, titles), dict[FactorsSettings, float]()
    judge_scores = make_judge(exam)

    def judge(settings: FactorsSettings) -> float:
        if settings not in judged:
            model = fit_low_rank(split.train, titles, settings, rng=np.random.default_rng(seed))
            judged[settings] = judge_scores(model.score(exam.histories(weighted=settings.weighted)))
        return judged[settings]

    return judge
