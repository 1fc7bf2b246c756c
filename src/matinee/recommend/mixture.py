"""Weights of several scores, learned from what members went on to watch.

    s(u, t) = sum over own parts p of w_p part_p(u, t)  +  sum over shared parts p of w_p part_p(t)

    max over w of mean over u of log softmax(s(u, .))[t],  averaged over the targets t of u, minus reg |w|^2

over titles not yet seen: a multinomial logit. McFadden, "Conditional logit analysis of qualitative choice behavior",
1974. It is convex, so one start is enough, and with a few weights Newton's steps are cheap: half a dozen where
quasi-Newton ones took sixty. A part that is the same for all members is kept as one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

STEPS = 50

HALVINGS = 20

CLOSE = 1e-6
"""Where a step promises less than this of the loss, it is the last: the next one would promise its square."""

SINGULAR = 1e-9
"""Share of the mean curvature that is added to it."""


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
    sums = _Sums(own, shared, seen.nonzero(), wanted, reg)
    return _descend(sums, np.full(size, 0.1) if start is None else start.astype(np.float64)).astype(np.float32)


@dataclass(frozen=True)
class _Sums:
    """What the loss, minus the mean log likelihood with its penalty, is made of; as `learn_mixture` lays it out."""

    own: Sequence[Floats]
    shared: Floats
    hidden: tuple[NDArray[np.integer], ...]
    wanted: Doubles
    reg: float

    def measure(self, w: Doubles) -> tuple[float, Floats]:
        """Measure the loss; also each member's chances of choosing each title: float32 (members, titles)."""
        p = mix(self.own, list(w[: len(self.own)]))
        p += w[len(self.own) :].astype(np.float32) @ self.shared
        p[self.hidden] = -np.inf
        top = p.max(axis=1, keepdims=True)
        p -= top
        np.exp(p, out=p)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        normaliser = float((top + np.log(total)).sum(dtype=np.float64))
        return (normaliser - float(w @ self.wanted)) / len(p) + self.reg * float(w @ w), p

    def differentiate(self, w: Doubles, p: Floats) -> tuple[Doubles, Doubles]:
        """Give the slope, float64 (parts,), and the curvature, float64 (parts, parts): covariances of the parts."""
        own, shared, k = self.own, self.shared, len(self.own)
        mean = np.empty((len(p), k + len(shared)))
        second = np.empty((k + len(shared), k + len(shared)))
        crowd = p.sum(axis=0, dtype=np.float64)
        mean[:, k:] = p @ shared.T
        second[k:, k:] = (shared * crowd) @ shared.T
        for i, part in enumerate(own):
            weighed = p * part
            mean[:, i] = weighed.sum(axis=1)
            second[i, k:] = second[k:, i] = shared @ weighed.sum(axis=0, dtype=np.float64)
            for j in range(i + 1):
                second[i, j] = second[j, i] = np.vdot(weighed, own[j])
        slope = (mean.sum(axis=0) - self.wanted) / len(p) + 2 * self.reg * w
        return slope, (second - mean.T @ mean) / len(p) + 2 * self.reg * np.eye(len(w))


def _descend(sums: _Sums, w: Doubles) -> Doubles:
    """Walk down by Newton's steps, halved while they do not go down."""
    loss, p = sums.measure(w)
    for _ in range(STEPS):
        slope, curvature = sums.differentiate(w, p)
        jitter = SINGULAR * np.trace(curvature) / len(w) * np.eye(len(w))  # for parts that say the same
        step = -np.linalg.solve(curvature + jitter, slope)
        gain = -float(slope @ step)
        if gain < CLOSE:
            return w + step
        for _ in range(HALVINGS):
            new_loss, new_p = sums.measure(w + step)
            if new_loss <= loss - 1e-4 * gain:
                break
            step, gain = step / 2, gain / 2
        else:
            return w
        w, loss, p = w + step, new_loss, new_p
    return w
