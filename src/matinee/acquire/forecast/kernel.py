"""Kernel: a forecast as the weighted sum of comparable titles, and how far a title is from all of them.

Covers kernel ridge regression, which is the mean of a Gaussian process, with a kernel that adds likeness of numbers,
of names and of synopses and a straight line; likeness to each known title (for `comps`) and the share of the prior
variance that the known titles leave (for novelty). Rasmussen & Williams 2006, Gaussian Processes for Machine Learning,
ch. 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist

from matinee.acquire.features.build import Features
from matinee.acquire.features.text import Vocabulary, learn_vocabulary, split_letters, split_words

NOISE = 0.7
HISTORY_WEIGHT = 0.7
_HISTORY = ("series_", "family_", "season_")
_LIMIT = 4.0
_TEXTS = (("original", split_letters, 2, 0.15), ("english", split_words, 1, 0.1), ("synopsis", split_words, 3, 0.1))
"""Column, how it is split, in how many rows a term must stand, and what likeness of it counts."""

_LINE = 1.0
_NARROW = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """How columns of features become comparable numbers.

    Attributes:
        middle: float64 (f,) medians, which stand for what is unknown.
        centre: float64 (f + flags,) means.
        spread: float64 (f + flags,) deviations over weight; infinite where a column never differs.
        flagged: int64 (flags,) columns of which it is told whether they are known.
    """

    middle: Floats
    centre: Floats
    spread: Floats
    flagged: NDArray[np.int64]

    def apply(self, features: Features) -> Floats:
        """Bring features to mean 0 and deviation near 1, float64 (n, f + flags), none beyond ±4."""
        return np.asarray(
            np.clip((_fill(features, self.middle, self.flagged) - self.centre) / self.spread, -_LIMIT, _LIMIT)
        )


def fit_scale(features: Features) -> Scale:
    """Learn medians, means and deviations from known titles."""
    unknown = np.isnan(features.values)
    known = ~unknown.all(axis=0)
    middle = np.zeros(unknown.shape[1])
    middle[known] = np.nanmedian(features.values[:, known], axis=0)
    _, first = np.unique(unknown, axis=1, return_index=True)
    flagged = np.array([place for place in sorted(first) if unknown[:, place].any()], dtype=np.int64)
    filled = _fill(features, middle, flagged)
    weights = np.array([HISTORY_WEIGHT if name.startswith(_HISTORY) else 1.0 for name in features.names])
    spread = filled.std(axis=0)
    spread = np.where(spread > 1e-9, spread, np.inf) / np.concatenate([weights, np.ones(len(flagged))])
    return Scale(middle, filled.mean(axis=0), spread, flagged)


def _fill(features: Features, middle: Floats, flagged: NDArray[np.int64]) -> Floats:
    unknown = np.isnan(features.values)
    return np.column_stack([np.where(unknown, middle, features.values), unknown[:, flagged].astype(float)])


@dataclass(frozen=True)
class Kernel:
    """A fitted kernel regression.

    Attributes:
        is_line: only the straight line and the texts: a ridge regression.
        scale: of numbers.
        vocabularies: of original names, names and synopses.
        numbers: float64 (n, columns) of the known titles.
        texts: a sparse matrix of the known titles for each vocabulary.
        factor: Cholesky factor of K + NOISE I.
        weights: float64 (n,) of the known titles.
        mean: of the target.
    """

    is_line: bool
    scale: Scale
    vocabularies: tuple[Vocabulary, ...]
    numbers: Floats
    texts: tuple[csr_array, ...]
    factor: tuple[Floats, bool]
    weights: Floats
    mean: float

    def likeness(self, features: Features) -> Floats:
        """Compare works with the known titles, float64 (works, n); the higher the more alike."""
        return self._compare(self.scale.apply(features), _read(features, self.vocabularies))

    def predict(self, features: Features) -> Floats:
        """Forecast the target, float64 (works,)."""
        return np.asarray(self.likeness(features) @ self.weights + self.mean)

    def correlation(self, features: Features) -> Floats:
        """Compare works with the known titles, float64 (works, n) in [-1, 1]; 1 = the same.

        r(x, z) = k(x, z) / sqrt(k(x, x) k(z, z)), so that a title is not near to all because its numbers are large.
        """
        numbers, texts = self.scale.apply(features), _read(features, self.vocabularies)
        own, theirs = self._own(numbers, texts), self._own(self.numbers, self.texts)
        return np.asarray(self._compare(numbers, texts) / np.sqrt(np.outer(own, theirs)))

    def novelty(self, features: Features) -> Floats:
        """Tell the share of variance that known titles leave, float64 (works,) in [0, 1]; 1 = like nothing known.

        v(x) = 1 - k(x)^T (K + NOISE I)^-1 k(x) / k(x, x)
        """
        numbers, texts = self.scale.apply(features), _read(features, self.vocabularies)
        K = self._compare(numbers, texts)
        told = np.einsum("ij,ji->i", K, cho_solve(self.factor, K.T))
        return np.asarray(np.clip(1 - told / self._own(numbers, texts), 0, 1))

    def _own(self, numbers: Floats, texts: tuple[csr_array, ...]) -> Floats:
        """Give k(x, x), float64 (works,)."""
        told = sum(w * np.asarray(t.multiply(t).sum(axis=1)).ravel() for (*_, w), t in zip(_TEXTS, texts, strict=True))
        return np.asarray(float(not self.is_line) + _LINE * (numbers**2).mean(axis=1) + told)

    def _compare(self, numbers: Floats, texts: tuple[csr_array, ...]) -> Floats:
        return _compare(numbers, texts, self.numbers, self.texts, is_line=self.is_line)


def fit_kernel(features: Features, y: Floats, *, is_line: bool = False) -> Kernel:
    """Fit the regression.

    Args:
        features: of n known titles.
        y: float64 (n,) their targets.
        is_line: leave out the likeness of numbers, which makes it a ridge regression.
    """
    scale = fit_scale(features)
    vocabularies = tuple(
        learn_vocabulary(features.works[column].drop_nulls(), split, least=least) for column, split, least, _ in _TEXTS
    )
    numbers, texts = scale.apply(features), _read(features, vocabularies)
    K = _compare(numbers, texts, numbers, texts, is_line=is_line)
    factor = cho_factor(K + NOISE * np.eye(len(y)), lower=True)
    mean = float(y.mean())
    return Kernel(is_line, scale, vocabularies, numbers, texts, factor, cho_solve(factor, y - mean), mean)


def _read(features: Features, vocabularies: tuple[Vocabulary, ...]) -> tuple[csr_array, ...]:
    columns = [features.works[column].fill_null("").to_list() for column, *_ in _TEXTS]
    return tuple(each.weigh(texts) for each, texts in zip(vocabularies, columns, strict=True))


def _compare(
    a: Floats, a_texts: tuple[csr_array, ...], b: Floats, b_texts: tuple[csr_array, ...], *, is_line: bool
) -> Floats:
    """Give k(x, z) = exp(-|x - z|^2 / (2 d)) + LINE x.z / d + sum of TEXTS t.t, of d columns."""
    d = a.shape[1]
    K: Floats = _LINE * (a @ b.T) / d
    if not is_line:
        K += np.exp(-_NARROW * cdist(a, b, "sqeuclidean") / d)
    for (*_, weight), one, other in zip(_TEXTS, a_texts, b_texts, strict=True):
        K += weight * (one @ other.T).toarray()
    return K
