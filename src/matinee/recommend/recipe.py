"""A recipe: everything that tuning decides, and the live model made by it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.measure.splits import is_known
from matinee.recommend.blend import Blend, build_blend
from matinee.recommend.cold import fill_cold
from matinee.recommend.factors import FactorsSettings, start_factors
from matinee.recommend.linear import Linear, LinearSettings, fit_events
from matinee.recommend.low_rank import LowRank, fill_vectors, fit_low_rank
from matinee.recommend.popular import decayed_counts, standardise_log

MOST_DENSE = 50_000
"""Titles up to which item weights are dense: their fit takes 8 bytes a pair of titles, 20 GB here, 29 GB at 60,000."""

ItemModel = Linear | LowRank
"""What a history says of titles, by weights of pairs of titles: whole, or of low rank."""


@dataclass(frozen=True)
class Recipe:
    """How to make the live model. The default is what a log too small to learn from gets: fresh popularity.

    Attributes:
        linear: settings of the dense item model.
        factors: settings of the item model of low rank, which then stands for the dense one; None = dense.
        seed: draws the vectors that factors start from.
        cold_reg: ridge of titles that nobody has watched, > 0.
        taste: weight of the item model.
        popular_weights: weight of each of `HALF_LIVES`.
        half_life: days, one of `HALF_LIVES`: the best for popularity alone, which members without history get.
        judged: NDCG@100 on the inner split, of each part and (cross-fitted) of the blend; empty if not tuned.
    """

    linear: LinearSettings = field(default_factory=LinearSettings)
    factors: FactorsSettings | None = None
    seed: int = 0
    cold_reg: float = 3.0
    taste: float = 0.0
    popular_weights: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    half_life: float = 30.0
    judged: dict[str, float] = field(default_factory=dict)

    @property
    def is_weighted(self) -> bool:
        """Whether the item model is told the weights of events."""
        return (self.factors or self.linear).weighted

    @property
    def item_model(self) -> str:
        """Name of the item model: "linear" or "factors"."""
        return "factors" if self.factors else "linear"


def start_recipe(titles: int) -> Recipe:
    """Choose by the size of the catalogue: factors beyond `MOST_DENSE` titles; nothing else is learned yet."""
    return Recipe(factors=start_factors(titles)) if titles > MOST_DENSE else Recipe()


def scale_recipe(recipe: Recipe, *, members: float, titles: float) -> Recipe:
    """Change a recipe so that it does on a part of a log what it would on the whole.

    Args:
        recipe: for the whole.
        members: share of the members that the part has, in (0, 1]; `reg` of the dense item model counts members.
        titles: the same of titles; factors weigh all unwatched titles alike, however many they are.

    Returns:
        the recipe for the part.
    """
    linear, factors = replace(recipe.linear, reg=recipe.linear.reg * members), recipe.factors
    if factors is not None:
        factors = replace(factors, unobserved=factors.unobserved / titles)
    return replace(recipe, linear=linear, factors=factors)


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
    items = fit_items(events, titles, recipe, now=now)
    if features is not None:
        items = fill_items(items, features, is_known(events, titles), reg=recipe.cold_reg)
    return blend_items(items, events, recipe, now=now)


def fit_items(events: pl.DataFrame, titles: int, recipe: Recipe, *, now: int) -> ItemModel:
    """Fit the item model alone; arguments as `fit_recipe`."""
    if recipe.factors is None:
        return fit_events(events, titles, recipe.linear, now=now)
    return fit_low_rank(events, titles, recipe.factors, rng=np.random.default_rng(recipe.seed))


def fill_items(items: ItemModel, features: csr_array, known: NDArray[np.bool_], *, reg: float) -> ItemModel:
    """Give unwatched titles weights by their metadata: arguments and errors as `fill_cold` and `fill_vectors`."""
    if isinstance(items, LowRank):
        return fill_vectors(items, features, known, reg=reg)
    return Linear(fill_cold(items.weights, features, known, reg=reg))


def blend_items(items: ItemModel, events: pl.DataFrame, recipe: Recipe, *, now: int) -> Blend:
    """Blend a fitted and filled item model with popularity; arguments as `fit_recipe`."""
    weights = items if isinstance(items, LowRank) else items.weights
    titles = len(items.left) if isinstance(items, LowRank) else len(items.weights)
    known = is_known(events, titles)
    log_counts = standardise_log(decayed_counts(events, titles, now=now), known)
    popular_weights = np.asarray(recipe.popular_weights, dtype=np.float32)
    return build_blend(weights, known, log_counts, taste=recipe.taste, popular_weights=popular_weights)


def name_popular(half_life: float) -> str:
    """Name popularity at a half-life: "popular-3d"; "popular" without decay."""
    return "popular" if np.isinf(half_life) else f"popular-{half_life:g}d"
