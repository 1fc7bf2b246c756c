"""How many members would watch a title that nobody could watch yet: a ridge over metadata and past audiences.

    y = mean + f,   f ~ kernel exp(-.3 |x - x'|^2 / columns) + <m, m'> + .01 <x, x'>,   noise 2^(age / 4 years)

x are the standardised columns of `past`, m the metadata rows of `recommend.metadata`; the ridge in dual form (Saunders
et al., ICML 1998) is the mean of a Gaussian process (Rasmussen & Williams 2006, equation 2.25). Old titles say less of
new ones: their noise doubles every four years. Scale, weights and half-life were chosen on hidden earlier years.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.sparse import csr_array

Floats = NDArray[np.float64]

LEAST = 12
"""Titles with a smaller audience are not learned from: they are in the log by chance."""

_WIDTH, _LINEAR, _YEARS, _MOST_NOISE, _CLIP = 0.3, 0.01, 4.0, 50.0, 4.0


def predict_audience(
    past: Floats,
    metadata: csr_array,
    counts: Floats,
    years: Floats,
    *,
    known: NDArray[np.bool_],
    rows: NDArray[np.int64],
) -> Floats:
    """Predict the log10 audience of titles from that of others.

    Args:
        past: float64 (n, columns), of `describe_past`.
        metadata: float32 (n, features).
        counts: (n,) audiences; read where `known`.
        years: (n,) year of each title.
        known: bool (n,), titles whose audience may be looked at.
        rows: int (k,), titles wanted.

    Returns:
        float64 (k,).

    Raises:
        ValueError: no known title has an audience of `LEAST` or more.
    """
    learned = np.flatnonzero(known & (counts >= LEAST))
    if not len(learned):
        raise ValueError(f"counts: got no known title with an audience of {LEAST} or more")
    spread = past[learned].std(axis=0) + 1e-9
    x = np.clip((past - past[learned].mean(axis=0)) / spread, -_CLIP, _CLIP)
    noise = np.minimum(np.exp2(np.maximum(years[rows].min() - years[learned], 0) / _YEARS), _MOST_NOISE)
    y = np.log10(counts[learned])
    mean = float(np.average(y, weights=1 / noise))
    K = _kernel(x[learned], x[learned], metadata[learned], metadata[learned])
    K[np.diag_indices_from(K)] += noise
    found: Floats = mean + _kernel(x[rows], x[learned], metadata[rows], metadata[learned]) @ solve(
        K, y - mean, assume_a="pos"
    )
    return found


def _kernel(one: Floats, other: Floats, metadata: csr_array, others: csr_array) -> Floats:
    product = one @ other.T
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * product
    shared = np.asarray((metadata @ others.T).toarray(), dtype=np.float64)
    kernel: Floats = np.exp(-_WIDTH * squares / one.shape[1]) + shared + _LINEAR * product
    return kernel
