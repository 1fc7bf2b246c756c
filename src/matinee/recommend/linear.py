"""Linear item models in closed form: EASE and EDLAE by one Cholesky factorisation, in place.

    min over B of ||X - X B||^2 + ||Lambda^(1/2) B||^2   subject to diag(B) = 0

    G = X^T W X,   Lambda = lambda I + p / (1 - p) diag(G),   C = (G + Lambda)^-1,   B = I - C diag(C)^-1

What serves is B diag(max(G_tt, 1))^-beta: weights towards a title are divided by a power of its audience. Titles that
many watched go with nearly everything, and popularity has parts of its own in the blend (measured: docs/log.md).

Sources: Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019 (EASE: p = 0), equations 6 to 8; Steck,
"Autoencoders that don't overfit towards the Identity", NeurIPS 2020 (EDLAE: dropout p), section 3; Christoffel, Paudel,
Newell & Bernstein, "Blockbusters and Wallflowers", RecSys 2015 (beta, there for random walks). W = diag(w_u) weighs
members; here w_u halves for every half-life since the member's last event, so that the model leans to today's tastes,
and falls with a power of the number of events, so that pairs of titles (there are n_u^2) are not a few members' own.

Tuning and evaluation solve in float32. The live model, which is updated later (`update`), is solved in float64: a
float32 solve is off by 5e-7 to 2e-6 in B (MovieLens 1M), as much as an exact update may be.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import DTypeLike, NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.recommend.gram import Sums, compute_gram
from matinee.recommend.histories import build_histories
from matinee.recommend.popular import DAY

TYPICAL_LENGTH = 64
"""Events of a member who weighs 1 under any `length_power`."""

LARGEST_SHARED = 12_000
"""Rows of a matrix that threads factorise together. OpenBLAS 0.3.30 crashes at 16,000 in float64 (14,000 pass)."""

LEAST_WEIGHT = 1e-6
"""A member who weighs less weighs nothing."""


@dataclass(frozen=True)
class LinearSettings:
    """What a linear model is fitted with.

    Attributes:
        reg: lambda, > 0, in members (the diagonal of the Gram counts members).
        dropout: p in [0, 1); 0 = EASE.
        half_life: days since a member's last event that halve the member's weight; infinity = all alike.
        length_power: members with n events weigh (n / `TYPICAL_LENGTH`)^-length_power; 0 = all alike.
        audience_power: beta in [0, 1]; weights towards a title are divided by its audience to this power: the members
            who watched it, each by their weight, at least 1 in all; 0 = not at all.
        weighted: events enter with their weight (share watched, rating), otherwise as 1.
    """

    reg: float = 300.0
    dropout: float = 0.0
    half_life: float = np.inf
    length_power: float = 0.0
    audience_power: float = 0.0
    weighted: bool = False


@dataclass(frozen=True)
class Linear:
    """Scores a title by the titles watched: s = h B.

    Attributes:
        weights: float32 (titles, titles), B; what having watched the row's title says of the column's.
    """

    weights: NDArray[np.float32]

    def score(self, histories: csr_array) -> NDArray[np.float32]:
        """Score all titles for each history: float32 (n, titles); an empty history gives zeros."""
        return np.asarray(histories @ self.weights, dtype=np.float32)


def fit_events(events: pl.DataFrame, titles: int, settings: LinearSettings, *, now: int) -> Linear:
    """Fit the model to a log's events: sum the Gram, solve. Arguments as `compute_events_gram` and `solve_gram`."""
    return solve_gram(compute_events_gram(events, titles, settings, now=now), settings)


def compute_events_gram(
    events: pl.DataFrame, titles: int, settings: LinearSettings, *, now: int, dtype: DTypeLike = np.float32
) -> Sums:
    """Sum the Gram of a log's events, members weighed by recency and length.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.
        titles: number of titles.
        settings: `half_life`, `length_power` and `weighted` are read here.
        now: unix seconds from which recency is counted.
        dtype: of the sums, float32 or float64.

    Returns:
        `dtype` (titles, titles), upper triangle, as `compute_gram`.
    """
    members = events["member_row"].unique().sort().to_numpy()
    X = build_histories(events, members, titles, weighted=settings.weighted)
    if np.isinf(settings.half_life) and settings.length_power == 0:
        return compute_gram(X, dtype=dtype)
    return compute_gram(X, member_weights(events, members, settings, now=now), dtype=dtype)


def fit_linear(X: csr_array, settings: LinearSettings, weights: NDArray[np.float32] | None = None) -> Linear:
    """Fit the model to histories.

    Args:
        X: float32 (members, titles).
        settings: `reg`, `dropout` and `audience_power` are read here; the others shape `X` and `weights`.
        weights: float32 (members,), >= 0; None = all 1.

    Returns:
        the model; errors as `solve_gram`.
    """
    return solve_gram(compute_gram(X, weights), settings)


def solve_gram(G: Sums, settings: LinearSettings) -> Linear:
    """Solve for B within the memory of G.

    Args:
        G: float32 (titles, titles), of which the upper triangle is read; overwritten.
        settings: `reg`, `dropout` and `audience_power` are read here.

    Returns:
        the model; a title without events has a zero row and column.

    Raises:
        ValueError: if `reg` is not > 0, `dropout` not in [0, 1), `audience_power` not in [0, 1], or G + Lambda not
            positive definite.
    """
    return solve_with_diagonal(G, settings)[0]


def solve_with_diagonal(G: Sums, settings: LinearSettings) -> tuple[Linear, NDArray[np.float64]]:
    """Solve for B within the memory of G, and keep the diagonal of C, from which C comes back (`inverse`).

    Args:
        G: float32 or float64 (titles, titles), of which the upper triangle is read; overwritten. B is float32 either
            way; what is left of the memory of a float64 G stays taken as long as B.
        settings: `reg`, `dropout` and `audience_power` are read here.

    Returns:
        the model; and the diagonal of C, float64 (titles,), as precise as G. Errors as `solve_gram`.
    """
    if not settings.reg > 0 or not 0 <= settings.dropout < 1:
        raise ValueError(f"reg must be > 0 and dropout in [0, 1), got {settings.reg} and {settings.dropout}")
    scale = scale_columns(G.diagonal(), settings)
    number = G.dtype.type
    diagonal = np.einsum("ii->i", G)
    diagonal += number(settings.reg) + number(settings.dropout / (1 - settings.dropout)) * diagonal
    C = invert_in_place(G)
    kept = C.diagonal().astype(np.float64)
    return Linear(_narrow(_divide_columns(C, -C.diagonal() / scale.astype(G.dtype)))), kept


def scale_columns(audiences: Sums, settings: LinearSettings) -> NDArray[np.float64]:
    """Find what the columns of B are multiplied by: max(G_tt, 1)^-beta.

    Args:
        audiences: float (titles,), the diagonal of G.
        settings: `audience_power` is read here.

    Returns:
        float64 (titles,), in (0, 1].

    Raises:
        ValueError: if `audience_power` is not in [0, 1].
    """
    if not 0 <= settings.audience_power <= 1:
        raise ValueError(f"audience_power must be in [0, 1], got {settings.audience_power}")
    return np.asarray(np.maximum(audiences, 1).astype(np.float64) ** -settings.audience_power)


def member_weights(
    events: pl.DataFrame, member_rows: NDArray[np.integer], settings: LinearSettings, *, now: int
) -> NDArray[np.float32]:
    """Weigh members by recency and length: w_u = 2^(-(now - last_u) / half_life) (n_u / typical)^-length_power.

    Args:
        events: frame with `member_row` and `at` (unix seconds).
        member_rows: int (members,), ascending; members with an event.
        settings: `half_life` and `length_power` are read here.
        now: unix seconds. An event after it makes recency more than 1, so that two members' weights keep their ratio
            whatever `now` is.

    Returns:
        float32 (members,), >= 0; 0 where recency is below `LEAST_WEIGHT`.

    Raises:
        ValueError: if a member has none.
    """
    if not len(member_rows):
        return np.zeros(0, np.float32)
    members, never = events["member_row"].to_numpy().astype(np.int32, copy=False), np.iinfo(np.int64).min
    lowest = members.min(initial=member_rows[0])
    places, own = members - lowest, member_rows - lowest
    last = np.full(max(places.max(initial=0), own[-1]) + 1, never)
    np.maximum.at(last, places, events["at"].to_numpy())
    last = last[own]
    if (last == never).any():
        raise ValueError(f"member_rows must be members with an event, got {member_rows[last == never][:5]} without")
    recency = np.exp2(-(now - last) / DAY / settings.half_life)
    lengths = np.bincount(places, minlength=own[-1] + 1)[own]
    weights = recency * (lengths / TYPICAL_LENGTH) ** -settings.length_power
    # Products of smaller weights are denormal numbers, on which a factorisation takes five times as long.
    return np.where(recency < LEAST_WEIGHT, 0, weights).astype(np.float32)


def invert_in_place(upper: Sums) -> Sums:
    """Invert a symmetric positive definite matrix within its own memory.

    Args:
        upper: float32 or float64 (n, n), C order, of which the upper triangle is read; overwritten.

    Returns:
        the same memory, now the whole inverse.

    Raises:
        ValueError: if the matrix is not positive definite.
    """
    columns = upper.T  # LAPACK reads columns: our upper triangle is its lower one
    is_single = upper.dtype == np.float32
    potrf, potri = (lapack.spotrf, lapack.spotri) if is_single else (lapack.dpotrf, lapack.dpotri)
    with threadpool_limits(limits=1 if len(upper) > LARGEST_SHARED else None, user_api="blas"):
        columns, failed = potrf(columns, lower=1, clean=0, overwrite_a=1)
    if failed == 0:
        columns, failed = potri(columns, lower=1, overwrite_c=1)
    if failed != 0:
        raise ValueError(f"the Gram matrix is not positive definite (at row {failed}); use a larger reg")
    inverse: Sums = columns.T
    _mirror(inverse)
    return inverse


def _mirror(matrix: Sums, block: int = 512) -> None:
    """Copy the upper triangle onto the lower, block by block so that no second matrix is made."""
    n = len(matrix)
    for start in range(0, n, block):
        stop = min(start + block, n)
        square = matrix[start:stop, start:stop]
        square[...] = np.triu(square) + np.triu(square, 1).T
        matrix[stop:, start:stop] = matrix[start:stop, stop:].T


def _divide_columns(C: Sums, divisors: Sums) -> Sums:
    C /= divisors
    np.fill_diagonal(C, 0)
    return C


def _narrow(matrix: Sums, block: int = 512) -> NDArray[np.float32]:
    """Round to float32 within the memory of the matrix, first rows first: nothing is overwritten before it is read."""
    if matrix.dtype == np.float32:
        return matrix.astype(np.float32, copy=False)
    n = len(matrix)
    narrow = matrix.reshape(-1).view(np.float32)[: n * n].reshape(n, n)
    for start in range(0, n, block):
        narrow[start : start + block] = matrix[start : start + block].astype(np.float32)
    return narrow
