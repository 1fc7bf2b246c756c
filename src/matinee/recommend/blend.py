"""One score of taste and of what is being watched now, in proportions learned from the log.

    s(u, t) = a (h_u B_t - mean_u) / deviation_u + sum over half-lives h of w_h z(log q_h(t))

The first term is the linear item model, brought to one scale for short and long histories; the second is decayed
popularity at several half-lives, which a log ruled by freshness weighs up and one ruled by taste weighs down. With a
positive weight on a short half-life and a negative one on a long, it is a trend. How the weights are learned is in
`mixture`, how they are judged in `weigh`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float32]

FLAT = 1e-6
"""A deviation below this share of the mean is rounding of float32, not spread."""


@dataclass(frozen=True)
class Blend:
    """The live model: item weights, one shelf of popularity for all, and the weight of each.

    Attributes:
        weights: float32 (titles, titles), B, with the columns of unwatched titles filled from metadata.
        row_means: float32 (titles,), mean of each row of B over known titles.
        known: bool (titles,), titles with events.
        shelf: float32 (titles,), the popularity term; its mean over known titles is 0, and no other title has
            more than the least known one.
        taste: a, the weight of the linear term.
    """

    weights: Floats
    row_means: Floats
    known: NDArray[np.bool_]
    shelf: Floats
    taste: float

    def score(self, histories: csr_array) -> Floats:
        """Score all titles for each history: float32 (n, titles); an empty history gets the shelf alone."""
        scores = self.score_taste(histories)
        scores *= np.float32(self.taste)
        scores += self.shelf
        return scores

    def score_taste(self, histories: csr_array) -> Floats:
        """Score by the item model alone, standardised: float32 (n, titles); an empty history gets zeros."""
        return standardise_scores(np.asarray(histories @ self.weights, dtype=np.float32), self.known)


def build_blend(
    weights: Floats, known: NDArray[np.bool_], log_counts: Floats, *, taste: float, popular_weights: Floats
) -> Blend:
    """Put the parts together.

    A title that nobody has watched gets no more of the shelf than the least known title: negative weights would
    otherwise lift it for having no past.

    Args:
        weights: float32 (titles, titles), B.
        known: bool (titles,), titles with events; at least one.
        log_counts: float32 (half-lives, titles) as `standardise_log` makes them.
        taste: a, weight of the linear term.
        popular_weights: float32 (half-lives,), w.

    Returns:
        the model.
    """
    shelf = (popular_weights.astype(np.float32) @ log_counts).astype(np.float32)
    shelf[~known] = np.minimum(shelf[~known], shelf[known].min())
    shelf -= shelf[known].mean()
    row_means = np.asarray(weights @ known.astype(np.float32) / known.sum(), dtype=np.float32)
    return Blend(weights, row_means, known, shelf, float(taste))


def standardise_scores(scores: Floats, known: NDArray[np.bool_]) -> Floats:
    """Bring each row to mean 0 and deviation 1 over known titles; a row without spread becomes 0."""
    mean, deviation = measure_spread(scores, known)
    return np.asarray((scores - mean) / deviation, dtype=np.float32)


def measure_spread(scores: Floats, known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Measure mean and deviation of each row over known titles, each float32 (n, 1).

    The deviation of a row that is flat but for rounding is infinite, so that dividing by it gives 0.
    """
    base = scores if known.all() else np.compress(known, scores, axis=1)
    mean, deviation = base.mean(axis=1, keepdims=True), base.std(axis=1, keepdims=True)
    deviation[deviation <= FLAT * np.abs(mean)] = np.inf
    return mean, deviation
