"""Weights of several scores, learned from what members went on to watch.

    s(u, t) = sum over own parts p of w_p part_p(u, t)  +  sum over shared parts p of w_p part_p(t)

    max over w of mean over u of log softmax(s(u, .))[t],  averaged over the targets t of u, minus reg |w|^2

over titles not yet seen: a multinomial logit. McFadden, "Conditional logit analysis of qualitative choice behavior",
1974. It is convex, so one start is enough. A part that is the same for all members is kept as one row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

Floats = NDArray[np.float32]

STEPS = 200


def mix(parts: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Add up the parts, float32 (n, titles) each, at the given weights."""
    mixed = np.zeros_like(parts[0])
    for part, weight in zip(parts, weights, strict=True):
        mixed += np.float32(weight) * part
    return mixed


def learn_mixture(
    own: Sequence[Floats],
    shared: Floats,
    seen: csr_array,
    relevant: csr_array,
    *,
    reg: float,
    start: Floats | None = None,
) -> Floats:
    """Learn the weight of each part from what members went on to watch.

    Args:
        own: float32 (members, titles) each; at least one.
        shared: float32 (k, titles), parts that are the same for all members; k may be 0.
        seen: (members, titles); an entry = in the history, not to be chosen again.
        relevant: (members, titles); an entry = was chosen. Only members with an entry count.
        reg: weight of the squared weights, >= 0.
        start: where the search starts, as the result; it ends at the same place, sooner if that is near.

    Returns:
        float32 (len(own) + k,), the weights in this order; zeros if no member has an entry.
    """
    lengths = np.diff(relevant.indptr)
    asked = lengths > 0
    n, size = int(asked.sum()), len(own) + len(shared)
    if n == 0:
        return np.zeros(size, dtype=np.float32)
    if not asked.all():
        own, seen, relevant = [part[asked] for part in own], seen[asked], relevant[asked]
    chosen = csr_array(relevant.astype(np.float64))
    chosen.data[:] = np.repeat(1 / lengths[asked], lengths[asked])
    wanted = np.append([chosen.multiply(part).sum() for part in own], shared @ chosen.sum(axis=0))
    hidden = seen.nonzero()

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        p = mix(own, list(w[: len(own)]))
        p += w[len(own) :].astype(np.float32) @ shared
        p[hidden] = -np.inf
        top = p.max(axis=1, keepdims=True)
        p -= top
        np.exp(p, out=p)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        normaliser = float((top + np.log(total)).sum(dtype=np.float64))
        expected = np.append([np.vdot(p, part) for part in own], shared @ p.sum(axis=0, dtype=np.float64))
        return (normaliser - float(w @ wanted)) / n + reg * float(w @ w), (expected - wanted) / n + 2 * reg * w

    first = np.full(size, 0.1) if start is None else start.astype(np.float64)
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return np.asarray(found.x, dtype=np.float32)
