"""Prior: what titles so named, in that language and of that length, draw in the long run.

Covers a ridge regression from names, language, kind and length to the hours of titles that were out long before they
were counted. There are ten times as many of them as debuts, and none is one, so its guess is a feature of debuts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from scipy.sparse.linalg import LinearOperator, cg

from matinee.acquire.features.language import LANGUAGES
from matinee.acquire.features.text import Vocabulary, learn_vocabulary, split_letters, split_words

RIDGE = 20.0
TEXT_WEIGHT = 2.0
_LETTERS_LEAST, _WORDS_LEAST = 5, 3
_USUAL_RUNTIME = 2.2
_HALF_YEAR = 0.5


@dataclass(frozen=True)
class Prior:
    """A fitted ridge.

    Attributes:
        letters: of original names.
        words: of names.
        centre: float64 (numbers,) means of the plain numbers.
        spread: float64 (numbers,) their deviations.
        weights: float64 (numbers + terms,).
        mean: of log10 hours.
    """

    letters: Vocabulary
    words: Vocabulary
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    mean: float

    def guess(self, works: pl.DataFrame) -> NDArray[np.float64]:
        """Guess the log10 hours of works as if they had just come out, float64 (n,)."""
        plain = (_plain(works.with_columns(age=pl.lit(0.0))) - self.centre) / self.spread
        X = _join(plain, works, self.letters, self.words)
        return np.asarray(X @ self.weights) + self.mean


def fit_prior(older: pl.DataFrame) -> Prior | None:
    """Fit the prior.

    Args:
        older: from `find_older`, through `describe_works`; rows of unknown age or kind are left out.

    Returns:
        None where there are fewer than 100 such titles.
    """
    known = older.filter(pl.col("age").is_not_null() & pl.col("kind").is_not_null() & ~pl.col("is_live"))
    if known.height < 100:
        return None
    letters = learn_vocabulary(known["original"], split_letters, least=_LETTERS_LEAST)
    words = learn_vocabulary(known["english"], split_words, least=_WORDS_LEAST)
    plain = _plain(known)
    centre, spread = plain.mean(axis=0), plain.std(axis=0) + 1e-9
    X = _join((plain - centre) / spread, known, letters, words)
    y = known["log_hours"].to_numpy()
    return Prior(letters, words, centre, spread, _solve(X, y - y.mean()), float(y.mean()))


def _solve(X: csr_array, y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve (X^T X + RIDGE I) w = X^T y by conjugate gradients."""
    n = X.shape[1]
    normal = LinearOperator((n, n), matvec=lambda w: X.T @ (X @ w) + RIDGE * w, dtype=np.float64)
    weights, _ = cg(normal, X.T @ y, rtol=1e-5, maxiter=300)
    return np.asarray(weights)


def _join(plain: NDArray[np.float64], works: pl.DataFrame, letters: Vocabulary, words: Vocabulary) -> csr_array:
    texts = [letters.weigh(works["original"].to_list()), words.weigh(works["english"].to_list())]
    return csr_array(hstack([csr_array(plain), *(TEXT_WEIGHT * text for text in texts)]))


def _plain(works: pl.DataFrame) -> NDArray[np.float64]:
    kind = pl.col("kind").cast(pl.String)
    is_film = (kind == "film").fill_null(value=False).cast(pl.Float64)
    is_special = (kind == "series").fill_null(value=False).cast(pl.Float64)
    runtime = pl.col("runtime_minutes").log10().cast(pl.Float64)
    length = runtime.fill_null(_USUAL_RUNTIME)
    later = (pl.col("season") > 1).cast(pl.Float64)
    worldwide = pl.col("worldwide").fill_null(value=False).cast(pl.Float64)
    age = (pl.col("age") / _HALF_YEAR).log1p()
    parts = [
        is_film, is_special, pl.col("is_limited").cast(pl.Float64), worldwide, runtime.is_null().cast(pl.Float64),
        later, pl.col("season").log1p().cast(pl.Float64), length, length * is_film, length * is_special,
        (length - 2) ** 2, (length - 2) ** 2 * is_film, worldwide * is_film, age, age**2, age * is_film, age * later,
    ]  # fmt: skip
    parts += [(pl.col("language") == code).cast(pl.Float64) for code in LANGUAGES]
    return works.select(each.alias(str(place)) for place, each in enumerate(parts)).to_numpy().astype(np.float64)
