"""The ridge of factors, learned from the log itself on an inner split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matinee.measure.splits import Split
from matinee.recommend.exam import draw_members, lay_out
from matinee.recommend.factors import FactorsSettings, fit_factors

REGS = (0.003, 0.005, 0.01, 0.02, 0.04)
"""Little where members are strangers, much where the future differs from the past: factors fit the past too well."""

MOST_MEMBERS = 1500
"""Members that settings are judged on."""


def tune_factors(split: Split, titles: int, *, rng: np.random.Generator) -> FactorsSettings:
    """Choose `reg` by NDCG@100 on an inner split.

    Args:
        split: the inner split; only its own training part is fitted on.
        titles: number of titles of the log.
        rng: draws the members to judge on, and the vectors that titles start from.

    Returns:
        the settings; otherwise the default ones.
    """
    exam = lay_out(draw_members(split, MOST_MEMBERS, rng=rng), titles)
    seed = int(rng.integers(2**32))
    judged = {}
    for reg in REGS:
        settings = replace(FactorsSettings(), reg=reg)
        model = fit_factors(split.train, titles, settings, rng=np.random.default_rng(seed))
        judged[settings] = exam.judge(model.score(exam.seen))
    return max(judged, key=lambda settings: judged[settings])
