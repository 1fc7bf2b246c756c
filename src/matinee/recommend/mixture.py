"""Weights of several scores, learned from what members went on to watch.

    s(u, t) = sum over parts p of w_p part_p(u, t)

    max over w of mean over u of log softmax(s(u, .))[t],  averaged over the targets t of u, minus reg |w|^2

over titles not yet seen: a multinomial logit, McFadden 1974, as in `blend`, for parts that all differ by member.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

Floats = NDArray[np.float32]

REG = 1e-4
STEPS = 60


def mix(parts: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Add up the parts, float32 (n, titles) each, at the given weights."""
    mixed = np.zeros_like(parts[0])
    for part, weight in zip(parts, weights, strict=True):
        mixed += np.float32(weight) * part
    return mixed


def learn_mixture(parts: Sequence[Floats], seen: csr_array, relevant: csr_array) -> tuple[float, ...]:
    """Learn the weight of each part.

    Args:
        parts: float32 (n, titles) each.
        seen: (n, titles); an entry = in the history, not to be chosen again.
        relevant: (n, titles); an entry = was chosen; each member has at least one.

    Returns:
        one weight a part.
    """
    n, hidden = parts[0].shape[0], seen.nonzero()
    chosen = csr_array(relevant.astype(np.float64))
    lengths = np.diff(relevant.indptr)
    chosen.data[:] = np.repeat(1 / lengths, lengths)
    wanted: NDArray[np.float64] = np.array([chosen.multiply(part).sum() for part in parts])

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        p = mix(parts, list(w))
        p[hidden] = -np.inf
        top = p.max(axis=1, keepdims=True)
        p -= top
        np.exp(p, out=p)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        normaliser = float((top + np.log(total)).sum(dtype=np.float64))
        expected = np.array([np.vdot(p, part) for part in parts], dtype=np.float64)
        return (normaliser - float(w @ wanted)) / n + REG * float(w @ w), (expected - wanted) / n + 2 * REG * w

    found = minimize(loss, np.full(len(parts), 0.1), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return tuple(float(weight) for weight in found.x)
