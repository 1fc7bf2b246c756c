"""The very next title, from what was watched last and in which order; in closed form.

Two readings of the recent past, mixed with popularity at weights learned from the log:

    ridge    r = f B,  f_a = sum over recent titles of 2^(-age / decay_a) while age < window_a,  one block a scale a
             B = (sum f f^T + reg I)^-1 sum f y^T,  over every event y and all that its member watched before it
    follow   l = sum over recent titles i of 2^(-age / 3) log(P(t | i) / P(t)),
             P(t | i) = (M_it + PRIOR P(t)) / (sum over t of M_it + PRIOR),
             M = how often t came after i within FOLLOW_WINDOW places, halved for every FOLLOW_DECAY of them

    s(u, t) = w_0 z(r) + w_1 log(1 + max(r, 0) / FLOOR) + w_2 (log P(t) - mean of log P) + w_3 l

Sources: ridge is Hoerl & Kennard 1970; `follow` is naive Bayes with smoothed co-occurrence, P(t | i) shrunk to P(t)
(Jelinek & Mercer 1980), in the manner of factored Markov chains (Rendle et al., "Factorizing Personalized Markov
Chains", WWW 2010) without the factors; the weights are a multinomial logit (`mixture`). The ridge adds up evidence and
is exact about what shares an audience; the logarithms multiply it, which ranks the first places better.

Ages are places in the order of watching, not days. Does not cover titles that nobody watched, nor catalogues beyond
`MOST_TITLES`: the normal equations take 36 bytes a pair of titles. How the weights are learned is in `tune_next`, how
it is served and explained in `following`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array

from matinee.recommend.blend import standardise_scores
from matinee.recommend.mixture import mix
from matinee.recommend.sequences import NOTHING, Rows, build_sequences, sum_followers, sum_normal

Floats = NDArray[np.float32]

SCALES = ((1, 1.0), (6, 2.0), (30, 12.0))
"""Window and half-life of each scale of the ridge, in titles."""

LONGEST = max(window for window, _ in SCALES)
"""Recent titles that the model reads."""

FOLLOW_WINDOW, FOLLOW_DECAY = 15, 6.0
MEMORY = ((12, 3.0),)
"""Window and half-life of what `follow` reads, in titles."""

PRIOR = 60.0
FLOOR = 1e-4
FIRST_WEIGHTS = (0.1, 0.2, 0.3, 0.25)
"""What a log too small to learn from gets."""

MOST_TITLES = 6_000


@dataclass(frozen=True)
class NextTitle:
    """Scores every title by how likely it comes next.

    Attributes:
        ridge: float32 (scales * titles, titles), B.
        lift: float32 (titles, titles), log(P(t | i) / P(t)) of row i and column t.
        popular: float32 (titles,), log P(t) less its mean over known titles.
        known: bool (titles,), titles with events.
        weights: float32 (4,), w.
    """

    ridge: Floats
    lift: Floats
    popular: Floats
    known: NDArray[np.bool_]
    weights: Floats

    def score_sequences(self, recent: Rows) -> Floats:
        """Score all titles as the next one.

        Args:
            recent: int32 (n, k), title rows, most recent first, -1 = none; the first `LONGEST` are read.

        Returns:
            float32 (n, titles), finite; who watched nothing gets popularity alone.
        """
        return mix(self.parts(recent), list(self.weights))

    def parts(self, recent: Rows) -> list[Floats]:
        """Compute what the score is mixed from, float32 (n, titles) each; arguments as `score_sequences`."""
        titles = len(self.lift)
        r = np.asarray(_decay(recent, titles, weigh_ages(SCALES)) @ self.ridge, dtype=np.float32)
        follow = np.asarray(_decay(recent, titles, weigh_ages(MEMORY)) @ self.lift, dtype=np.float32)
        return self.lay_out(r, follow)

    def lay_out(self, r: Floats, follow: Floats) -> list[Floats]:
        """Lay out r and l, float32 (n, titles) each, as the parts of the score."""
        return [standardise_scores(r, self.known), emphasise(r), np.tile(self.popular, (len(r), 1)), follow]


def fit_next(
    events: pl.DataFrame, titles: int, *, reg: float = 300.0, weights: tuple[float, ...] = FIRST_WEIGHTS
) -> NextTitle:
    """Fit the model to a log's events.

    Args:
        events: frame of `matinee.tables.log.EVENTS`; at least one.
        titles: number of titles.
        reg: ridge, > 0, in events.
        weights: w, as `tune_next` learns them.

    Returns:
        the model.

    Raises:
        ValueError: if `reg` is not finite and > 0, or there are no events.
    """
    if not 0 < reg < np.inf:
        raise ValueError(f"reg must be finite and > 0, got {reg}")
    if events.is_empty():
        raise ValueError("events: got none, want at least one")
    sequences = build_sequences(events)
    decays = weigh_ages(SCALES)
    ridge = _solve(sum_normal(sequences, titles, decays), sum_followers(sequences, titles, decays), reg)
    counts = np.bincount(sequences.titles, minlength=titles).astype(np.float32)
    shares = (counts + 1) / (counts.sum() + titles)
    M = sum_followers(sequences, titles, weigh_ages(((FOLLOW_WINDOW, FOLLOW_DECAY),))).T
    likely = (M + PRIOR * shares) / (M.sum(axis=1, keepdims=True) + PRIOR)
    lift = np.log(likely / shares).astype(np.float32)
    known, popular = counts > 0, np.log(shares)
    ridge, lift = (np.ascontiguousarray(array) for array in (ridge, lift))  # a request reads rows of few titles
    return NextTitle(ridge, lift, popular - popular[known].mean(), known, np.asarray(weights, dtype=np.float32))


def emphasise(r: Floats) -> Floats:
    """Compute log(1 + max(r, 0) / FLOOR): 0 where nothing speaks for a title."""
    return np.log1p(np.maximum(r, 0) / np.float32(FLOOR))


def weigh_ages(scales: tuple[tuple[int, float], ...]) -> Floats:
    """Lay out the weight of a title by its age in places: float32 (scales, longest window)."""
    age = np.arange(max(window for window, _ in scales))
    return np.array([np.where(age < window, np.exp2(-age / decay), 0) for window, decay in scales], dtype=np.float32)


def _decay(recent: Rows, titles: int, decays: Floats) -> csr_array:
    """Weigh recent titles by age: float32 (n, scales * titles)."""
    shape = (len(recent), len(decays) * titles)
    scale, age = np.nonzero(decays[:, : recent.shape[1]])
    columns = recent[:, age]
    row, place = np.nonzero(columns != NOTHING)
    values = decays[scale, age][place]
    return csr_array((values, (row, scale[place] * titles + columns[row, place])), shape=shape)


def _solve(G: Floats, C: Floats, reg: float) -> Floats:
    """Solve (G + reg I) B = C^T within the memory of G and C: float32 (features, titles)."""
    diagonal = np.einsum("ii->i", G)
    diagonal += np.float32(reg)
    _, ridge, failed = lapack.sposv(G.T, C.T, lower=1, overwrite_a=1, overwrite_b=1)
    if failed != 0:
        raise ValueError(f"the normal equations are not positive definite (at row {failed}); use a larger reg")
    return np.asarray(ridge, dtype=np.float32)
