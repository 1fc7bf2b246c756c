"""The very next title, from what was watched last and in which order; in closed form.

Two readings of the recent past, mixed with popularity at weights learned from the log:

    ridge    r = f B,  f_a = sum over recent titles of 2^(-age / decay_a) while age < window_a,  one block a scale a
             B = (sum f f^T + reg I)^-1 sum f y^T,  over every event y and all that its member watched before it
    follow   l = sum over recent titles i of 2^(-age / MEMORY_DECAY) log(P(t | i) / P(t)),
             P(t | i) = (M_it + PRIOR P(t)) / (sum over t of M_it + PRIOR),
             M = how often t came after i within FOLLOW_WINDOW places, halved for every FOLLOW_DECAY of them

    s(u, t) = w_0 z(r) + w_1 log(max(r, 0) + FLOOR) + w_2 log P(t) + w_3 l

Sources: ridge is Hoerl & Kennard 1970; `follow` is naive Bayes with smoothed co-occurrence, P(t | i) shrunk to P(t)
(Jelinek & Mercer 1980), in the manner of factored Markov chains (Rendle et al., "Factorizing Personalized Markov
Chains", WWW 2010) without the factors; the weights are a multinomial logit (`mixture`). The ridge adds up evidence and
is exact about what shares an audience; the logarithms multiply it, which ranks the first places better.

Ages are places in the order of watching, not days. Does not cover titles that nobody watched, nor catalogues beyond
`MOST_TITLES`: the normal equations take 36 bytes a pair of titles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array

from matinee.errors import MatineeError
from matinee.measure.splits import Split, split_next
from matinee.recommend.blend import standardise_scores
from matinee.recommend.exam import Exam, draw_members, lay_out
from matinee.recommend.mixture import learn_mixture, mix
from matinee.recommend.sequences import NOTHING, Rows, build_recent, build_sequences, sum_followers, sum_normal

Floats = NDArray[np.float32]

SCALES = ((1, 1.0), (6, 2.0), (30, 12.0))
"""Window and half-life of each scale of the ridge, in titles."""

LONGEST = max(window for window, _ in SCALES)
"""Recent titles that the model reads."""

FOLLOW_WINDOW, FOLLOW_DECAY = 15, 6.0
MEMORY, MEMORY_DECAY = 12, 3.0
PRIOR = 60.0
FLOOR = 1e-4
FIRST_WEIGHTS = (0.1, 0.2, 0.3, 0.25)
"""What a log too small to learn from gets."""

MIXTURE_REG = 1e-4
MOST_TITLES = 6_000
MOST_MEMBERS = 3_000
"""Members that weights are learned from."""


@dataclass(frozen=True)
class NextTitle:
    """Scores every title by how likely it comes next.

    Attributes:
        ridge: float32 (scales * titles, titles), B.
        lift: float32 (titles, titles), log(P(t | i) / P(t)) of row i and column t.
        popular: float32 (titles,), log P(t).
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
        r = np.asarray(_decay(recent, titles, _decays(SCALES)) @ self.ridge, dtype=np.float32)
        memory = _decays(((MEMORY, MEMORY_DECAY),))
        follow = np.asarray(_decay(recent, titles, memory) @ self.lift, dtype=np.float32)
        positive = np.log(np.maximum(r, 0) + np.float32(FLOOR))
        return [standardise_scores(r, self.known), positive, np.tile(self.popular, (len(recent), 1)), follow]


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
    decays = _decays(SCALES)
    ridge = _solve(sum_normal(sequences, titles, decays), sum_followers(sequences, titles, decays), reg)
    counts = np.bincount(sequences.titles, minlength=titles).astype(np.float32)
    shares = (counts + 1) / (counts.sum() + titles)
    M = sum_followers(sequences, titles, _decays(((FOLLOW_WINDOW, FOLLOW_DECAY),))).T
    likely = (M + PRIOR * shares) / (M.sum(axis=1, keepdims=True) + PRIOR)
    lift = np.log(likely / shares).astype(np.float32)
    return NextTitle(ridge, lift, np.log(shares), counts > 0, np.asarray(weights, dtype=np.float32))


@dataclass(frozen=True)
class NextTrial:
    """What was learned inside the training part of a log.

    Attributes:
        weights: w.
        exam: members that the weights were not learned from, with their last event to be found.
        ndcg: NDCG@100 of the model on it.
    """

    weights: tuple[float, ...]
    exam: Exam
    ndcg: float


def tune_next(train: pl.DataFrame, titles: int, *, rng: np.random.Generator) -> NextTrial | None:
    """Learn the weights from members' own last events.

    Args:
        train: frame of `matinee.tables.log.EVENTS`, the training part.
        titles: number of titles.
        rng: draws members, half to learn from and half to judge on.

    Returns:
        what was learned; None where the log is too small to tell.
    """
    try:
        split = split_next(train)
    except MatineeError:
        return None
    split = draw_members(split, MOST_MEMBERS, rng=rng)
    if len(split.member_rows) < 2:
        return None
    model = fit_next(split.train, titles)
    learned, judged = (lay_out(half, titles) for half in _halve(split, rng))
    recent = build_recent(split.history, learned.split.member_rows, LONGEST)
    nothing_shared = np.zeros((0, titles), dtype=np.float32)
    weights = learn_mixture(model.parts(recent), nothing_shared, learned.seen, learned.relevant, reg=MIXTURE_REG)
    model = replace(model, weights=weights)
    return NextTrial(tuple(weights.tolist()), judged, judged.judge(score_exam(model, judged)))


def score_exam(model: NextTitle, exam: Exam) -> Floats:
    """Score for the members of an exam: float32 (n, titles)."""
    return model.score_sequences(build_recent(exam.split.history, exam.split.member_rows, LONGEST))


def _halve(split: Split, rng: np.random.Generator) -> tuple[Split, Split]:
    rows = rng.permutation(split.member_rows)
    halves = (pl.Series(half, dtype=pl.UInt32).implode() for half in np.array_split(rows, 2))
    first, second = (replace(split, target=split.target.filter(pl.col("member_row").is_in(half))) for half in halves)
    return first, second


def _decays(scales: tuple[tuple[int, float], ...]) -> Floats:
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
