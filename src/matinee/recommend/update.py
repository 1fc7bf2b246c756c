"""Moving the live model on when its log changed: exactly what a fit on the new log gives, at a fraction of its cost.

    G' = G + sum over members u concerned of w'_u x'_u x'_u^T - w_u x_u x_u^T

touches only the rows and columns of titles that those members watched, before or now; `inverse` moves B there. Decayed
counts are summed again for the titles concerned and aged for the others. What is kept until the next solve: the time
from which the recency of members counts (all weights are then too large by one factor, which is less regularisation,
by half at most); and until the next training: the recipe. Exact means: as a fit with this recipe and this reference.

Factors have no exact update; they are fitted to the new log again, in seconds.

B is float32, so every update adds its rounding. `sample_drift` measures it where a few columns meet some rows, now and
then `find_drift` in whole columns; where it has grown, or an update would cost as much as a solve, the model is solved
again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from matinee.measure.splits import latest_at
from matinee.recommend.blend import DenseBlend
from matinee.recommend.changes import Change
from matinee.recommend.cold import resemble
from matinee.recommend.gram import compute_gram
from matinee.recommend.histories import build_histories
from matinee.recommend.inverse import Inverse, drop, find_error, rearrange, sample_error, shift
from matinee.recommend.linear import LinearSettings, member_weights, scale_columns
from matinee.recommend.live import ALL_TIME, Evidence, Floats, Live, State, assemble, count_own, fit_live
from matinee.recommend.popular import DAY, HALF_LIVES, sum_decayed
from matinee.recommend.recipe import Recipe

Rows = NDArray[np.int64]

MOST_SHARE = 1 / 3
"""Share of titles concerned from which the model is solved again: an update costs .9 of a solve there, 1.1 at .4."""

MOST_UPDATES = 200
"""Updates after which the model is solved again."""

MOST_DRIFT = 2e-7
"""Error of B, in the columns looked at, from which the model is solved again."""

WHOLE_EVERY = 20
"""Updates after which whole columns are looked at; a sample after each of the others."""

MOST_SAMPLED = MOST_DRIFT / 2
"""Error in a sample from which whole columns are looked at as well: it may be half of theirs."""

DRIFT_COLUMNS = 4

SAMPLED_COLUMNS = 4
SAMPLED_ROWS = 256


@dataclass(frozen=True)
class Updated:
    """A model that was moved on.

    Attributes:
        live: the model.
        drift: its largest error where it was looked at; 0 for factors, which are as fitted.
        solved: why it was solved again; empty if it was not.
    """

    live: Live
    drift: float
    solved: str


@dataclass(frozen=True)
class Difference:
    """Histories of the members whose share of the Gram changed, as they were and are.

    Attributes:
        before: float32 (members, titles).
        after: float32 (members, titles).
        before_weights: float32 (members,).
        after_weights: float32 (members,).
    """

    before: csr_array
    after: csr_array
    before_weights: NDArray[np.float32]
    after_weights: NDArray[np.float32]

    @property
    def title_rows(self) -> Rows:
        """Titles in whose rows and columns the Gram changes, ascending."""
        return np.unique(np.concatenate([self.before.indices, self.after.indices])).astype(np.int64)

    def gram(self, title_rows: Rows) -> Floats:
        """Sum what the Gram gains among these titles: float64 (n, n)."""
        gained, lost = (
            compute_gram(X[:, title_rows], w, dtype=np.float64)
            for X, w in ((self.after, self.after_weights), (self.before, self.before_weights))
        )
        upper = gained - lost
        return np.asarray(upper + np.triu(upper, 1).T, dtype=np.float64)


def update_live(
    live: Live,
    change: Change,
    evidence: Evidence,
    recipe: Recipe,
    *,
    country_places: Rows,
    has_same_features: bool,
    rng: np.random.Generator,
) -> Updated:
    """Move the model on, or solve it again where that is cheaper or safer, or there is no other way.

    Args:
        live: the model; its item weights are overwritten.
        change: from the log it was learned from to that of `evidence`.
        evidence: the log now.
        recipe: what the model was made by.
        country_places: int (countries now,); the row of each country in the model, -1 = new.
        has_same_features: whether the metadata are those that the model was made with.
        rng: draws the rows and columns that are looked at.

    Returns:
        the model of the log now.
    """
    if recipe.factors is not None:
        return Updated(fit_live(evidence, recipe), 0.0, "factors have no exact update")
    difference = find_difference(change, evidence.titles, recipe.linear, reference=live.state.reference)
    solved = _find_reason(live.state, recipe.linear, evidence, len(difference.title_rows))
    if not solved:
        try:
            live = fold_in(
                live, change, difference, evidence, recipe,
                country_places=country_places, has_same_features=has_same_features,
            )  # fmt: skip
        except np.linalg.LinAlgError as error:
            solved = str(error)
    drift = np.inf if solved else _look(live, evidence, recipe.linear, rng)
    if not solved and drift > MOST_DRIFT:
        solved = f"it had drifted by {drift:.0e}"
    if solved:
        live = fit_live(evidence, recipe)
        drift = find_drift(live, evidence, recipe.linear, rng=rng)
    return Updated(live, drift, solved)


def _look(live: Live, evidence: Evidence, settings: LinearSettings, rng: np.random.Generator) -> float:
    """Look for drift in a sample; in whole columns where it is time, or the sample is suspicious."""
    if live.state.updates % WHOLE_EVERY:
        drift = sample_drift(live, evidence, settings, rng=rng)
        if drift <= MOST_SAMPLED:
            return drift
    return find_drift(live, evidence, settings, rng=rng)


def find_difference(change: Change, titles: int, settings: LinearSettings, *, reference: int) -> Difference:
    """Find the members who add something else to the Gram than before, among the titles that are still there.

    A member who only lost a title that is gone, and weighs what they weighed, is none: taking the title out is enough.
    """
    members = np.unique(np.concatenate([f["member_row"].to_numpy() for f in (change.before, change.after)]))
    before, before_weights = _lay_out(change.before, members, titles, settings, reference)
    after, after_weights = _lay_out(change.after, members, titles, settings, reference)
    moved = csr_array(after - before)
    moved.eliminate_zeros()
    weighs = (before_weights > 0) | (after_weights > 0)
    concerned = weighs & ((np.diff(moved.indptr) > 0) | (before_weights != after_weights))
    return Difference(before[concerned], after[concerned], before_weights[concerned], after_weights[concerned])


def fold_in(
    live: Live,
    change: Change,
    difference: Difference,
    evidence: Evidence,
    recipe: Recipe,
    *,
    country_places: Rows,
    has_same_features: bool,
) -> Live:
    """Move the model on; arguments as `update_live`, errors as `matinee.recommend.inverse.shift`."""
    known = live.blend.known
    inverse = _find_inverse(live, recipe.linear)
    inverse.weights[:, ~known] = 0  # filled from metadata, no part of C
    empty = 1 / recipe.linear.reg
    if not change.has_same_titles:
        gone = np.flatnonzero((change.places < 0) & known)
        inverse = drop(inverse, gone) if len(gone) else inverse
        inverse = rearrange(inverse, change.places, evidence.titles, empty=empty)
    title_rows, audiences = difference.title_rows, _rearrange(live.state.audiences, change.places, evidence.titles)
    if len(title_rows):
        K = difference.gram(title_rows)
        audiences[title_rows] += K.diagonal()
        np.einsum("ii->i", K)[:] /= 1 - recipe.linear.dropout
        inverse = shift(inverse, title_rows, K, scale_columns(audiences, recipe.linear))
    state = _count(live.state, change, evidence, recipe, country_places)
    known_now = state.counts[ALL_TIME] > 0
    forgotten = np.flatnonzero(~known_now)
    inverse.weights[forgotten] = inverse.weights[:, forgotten] = 0  # rounding, where the last event of a title went
    diagonal = inverse.diagonal.copy()
    diagonal[forgotten], audiences[forgotten] = empty, 0
    if not has_same_features or not change.has_same_titles or (known_now != known).any():
        state = replace(state, mixture=resemble(evidence.features, known_now, reg=recipe.cold_reg))
    return assemble(inverse.weights, replace(state, diagonal=diagonal, audiences=audiences), recipe)


def find_drift(live: Live, evidence: Evidence, settings: LinearSettings, *, rng: np.random.Generator) -> float:
    """Measure the largest error of B in a few columns, from the log itself, as `find_error` does.

    Args:
        live: the model.
        evidence: the log that it stands for.
        settings: of its item model.
        rng: draws the columns.

    Returns:
        the largest absolute error.
    """
    events = evidence.events
    members, title_rows = (events[name].to_numpy().astype(np.int32) for name in ("member_row", "title_row"))
    present = np.flatnonzero(np.bincount(members))
    w = np.zeros(members.max() + 1, np.float32)
    w[present] = member_weights(events, present, settings, now=live.state.reference)
    values = events["weight"].to_numpy() if settings.weighted else np.ones(len(members), np.float32)
    X = coo_array((values, (members, title_rows)), shape=(len(w), evidence.titles))
    squares = np.bincount(title_rows, values.astype(np.float64) ** 2 * w[members], evidence.titles)
    ridge = np.asarray(settings.reg + settings.dropout / (1 - settings.dropout) * squares, dtype=np.float64)
    known = np.flatnonzero(live.blend.known)
    drawn = rng.choice(known, min(DRIFT_COLUMNS, len(known)), replace=False)
    return find_error(_find_inverse(live, settings), X, w, ridge, drawn)


def sample_drift(live: Live, evidence: Evidence, settings: LinearSettings, *, rng: np.random.Generator) -> float:
    """Measure the error of B where a few columns meet some rows, from the log of who watched those columns' titles.

    Arguments as `find_drift`.

    Returns:
        the largest absolute error there, as `matinee.recommend.inverse.sample_error` says.
    """
    known = np.flatnonzero(live.blend.known)
    drawn = rng.choice(known, min(SAMPLED_COLUMNS, len(known)), replace=False)
    others = rng.choice(known, min(SAMPLED_ROWS, len(known)), replace=False)
    theirs = _find_watchers(evidence, drawn)
    members = np.unique(theirs["member_row"].to_numpy())
    w = member_weights(theirs, members, settings, now=live.state.reference).astype(np.float64)
    X = build_histories(theirs, members, evidence.titles, weighted=settings.weighted).astype(np.float64)
    M = (X[:, drawn].T.multiply(w).tocsr() @ X).toarray()
    n = np.arange(len(drawn))
    M[n, drawn] = M[n, drawn] / (1 - settings.dropout) + settings.reg
    return sample_error(_find_inverse(live, settings), M, drawn, np.union1d(drawn, others))


def _find_watchers(evidence: Evidence, title_rows: Rows) -> pl.DataFrame:
    """Find all events of the members who watched one of the titles."""
    asked, watched = np.zeros(evidence.titles, np.bool_), np.zeros(len(evidence.country_rows), np.bool_)
    asked[title_rows] = True
    members, titles = (evidence.events[name].to_numpy() for name in ("member_row", "title_row"))
    watched[members[asked[titles]]] = True
    return evidence.events.filter(pl.Series(watched[members]))


def _find_inverse(live: Live, settings: LinearSettings) -> Inverse:
    """Find C, of which B is made, as it is stored."""
    if not isinstance(live.blend, DenseBlend):
        raise ValueError("live must have dense item weights, got factors, which come from no inverse")
    return Inverse(live.blend.weights, live.state.diagonal, scale_columns(live.state.audiences, settings))


def _find_reason(state: State, settings: LinearSettings, evidence: Evidence, concerned: int) -> str:
    """Say why a solve is better than an update; empty if it is not."""
    if state.updates >= MOST_UPDATES:
        return f"it had been updated {state.updates} times"
    if latest_at(evidence.events) - state.reference > settings.half_life * DAY:
        return f"its members had been weighed more than {settings.half_life:g} days before"
    if concerned > MOST_SHARE * evidence.titles:
        return f"{concerned:,} of {evidence.titles:,} titles were concerned"
    return ""


def _lay_out(
    events: pl.DataFrame, members: NDArray[np.integer], titles: int, settings: LinearSettings, reference: int
) -> tuple[csr_array, NDArray[np.float32]]:
    """Lay out histories and weigh members; titles beyond the last are left out but count for weights."""
    weights = np.zeros(len(members), np.float32)
    present = np.unique(events["member_row"].to_numpy())
    weights[np.searchsorted(members, present)] = member_weights(events, present, settings, now=reference)
    there = events.filter(pl.col("title_row") < titles)
    return build_histories(there, members, titles, weighted=settings.weighted), weights


def _count(state: State, change: Change, evidence: Evidence, recipe: Recipe, country_places: Rows) -> State:
    """Move decayed counts on to the last event now, and sum those of the titles concerned again.

    Subtracting would leave rounding where little is left. Where the last event went, time runs backwards, and what
    decayed to nothing cannot come back: then all are summed again.
    """
    now = latest_at(evidence.events)
    recount = change.recount if now >= state.now else np.ones(evidence.titles, dtype=np.bool_)
    days = max(now - state.now, 0) / DAY
    counts = _rearrange(state.counts, change.places, evidence.titles) * np.exp2(-days / np.array(HALF_LIVES))[:, None]
    own = np.zeros((evidence.countries, state.own_counts.shape[1]))
    own[country_places >= 0] = state.own_counts[country_places[country_places >= 0]]
    own = _rearrange(own, change.places, evidence.titles) * np.exp2(-days / recipe.half_life)
    some = replace(evidence, events=evidence.events.filter(pl.Series(recount[evidence.events["title_row"].to_numpy()])))
    counts[:, recount] = sum_decayed(some.events, evidence.titles, now=now)[:, recount]
    own[:, recount] = count_own(some, recipe, now)[:, recount]
    return replace(state, counts=counts, own_counts=own, now=now, updates=state.updates + 1)


def _rearrange(counts: Floats, places: Rows, titles: int) -> Floats:
    moved, kept = np.zeros((*counts.shape[:-1], titles)), places >= 0
    moved[..., places[kept]] = counts[..., kept]
    return moved
