"""Tuning on one BLAS thread: many small solves, which threads only slow down where other work shares the cores."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.measure.splits import Split
from matinee.recommend.recipe import Recipe
from matinee.recommend.tune import tune


def learn_recipe(inner: Split, titles: int, features: csr_array | None, *, rng: np.random.Generator) -> Recipe:
    """Tune on an inner split; arguments and result as `matinee.recommend.tune.tune`."""
    with threadpool_limits(limits=1, user_api="blas"):
        return tune(inner, titles, features, rng=rng)
