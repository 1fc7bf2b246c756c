"""A recipe: everything that tuning decides, and the live model made by it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.measure.splits import is_known
from matinee.recommend.blend import Blend, build_blend
from matinee.recommend.cold import fill_cold
from matinee.recommend.linear import Linear, LinearSettings, fit_events
from matinee.recommend.popular import decayed_counts, standardise_log


@dataclass(frozen=True)
class Recipe:
    """How to make the live model. The default is what a log too small to learn from gets: fresh popularity.

    Attributes:
        linear: settings of the item model.
        cold_reg: ridge of titles that nobody has watched, > 0.
        taste: weight of the linear term.
        popular_weights: weight of each of `HALF_LIVES`.
        half_life: days, one of `HALF_LIVES`: the best for popularity alone, which members without history get.
        judged: NDCG@100 on the inner split, of each part and (cross-fitted) of the blend; empty if not tuned.
    """

    linear: LinearSettings = field(default_factory=LinearSettings)
    cold_reg: float = 3.0
    taste: float = 0.0
    popular_weights: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    half_life: float = 30.0
    judged: dict[str, float] = field(default_factory=dict)


def fit_recipe(
    events: pl.DataFrame, titles: int, recipe: Recipe, *, now: int, features: csr_array | None = None
) -> Blend:
    """Fit the live model.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.
        titles: number of titles.
        recipe: what `tune` learned.
        now: unix seconds at which the forecast is made.
        features: metadata, float32 (titles, features); None = unwatched titles keep weights of zero.

    Returns:
        the blend.
    """
    return blend_linear(fit_events(events, titles, recipe.linear, now=now), events, recipe, now=now, features=features)


def blend_linear(
    linear: Linear, events: pl.DataFrame, recipe: Recipe, *, now: int, features: csr_array | None = None
) -> Blend:
    """Blend a fitted item model with popularity; arguments as `fit_recipe`."""
    titles = len(linear.weights)
    known = is_known(events, titles)
    weights = linear.weights
    if features is not None:
        weights = fill_cold(weights, features, known, reg=recipe.cold_reg)
    log_counts = standardise_log(decayed_counts(events, titles, now=now), known)
    popular_weights = np.asarray(recipe.popular_weights, dtype=np.float32)
    return build_blend(weights, known, log_counts, taste=recipe.taste, popular_weights=popular_weights)


def name_popular(half_life: float) -> str:
    """Name popularity at a half-life: "popular-3d"; "popular" without decay."""
    return "popular" if np.isinf(half_life) else f"popular-{half_life:g}d"
