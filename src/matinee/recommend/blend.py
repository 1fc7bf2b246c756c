"""One score of taste and of what is being watched now, in proportions learned from the log.

    s(u, t) = a (h_u B_t - mean_u) / deviation_u + sum over half-lives h of w_h z(log q_h(t))

The first term is the item model, brought to one scale for short and long histories; the second is decayed
popularity at several half-lives, which a log ruled by freshness weighs up and one ruled by taste weighs down. With a
positive weight on a short half-life and a negative one on a long, it is a trend. How the weights are learned is in
`mixture`, how they are judged in `weigh`.

B is titles x titles (`DenseBlend`) or, where that would be too large, a product of two narrow matrices (`FactorBlend`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.recommend.low_rank import LowRank
from matinee.recommend.model import restore_model

Floats = NDArray[np.float32]
Rows = NDArray[np.integer]

FLAT = 1e-6
"""A deviation below this share of the mean is rounding of float32, not spread."""


class Blend(ABC):
    """The live model: item weights, one shelf of popularity for all, and the weight of each.

    Attributes:
        row_means: float32 (titles,), mean of each row of B over known titles.
        known: bool (titles,), titles with events.
        shelf: float32 (titles,), the popularity term; its mean over known titles is 0, and no other title has
            more than the least known one.
        taste: a, the weight of the item model.
    """

    row_means: Floats
    known: NDArray[np.bool_]
    shelf: Floats
    taste: float

    @abstractmethod
    def add_weights(self, histories: csr_array) -> Floats:
        """Add up what histories say of each title, h B: float32 (n, titles)."""

    @abstractmethod
    def cut_weights(self, rows: Rows, title_rows: Rows | None = None) -> Floats:
        """Cut out what some watched titles say of some titles, or of all: float32 (rows, title_rows) of B."""

    @abstractmethod
    def relate(self, title_row: int) -> Floats:
        """Say how far watching each title goes with one of them: float32 (titles,)."""

    def score(self, histories: csr_array) -> Floats:
        """Score all titles for each history: float32 (n, titles); an empty history gets the shelf alone."""
        scores = self.score_taste(histories)
        scores *= np.float32(self.taste)
        scores += self.shelf
        return scores

    def score_taste(self, histories: csr_array) -> Floats:
        """Score by the item model alone, standardised: float32 (n, titles); an empty history gets zeros."""
        return self.measure_taste(histories)[0]

    def measure_taste(self, histories: csr_array) -> tuple[Floats, Floats]:
        """Score as `score_taste`, and measure the deviation that was divided by: float32 (n, 1)."""
        sums = self.add_weights(histories)
        mean, deviation = measure_spread(sums, self.known)
        return np.asarray((sums - mean) / deviation, dtype=np.float32), deviation

    def contribute(self, rows: Rows, title_rows: Rows | None = None) -> Floats:
        """Say how much more each watched title speaks for some titles, or all, than for the average one.

        Returns:
            float32 (rows, title_rows), B_it - mean_i.
        """
        return np.asarray(self.cut_weights(rows, title_rows) - self.row_means[rows][:, None], dtype=np.float32)


@dataclass(frozen=True)
class DenseBlend(Blend):
    """A blend whose item weights lie there whole.

    Attributes:
        weights: float32 (titles, titles), B, with the columns of unwatched titles filled from metadata.
        row_means: as in `Blend`.
        known: as in `Blend`.
        shelf: as in `Blend`.
        taste: as in `Blend`.
    """

    weights: Floats
    row_means: Floats
    known: NDArray[np.bool_]
    shelf: Floats
    taste: float

    def add_weights(self, histories: csr_array) -> Floats:
        """Add up rows of B."""
        return np.asarray(histories @ self.weights, dtype=np.float32)

    def cut_weights(self, rows: Rows, title_rows: Rows | None = None) -> Floats:
        """Read elements of B."""
        return self.weights[rows] if title_rows is None else self.weights[rows[:, None], title_rows]

    def relate(self, title_row: int) -> Floats:
        """Add up both directions: B_ij + B_ji."""
        return np.asarray(self.weights[title_row] + self.weights[:, title_row])


@dataclass(frozen=True)
class FactorBlend(Blend):
    """A blend whose item weights are B = L R^T (`matinee.recommend.low_rank`).

    Attributes:
        left: float32 (titles, d), L.
        right: float32 (titles, d), R, with the rows of unwatched titles filled from metadata.
        row_means: as in `Blend`.
        known: as in `Blend`.
        shelf: as in `Blend`.
        taste: as in `Blend`.
    """

    left: Floats
    right: Floats
    row_means: Floats
    known: NDArray[np.bool_]
    shelf: Floats
    taste: float

    def add_weights(self, histories: csr_array) -> Floats:
        """Make the members' vectors, h L, and multiply them by R^T."""
        return LowRank(self.left, self.right).score(histories)

    def cut_weights(self, rows: Rows, title_rows: Rows | None = None) -> Floats:
        """Compute elements of L R^T."""
        right = self.right if title_rows is None else self.right[title_rows]
        return np.asarray(self.left[rows] @ right.T, dtype=np.float32)

    def relate(self, title_row: int) -> Floats:
        """Measure the cosine of the titles' vectors R."""
        lengths = np.linalg.norm(self.right, axis=1)
        lengths[lengths == 0] = np.inf
        return np.asarray(self.right @ self.right[title_row] / lengths / lengths[title_row], dtype=np.float32)


def build_blend(
    weights: Floats | LowRank, known: NDArray[np.bool_], log_counts: Floats, *, taste: float, popular_weights: Floats
) -> Blend:
    """Put the parts together.

    A title that nobody has watched gets no more of the shelf than the least known title: negative weights would
    otherwise lift it for having no past.

    Args:
        weights: B, float32 (titles, titles), or of low rank.
        known: bool (titles,), titles with events; at least one.
        log_counts: float32 (half-lives, titles) as `standardise_log` makes them.
        taste: a, weight of the item model.
        popular_weights: float32 (half-lives,), w.

    Returns:
        the model.
    """
    shelf = (popular_weights.astype(np.float32) @ log_counts).astype(np.float32)
    shelf[~known] = np.minimum(shelf[~known], shelf[known].min())
    shelf -= shelf[known].mean()
    share = known.astype(np.float32)
    if isinstance(weights, LowRank):
        means = np.asarray(weights.left @ (share @ weights.right / share.sum()), dtype=np.float32)
        return FactorBlend(weights.left, weights.right, means, known, shelf, float(taste))
    means = np.asarray(weights @ share / known.sum(), dtype=np.float32)
    return DenseBlend(weights, means, known, shelf, float(taste))


def restore_blend(arrays: Mapping[str, NDArray[Any]]) -> Blend:
    """Make a blend of the arrays that `matinee.recommend.model.dump_arrays` gave; errors as `restore_model`."""
    return restore_model(FactorBlend, arrays) if "left" in arrays else restore_model(DenseBlend, arrays)


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
