"""The live model: the blend that serves, what newcomers get, and the state from which both can be updated exactly.

Covers making it from a whole log and comparing two of them; `update` moves it on when the log changes. A dense item
model is solved in float64 here, so that an update can be compared with it. Factors have no exact update: they are
fitted again, and the same log gives the same to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.measure.splits import latest_at
from matinee.recommend.blend import Blend, build_blend
from matinee.recommend.cold import fill_columns, resemble
from matinee.recommend.linear import compute_events_gram, solve_with_diagonal
from matinee.recommend.low_rank import LowRank
from matinee.recommend.model import dump_arrays
from matinee.recommend.popular import HALF_LIVES, lean_on_whole, standardise_log, sum_by_country, sum_decayed
from matinee.recommend.recipe import Recipe, fill_items, fit_items

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]
ALL_TIME = HALF_LIVES.index(np.inf)


@dataclass(frozen=True)
class Evidence:
    """What a live model is made from.

    Attributes:
        events: frame of `matinee.tables.log.EVENTS`.
        titles: number of titles.
        features: metadata, float32 (titles, features).
        country_rows: int (members,); each member's country, -1 = unknown.
        countries: number of countries.
    """

    events: pl.DataFrame
    titles: int
    features: csr_array
    country_rows: NDArray[np.integer]
    countries: int


@dataclass(frozen=True)
class State:
    """What an update needs beside the blend.

    Attributes:
        diagonal: float64 (titles,), of C = (G + Lambda)^-1; empty for factors.
        audiences: float64 (titles,), of G: the members who watched each title, by their weight; empty for factors.
        counts: float64 (half-lives, titles), decayed counts at `now`.
        own_counts: float64 (countries, titles), each country's own at `now` and the recipe's half-life.
        mixture: float32 (known, unknown titles), as `matinee.recommend.cold.resemble` makes it; empty for factors.
        reference: unix seconds from which the recency of members counts.
        now: unix seconds, the last event.
        updates: number of updates since the last solve.
    """

    diagonal: Floats
    audiences: Floats
    counts: Floats
    own_counts: Floats
    mixture: Float32s
    reference: int
    now: int
    updates: int = 0


@dataclass(frozen=True)
class Live:
    """The live model.

    Attributes:
        blend: scores members with a history.
        newcomers: float32 (countries + 1, titles), decayed popularity in each country and, last, everywhere.
        state: from which it is updated.
    """

    blend: Blend
    newcomers: Float32s
    state: State


def fit_live(evidence: Evidence, recipe: Recipe, *, reference: int | None = None) -> Live:
    """Make the live model from a whole log; popularity is that at its last event.

    Args:
        evidence: the log; at least one event.
        recipe: what tuning learned.
        reference: unix seconds from which the recency of members counts; None = the last event.

    Returns:
        the model; errors as `matinee.recommend.linear.solve_gram`, or `matinee.recommend.factors.factorise`.
    """
    events, titles, now = evidence.events, evidence.titles, latest_at(evidence.events)
    since = now if reference is None else reference
    counts = sum_decayed(events, titles, now=now)
    fit = _fit_dense if recipe.factors is None else _fit_factors
    weights, diagonal, audiences, mixture = fit(evidence, recipe, counts[ALL_TIME] > 0, since)
    own_counts = count_own(evidence, recipe, now)
    return assemble(weights, State(diagonal, audiences, counts, own_counts, mixture, since, now), recipe)


Fitted = tuple[Float32s | LowRank, Floats, Floats, Float32s]
"""Item weights, and what `State` calls diagonal, audiences and mixture."""


def _fit_dense(evidence: Evidence, recipe: Recipe, known: NDArray[np.bool_], since: int) -> Fitted:
    mixture = resemble(evidence.features, known, reg=recipe.cold_reg)  # before the Gram takes the memory
    G = compute_events_gram(evidence.events, evidence.titles, recipe.linear, now=since, dtype=np.float64)
    audiences = np.asarray(G.diagonal(), dtype=np.float64).copy()
    linear, diagonal = solve_with_diagonal(G, recipe.linear)
    return linear.weights, diagonal, audiences, mixture


def _fit_factors(evidence: Evidence, recipe: Recipe, known: NDArray[np.bool_], since: int) -> Fitted:
    items = fit_items(evidence.events, evidence.titles, recipe, now=since)
    filled = fill_items(items, evidence.features, known, reg=recipe.cold_reg)
    weights = filled if isinstance(filled, LowRank) else filled.weights
    return weights, np.zeros(0), np.zeros(0), np.zeros((0, 0), np.float32)


def count_own(evidence: Evidence, recipe: Recipe, now: int) -> Floats:
    """Count each country's own decayed events: float64 (countries, titles)."""
    return sum_by_country(
        evidence.events,
        evidence.country_rows,
        evidence.countries,
        evidence.titles,
        now=now,
        half_life=recipe.half_life,
    )


def assemble(weights: Float32s | LowRank, state: State, recipe: Recipe) -> Live:
    """Make what serves: fill the columns of unwatched titles, weigh popularity, and lay out newcomers' counts.

    Args:
        weights: float32 (titles, titles), B, of which the columns of unwatched titles are overwritten; or of low rank,
            and filled.
        state: the rest of what was learned.
        recipe: the weights of the parts.

    Returns:
        the model; B lies where it lay.
    """
    known = state.counts[ALL_TIME] > 0
    log_counts = standardise_log(state.counts.astype(np.float32), known)
    shares = np.asarray(recipe.popular_weights, dtype=np.float32)
    filled = weights if isinstance(weights, LowRank) else fill_columns(weights, known, state.mixture)
    blend = build_blend(filled, known, log_counts, taste=recipe.taste, popular_weights=shares)
    whole = state.counts[HALF_LIVES.index(recipe.half_life)]
    newcomers = np.concatenate([lean_on_whole(state.own_counts, whole), whole[None].astype(np.float32)])
    return Live(blend, newcomers, state)


def compare_live(live: Live, other: Live) -> dict[str, float]:
    """Compare all that serves: the largest difference of each array, as a share of the other's value where that is > 1.

    Returns:
        largest |a - b| / max(1, |b|) by array; infinity where the arrays are not of one shape,
        or one has none.
    """
    ours, theirs = (dump_arrays(each.blend) | {"newcomers": each.newcomers} for each in (live, other))
    nothing = np.zeros(0)
    return {name: differ(ours.get(name, nothing), theirs.get(name, nothing)) for name in ours | theirs}


def differ(ours: object, theirs: object, block: int = 512) -> float:
    """Find the largest difference of two arrays as `compare_live` does, `block` rows at a time."""
    a, b = np.atleast_1d(np.asarray(ours)), np.atleast_1d(np.asarray(theirs))
    if a.shape != b.shape:
        return float("inf")
    worst = 0.0
    for start in range(0, len(a), block):
        x, y = (array[start : start + block].astype(np.float64) for array in (a, b))
        worst = max(worst, float((np.abs(x - y) / np.maximum(1, np.abs(y))).max(initial=0)))
    return worst
