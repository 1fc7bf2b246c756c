"""Factors: a short vector for every title, by alternating least squares on all pairs, watched or not (iALS).

    min over U, V of  sum over watched (u, t) of c_ut (1 - u v_t)^2  +  alpha0 sum over all (u, t) of (u v_t)^2
                      + sum over u of lambda_u |u|^2  +  sum over t of lambda_t |v_t|^2

    lambda_u = reg (n_u + alpha0 titles)^nu,   lambda_t = reg (n_t + alpha0 members)^nu,   n = number of events

Sources: Hu, Koren & Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008; Rendle, Krichene,
Zhang & Koren, "Revisiting the Performance of iALS on Item Recommendation Benchmarks", RecSys 2022 (2021 on arXiv): the
unobserved weight alpha0 and the frequency-scaled regularisation nu. Each row is solved by a few steps of conjugate
gradients from where it stood: Takacs, Pilaszy & Tikk, "Applications of the Conjugate Gradient Method for Implicit
Feedback Collaborative Filtering", RecSys 2011.

State is titles x embedding size, so it is the model for catalogues too large for titles x titles, and its vectors serve
wherever titles must be near or far. A member's vector is solved for when scores are wanted; none is kept. Does not
cover titles that nobody watched: their vector is zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.recommend.compiled import compiled
from matinee.recommend.histories import build_histories

Floats = NDArray[np.float32]

FIT_STEPS = 3
"""Steps of conjugate gradients a row and epoch; the next epoch goes on from there, so more gain nothing."""

SERVE_STEPS = 30
"""Steps at most for a history at serving, which starts from nothing."""

START = 0.1
"""Length of a title's vector at the start."""

SOLVED = 1e-12
"""A squared residual below this share of the first is solved: float32 has no more digits."""


UNWATCHED = 1_000.0
"""Events that all unwatched titles together weigh at most as much as, at first. It is what .3 comes to at 3,333 titles,
about as many as MovieLens 1M has; at .3 factors of 60,000 titles are pressed flat, because the ridge grows with it."""


@dataclass(frozen=True)
class FactorsSettings:
    """What factors are fitted with; the defaults did best on inner splits of MovieLens 1M (docs/log.md).

    Attributes:
        embedding_size: length of a vector, >= 1.
        epochs: passes over members and titles, >= 1.
        unobserved: alpha0, weight of every pair, > 0, where a watched pair weighs 1 more.
        reg: > 0.
        nu: power of the frequency in the regularisation, >= 0.
        weighted: events enter with their weight (share watched, rating), otherwise as 1.
    """

    embedding_size: int = 64
    epochs: int = 8
    unobserved: float = 0.3
    reg: float = 0.01
    nu: float = 1.0
    weighted: bool = False


def start_factors(titles: int) -> FactorsSettings:
    """Choose settings by the number of titles alone: in large catalogues an unwatched pair weighs less."""
    settings = FactorsSettings()
    return replace(settings, unobserved=min(settings.unobserved, UNWATCHED / max(titles, 1)))


@dataclass(frozen=True)
class Factors:
    """Scores a title by the member's vector, solved for from the history: s = u V^T.

    Attributes:
        vectors: float32 (titles, embedding size), V; zero for a title without events.
        gram: float32 (embedding size, embedding size), alpha0 V^T V.
        unobserved: alpha0.
        reg: as in the settings.
        nu: as in the settings.
    """

    vectors: Floats
    gram: Floats
    unobserved: float
    reg: float
    nu: float

    def fold_in(self, histories: csr_array) -> Floats:
        """Solve for members' vectors: float32 (n, embedding size) from (n, titles); an empty history gives zeros."""
        members = np.zeros((histories.shape[0], self.vectors.shape[1]), dtype=np.float32)
        ridges = _ridges(histories, self.unobserved, self.reg, self.nu)
        _solve_rows(*_parts(histories), self.vectors, self.gram, ridges, SERVE_STEPS, members)
        return members

    def score(self, histories: csr_array) -> Floats:
        """Score all titles for each history: float32 (n, titles); an empty history gives zeros."""
        return np.asarray(self.fold_in(histories) @ self.vectors.T, dtype=np.float32)


def fit_factors(events: pl.DataFrame, titles: int, settings: FactorsSettings, *, rng: np.random.Generator) -> Factors:
    """Fit factors to a log's events.

    Args:
        events: frame of `matinee.tables.log.EVENTS`.
        titles: number of titles.
        settings: what to fit with.
        rng: draws the vectors from which titles start.

    Returns:
        the model; errors as `factorise`.
    """
    members = np.unique(events["member_row"].to_numpy())
    return factorise(build_histories(events, members, titles, weighted=settings.weighted), settings, rng=rng)


def factorise(X: csr_array, settings: FactorsSettings, *, rng: np.random.Generator) -> Factors:
    """Fit factors to histories.

    Args:
        X: float32 (members, titles), entries c > 0.
        settings: what to fit with; `weighted` shaped X and is not read.
        rng: draws the vectors from which titles start.

    Returns:
        the model; the same X, settings and seed give the same.

    Raises:
        ValueError: if a setting is out of range, or an entry of X is not finite and positive.
    """
    _check(X, settings)
    a, size = np.float32(settings.unobserved), settings.embedding_size
    by_title = X.T.tocsr()
    V = (rng.standard_normal((X.shape[1], size)) * (START / np.sqrt(size))).astype(np.float32)
    U = np.zeros((X.shape[0], size), dtype=np.float32)
    ridges, title_ridges = (_ridges(Y, settings.unobserved, settings.reg, settings.nu) for Y in (X, by_title))
    for _ in range(settings.epochs):
        _solve_rows(*_parts(X), V, a * (V.T @ V), ridges, FIT_STEPS, U)
        _solve_rows(*_parts(by_title), U, a * (U.T @ U), title_ridges, FIT_STEPS, V)
    return Factors(V, a * (V.T @ V), settings.unobserved, settings.reg, settings.nu)


def _check(X: csr_array, settings: FactorsSettings) -> None:
    if settings.embedding_size < 1 or settings.epochs < 1:
        got = f"{settings.embedding_size} and {settings.epochs}"
        raise ValueError(f"embedding_size and epochs must be >= 1, got {got}")
    a, reg, nu = settings.unobserved, settings.reg, settings.nu
    if not (0 < a < np.inf and 0 < reg < np.inf and 0 <= nu < np.inf):
        raise ValueError(f"unobserved and reg must be > 0 and nu >= 0, all finite, got {a}, {reg} and {nu}")
    if not (np.isfinite(X.data).all() and (X.data > 0).all()):
        raise ValueError("X must have finite entries > 0, got others; leave out what does not count")


def _ridges(X: csr_array, unobserved: float, reg: float, nu: float) -> Floats:
    """Weigh the ridge of each row by how much speaks for it: reg (n + alpha0 columns)^nu, float32 (rows,)."""
    return np.asarray(reg * (np.diff(X.indptr) + unobserved * X.shape[1]) ** nu, dtype=np.float32)


def _parts(X: csr_array) -> tuple[NDArray[np.integer], NDArray[np.integer], Floats]:
    return X.indptr, X.indices, X.data.astype(np.float32, copy=False)


@partial(compiled, fastmath=True)
def _solve_rows(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    starts: NDArray[np.integer],
    columns: NDArray[np.integer],
    values: Floats,
    V: Floats,
    gram: Floats,
    ridges: Floats,
    steps: int,
    U: Floats,
) -> None:
    """Improve each row x of U towards (gram + ridge I + sum of c v v^T) x = sum of c v, by conjugate gradients."""
    residual, direction, image = np.empty_like(gram[0]), np.empty_like(gram[0]), np.empty_like(gram[0])
    for row in range(len(U)):
        own, c, x = columns[starts[row] : starts[row + 1]], values[starts[row] : starts[row + 1]], U[row]
        if len(own) == 0:
            x[:] = 0
            continue
        _apply(gram, ridges[row], own, c, V, x, np.float32(1), residual)
        direction[:] = residual
        size = first = np.dot(residual, residual)
        for _ in range(steps):
            if size <= SOLVED * first:
                break
            _apply(gram, ridges[row], own, c, V, direction, np.float32(0), image)
            # `image` is minus the matrix times the direction
            step = -size / np.dot(direction, image)
            x += step * direction
            residual += step * image
            before, size = size, np.dot(residual, residual)
            direction *= size / before
            direction += residual


@partial(compiled, fastmath=True)
def _apply(  # ruff: ignore[too-many-positional-arguments] - numba takes arrays, no structures
    gram: Floats,
    ridge: np.float32,
    own: NDArray[np.integer],
    c: Floats,
    V: Floats,
    x: Floats,
    wanted: np.float32,
    out: Floats,
) -> None:
    """Compute sum of c (wanted - v x) v - gram x - ridge x: the residual for wanted = 1, minus the product for 0."""
    for f in range(len(x)):
        out[f] = -ridge * x[f]
    for e in range(len(x)):
        for f in range(len(x)):
            out[f] -= x[e] * gram[e, f]
    for place in range(len(own)):
        v = V[own[place]]
        score = np.float32(0)
        for f in range(len(x)):
            score += v[f] * x[f]
        missing = c[place] * (wanted - score)
        for f in range(len(x)):
            out[f] += missing * v[f]
