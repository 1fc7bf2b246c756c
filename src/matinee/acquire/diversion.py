"""Diversion: what members would have watched instead, by a discrete choice with an outside option.

At each visit a member i chooses title k or nothing (McFadden 1974):

    V_ik = b_0 + b x_ik,   P_ik = exp(V_ik) / S_i,   P_i0 = 1 / S_i,   S_i = 1 + sum over k of exp(V_ik)

x are decayed popularity, age and the item model's taste. A new title j with V_ij takes r_i = exp(V_ij) / (S_i +
exp(V_ij)) of i's visits, from every alternative by its share: P_ik r_i from title k, P_i0 r_i from nothing. Members
differ, so the whole audience does not switch by market share alone.

What this rests on: that visits which end with nothing are counted, and that one member's alternatives are chosen in
proportion (independence of irrelevant alternatives). A log of views identifies neither; docs/acquire.md says how to
run the holdout that does, and `anchor` sets the model to what it found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from matinee.recommend.popular import DAY, FLOOR, decayed_counts

Floats = NDArray[np.float64]

HALF_LIVES = (3.0, 14.0, 60.0, np.inf)
FRESH_DAYS = (7.0, 28.0)
"""Days in which freshness halves."""

_TASTE_FLOOR = 0.005
_RIDGE = 1.0
_LEAST_SPREAD = 1e-6
_LARGEST = 30.0


@dataclass(frozen=True)
class Choice:
    """A fitted model of choice.

    Attributes:
        weights: float64 (1 + signals,), b_0 first.
    """

    weights: Floats

    def utilities(self, signals: Floats) -> Floats:
        """Add up V from signals (signals, members, titles): float64 (members, titles), logits against nothing."""
        return np.asarray(
            np.clip(self.weights[0] + np.tensordot(self.weights[1:], signals, axes=1), -_LARGEST, _LARGEST)
        )


@dataclass(frozen=True)
class Split:
    """Where the plays of a new title come from.

    Attributes:
        plays: all of them.
        incremental: those that replace nothing.
        diverted: float64 (titles,), those that replace a play of each title.
    """

    plays: float
    incremental: float
    diverted: Floats


def gather_alternatives(
    events: pl.DataFrame, taste: NDArray[np.float32], ages: Floats, seen: csr_array, *, now: int
) -> Floats:
    """Lay out x at a moment.

    Args:
        events: frame of `matinee.tables.log.EVENTS`, none after `now`.
        taste: float32 (members, titles), scores of the item model.
        ages: (titles,) days since release; below 0 counts as 0.
        seen: (members, titles), 1 where the member has watched the title: who has chosen it once likes it more than
            the item model, which says nothing of a title to itself, can know.
        now: unix seconds.

    Returns:
        float64 (signals, members, titles).
    """
    popularity = np.log(decayed_counts(events, taste.shape[1], now=now, half_lives=HALF_LIVES) + FLOOR)
    length = (now - int(events["at"].to_numpy().min(initial=now))) / DAY
    exposed = np.log1p(np.clip(ages, 0, length))
    rows = [*popularity, exposed, *(np.exp2(-np.maximum(ages, 0) / days) for days in FRESH_DAYS)]
    shared = (np.broadcast_to(row, taste.shape) for row in rows)
    return np.stack([*shared, seen.toarray() > 0, weigh_taste(taste)]).astype(np.float64)


def weigh_taste(taste: NDArray[np.float32]) -> Floats:
    """Turn scores of the item model into the last signal, a logarithm: the same shape."""
    return np.log(np.maximum(taste, 0) + _TASTE_FLOOR).astype(np.float64)


def fit_choice(signals: Floats, chosen: csr_array, visits: Floats, seen: csr_array) -> Choice:
    """Fit b to what members chose in a period, by maximum likelihood.

    A visit that falls on a title already watched leaves no new play: it counts as nothing or any title seen.

    Args:
        signals: (signals, members, titles), of `gather_alternatives` at the start of the period.
        chosen: (members, titles), 1 where the member began the title in the period. Choices of titles that came out
            during it are left out, and their visits too.
        visits: (members,) how often each came in the period, whether or not they played anything.
        seen: (members, titles), 1 where the member had watched the title before the period.

    Returns:
        the model.

    Raises:
        ValueError: nobody came, or nobody chose.
    """
    picks = chosen.toarray().astype(np.float64)
    before = np.minimum(seen.toarray() + picks / 2, 1)  # a title of the period was seen for half of it
    if not picks.sum() or not visits.sum():
        raise ValueError("chosen, visits: got nothing, want members who came and chose")
    mean, spread = signals.mean(axis=(1, 2)), signals.std(axis=(1, 2))
    spread = np.where(spread > _LEAST_SPREAD, spread, 1.0)  # of a signal that is the same for all nothing is learned
    x = (signals - mean[:, None, None]) / spread[:, None, None]
    came = np.maximum(visits, picks.sum(axis=1))

    def loss(b: Floats) -> tuple[float, Floats]:
        V = np.clip(b[0] + np.tensordot(b[1:], x, axes=1), -_LARGEST, _LARGEST)
        W = np.exp(V)
        S, again = 1 + W.sum(axis=1), 1 + (W * before).sum(axis=1)
        none = came - picks.sum(axis=1)
        value = (picks * V).sum() - came @ np.log(S) + none @ np.log(again)
        slope = picks - W * (came / S)[:, None] + W * before * (none / again)[:, None]
        gradient = np.append(slope.sum(), np.tensordot(x, slope, axes=2))
        return float(_RIDGE / 2 * (b[1:] @ b[1:]) - value), np.append(0.0, _RIDGE * b[1:]) - gradient

    start = np.zeros(len(x) + 1)
    start[0] = np.log(picks.sum() / max(came.sum() - picks.sum(), 1.0) / picks.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80})
    b = found.x[1:] / spread
    return Choice(np.append(found.x[0] - b @ mean, b))


def split_plays(model: Choice, signals: Floats, visits: Floats, *, taste: Floats, plays: float) -> Split:
    """Split the forecast of a new title into plays that replace nothing and plays that replace others.

    V_ij = c + b_taste taste_ij, with c such that the plays add up to the forecast.

    Args:
        model: of `fit_choice`.
        signals: (signals, members, titles), of `gather_alternatives`: the titles there are without the new one.
        visits: (members,) how often each will come.
        taste: (members,) of `weigh_taste`: the new title's scores of the cold path.
        plays: forecast, in (0, visits).

    Returns:
        the split; incremental + diverted add up to the plays.

    Raises:
        ValueError: more plays than visits, or none.
    """
    if not 0 < plays < visits.sum():
        raise ValueError(f"plays must lie in (0, {visits.sum():g}), the number of visits, got {plays:g}")
    W = np.exp(model.utilities(signals))
    S = 1 + W.sum(axis=1)
    liking = np.exp(model.weights[-1] * (taste - taste.mean()))
    low, high = -2 * _LARGEST, 2 * _LARGEST
    for _ in range(80):  # bisection, for plays rise with c
        middle = (low + high) / 2
        pull = np.exp(middle) * liking
        low, high = (middle, high) if visits @ (pull / (S + pull)) < plays else (low, middle)
    pull = np.exp((low + high) / 2) * liking
    taken = visits * pull / (S + pull)
    return Split(plays, float(taken @ (1 / S)), np.asarray((taken / S) @ W, dtype=np.float64))


def anchor(model: Choice, signals: Floats, visits: Floats, *, taste: Floats, plays: float, share: float) -> Choice:
    """Set how much members would rather watch nothing to what a holdout measured.

    Args:
        model: of `fit_choice`.
        signals: as in `split_plays`, when the title of the holdout came out.
        visits: as in `split_plays`.
        taste: of that title.
        plays: of that title.
        share: in (0, 1), the part of its plays that replaced nothing: the plays of all titles that members who had it
            made more than members from whom it was withheld, over its plays.

    Returns:
        the model with another b_0, by which the split of that title has this share.

    Raises:
        ValueError: no share between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie in (0, 1), got {share}")
    low, high = -_LARGEST, _LARGEST
    for _ in range(30):  # bisection, for the part that replaces nothing falls with b_0
        shift = (low + high) / 2
        made = split_plays(_shift(model, shift), signals, visits, taste=taste, plays=plays)
        low, high = (shift, high) if made.incremental > share * plays else (low, shift)
    return _shift(model, (low + high) / 2)


def _shift(model: Choice, by: float) -> Choice:
    return Choice(np.append(model.weights[0] + by, model.weights[1:]))
