"""Factors as item weights: what a watched title says of another, through a short vector of each.

    B = L R^T,   R = V,   L = V (alpha0 V^T V + n E[c v v^T] + reg (n + alpha0 titles)^nu I)^-1

is what iALS (`factors`) makes of a history if every member's equations are those of a typical one: n, the median number
of events, drawn from all events alike. A score is then a sum over the watched titles, as with dense item weights:
blended, explained and served alike, from titles x embedding size. It ranks nearly as well as solving for each member
(docs/log.md).

Unwatched titles get the rows of R that ridge regression on metadata gives them:

    R_c = F_c F_w^T Y,   (F_w F_w^T + mu I) Y = R_w

the same as in `cold`, by conjugate gradients instead of a matrix of titles x titles; F as there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from matinee.recommend.factors import Factors, FactorsSettings, factorise
from matinee.recommend.histories import build_histories

Floats = NDArray[np.float32]

MOST_STEPS = 200
"""Steps of conjugate gradients at most."""

SOLVED = 1e-4
"""A residual of this share of the first is solved: metadata say far less of a title than four digits."""


@dataclass(frozen=True)
class LowRank:
    """Scores a title by the titles watched: s = h L R^T.

    Attributes:
        left: float32 (titles, d), L; zero for a title without events.
        right: float32 (titles, d), R.
    """

    left: Floats
    right: Floats

    def score(self, histories: csr_array) -> Floats:
        """Score all titles for each history: float32 (n, titles); an empty history gives zeros."""
        return np.asarray((histories @ self.left) @ self.right.T, dtype=np.float32)


def fit_low_rank(events: pl.DataFrame, titles: int, settings: FactorsSettings, *, rng: np.random.Generator) -> LowRank:
    """Fit factors to a log's events and bring them to the form of item weights.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.
        titles: number of titles.
        settings: what to fit with.
        rng: draws the vectors from which titles start.

    Returns:
        the model; the same log, settings and seed give the same, however many threads BLAS may use. Errors as
        `matinee.recommend.factors.factorise`.
    """
    X = build_histories(events, np.unique(events["member_row"].to_numpy()), titles, weighted=settings.weighted)
    with threadpool_limits(limits=1, user_api="blas"):  # sums are taken in another order where threads share them
        return linearise(factorise(X, settings, rng=rng), X)


def linearise(factors: Factors, X: csr_array) -> LowRank:
    """Solve for L, in float64.

    Args:
        factors: fitted to X.
        X: float32 (members, titles).

    Returns:
        the item weights.
    """
    V, lengths = factors.vectors.astype(np.float64), np.diff(X.indptr)
    length = float(np.median(lengths))
    watched = np.bincount(X.indices, X.data, minlength=X.shape[1]) * (length / X.nnz)
    average = factors.unobserved * (V.T @ V) + V.T @ (V * watched[:, None])
    speaking = length + factors.unobserved * len(V)
    average[np.diag_indices_from(average)] += factors.reg * speaking**factors.nu
    return LowRank(np.linalg.solve(average, V.T).T.astype(np.float32), factors.vectors)


def fill_vectors(model: LowRank, features: csr_array, known: NDArray[np.bool_], *, reg: float) -> LowRank:
    """Fill the rows of R of unwatched titles.

    Args:
        model: the item weights.
        features: float32 (titles, features), rows of length 1 or 0.
        known: bool (titles,); titles with events, whose rows stay as they are.
        reg: mu, > 0.

    Returns:
        the item weights, with another R where there is something to fill; a title without metadata keeps zeros.

    Raises:
        ValueError: if `reg` is not > 0.
    """
    if not reg > 0:
        raise ValueError(f"reg must be > 0, got {reg}")
    if known.all() or features.nnz == 0 or not known.any():
        return model
    watched = features[known]
    right = model.right.copy()
    right[~known] = features[~known] @ (watched.T @ _solve_ridge(watched, model.right[known], reg))
    return LowRank(model.left, right)


def _solve_ridge(F: csr_array, wanted: Floats, reg: float) -> Floats:
    """Solve (F F^T + reg I) Y = wanted, all columns at once, each with steps of its own length."""
    Y, residual, back = np.zeros_like(wanted), wanted.copy(), F.T.tocsr()
    direction, size = residual.copy(), _multiply(residual)
    goal = SOLVED**2 * size
    for _ in range(MOST_STEPS):
        if (size <= goal).all():
            break
        image = F @ (back @ direction) + np.float32(reg) * direction
        step = _divide(size, _multiply(direction, image))
        Y += step * direction
        residual -= step * image
        before, size = size, _multiply(residual)
        direction = residual + _divide(size, before) * direction
    return Y


def _multiply(left: Floats, right: Floats | None = None) -> Floats:
    """Multiply column by column: float32 (columns,)."""
    return np.asarray(np.einsum("ij,ij->j", left, left if right is None else right), dtype=np.float32)


def _divide(above: Floats, below: Floats) -> Floats:
    """Divide, 0 where nothing is left: a column of zeros is solved from the start."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
