"""How many members would watch a title that nobody could watch yet: half boosted trees, half a Gaussian process.

    y = mean + f,   f ~ kernel exp(-.6 |x - x'|^2 / columns) + .5 <m, m'> + .2 <x, x'> / columns

x are the standardised columns of `past` and `about`, m the metadata rows of `recommend.metadata`; the mean of the
process is equation 2.25 of Rasmussen & Williams 2006. Old titles say less of new ones: their noise, 1.5 of a new one,
doubles every four years. The trees are those of `acquire.forecast`, on x of the latest years. Everything was chosen on
years before 1999 of MovieLens 1M, each hidden with all that came after it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.sparse import csr_array

from matinee.acquire.forecast.trees import fit_trees
from matinee.acquire.who.past import find_late

Floats = NDArray[np.float64]

LEAST = 20
"""Titles with a smaller audience are not learned from: they are in the log by chance."""

_TREES = {"num_leaves": 8, "min_child_samples": 20, "feature_fraction": 0.3, "bagging_fraction": 0.7}
_LATE_YEARS = 12.0
_WIDTH, _SHARED, _LINEAR, _NOISE, _YEARS, _MOST_NOISE, _CLIP = 0.6, 0.5, 0.2, 1.5, 4.0, 50.0, 4.0


def predict_audience(
    described: Floats,
    metadata: csr_array,
    logs: Floats,
    years: Floats,
    *,
    learned: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> Floats:
    """Predict the log10 audience of titles from that of others.

    Args:
        described: float64 (n, columns), of `describe_past` and `describe_titles`.
        metadata: float32 (n, features).
        logs: (n,) log10 audiences; no others than `learned` are read.
        years: (n,) year of each title.
        learned: int (l,), titles to learn from, of `LEAST` members or more.
        rows: int (k,), titles wanted.

    Returns:
        float64 (k,).

    Raises:
        ValueError: no title to learn from.
    """
    if not len(learned):
        raise ValueError("learned: got no title to learn from")
    y = logs[learned]
    ages = np.maximum(find_late(years[learned]) + 1 - years[learned], 0)
    late = ages <= max(_LATE_YEARS, float(np.median(ages)))
    trees = fit_trees(described[learned[late]], y[late], rng=np.random.default_rng(0), changes=_TREES)
    noise = _NOISE * np.minimum(np.exp2(ages / _YEARS), _MOST_NOISE)
    spread = described[learned].std(axis=0) + 1e-9
    x = np.clip((described - described[learned].mean(axis=0)) / spread, -_CLIP, _CLIP)
    mean = float(np.average(y, weights=1 / noise))
    K = _kernel(x[learned], x[learned], metadata[learned], metadata[learned])
    K[np.diag_indices_from(K)] += noise
    alike = _kernel(x[rows], x[learned], metadata[rows], metadata[learned])
    process = mean + alike @ solve(K, y - mean, assume_a="pos")
    return np.asarray((process + trees.predict(described[rows])) / 2, dtype=np.float64)


def _kernel(one: Floats, other: Floats, metadata: csr_array, others: csr_array) -> Floats:
    product = one @ other.T / one.shape[1]
    squares = np.mean(one**2, axis=1)[:, None] + np.mean(other**2, axis=1)[None] - 2 * product
    shared = np.asarray((metadata @ others.T).toarray(), dtype=np.float64)
    kernel: Floats = np.exp(-_WIDTH * np.maximum(squares, 0)) + _SHARED * shared + _LINEAR * product
    return kernel
