"""The linear ranker: a multinomial logit over candidates, on top of the blend.

    g(x) = v . z(x),   max over v of mean over u of log softmax(blend(u, .) + g(x(u, .)))[t] - REG |v|^2

averaged over the targets t of u (McFadden 1974). What is alike for all titles of a member cancels, so of the member
only products enter. Candidates may be a uniform sample: the likelihood stays consistent (McFadden 1978).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from matinee.recommend.ranker.features import ALL_TIME, FEATURES

Floats = NDArray[np.float32]

REG = 1e-2
STEPS = 100
CUT = 5.0
"""Standard deviations at which a feature is cut off: a line goes on for ever, what was learned does not."""

_PRODUCTS = (("linear", "length"), ("linear", "since"), ("age", "usual_age"), (ALL_TIME, "usual_popular"))


@dataclass(frozen=True)
class Logit:
    """A linear correction.

    Attributes:
        mean: float32 (features,), of each feature where it was learned.
        deviation: float32 (features,), > 0.
        weights: float32 (features + products,), v.
    """

    mean: Floats
    deviation: Floats
    weights: Floats

    def predict(self, x: Floats) -> Floats:
        """Correct the blend: float32 (pairs,), from float32 (pairs, features)."""
        return np.asarray(self._expand(x) @ self.weights, dtype=np.float32)

    def contribute(self, x: Floats) -> Floats:
        """Split the corrections: float32 (pairs, features + 1), the last column is of no feature.

        A product goes to its first factor; a row sums to `predict`.
        """
        parts = self._expand(x) * self.weights
        count = x.shape[1]
        for place, (first, _) in enumerate(_PRODUCTS):
            parts[:, FEATURES.index(first)] += parts[:, count + place]
        return np.column_stack([parts[:, :count], np.zeros(len(x), np.float32)])

    def _expand(self, x: Floats) -> Floats:
        z = np.clip((x - self.mean) / self.deviation, -CUT, CUT)
        products = [z[:, FEATURES.index(first)] * z[:, FEATURES.index(second)] for first, second in _PRODUCTS]
        return np.column_stack([z, *products]).astype(np.float32)


def fit_logit(x: Floats, chosen: NDArray[np.bool_], sizes: NDArray[np.int64], blended: Floats) -> Logit:
    """Fit the weights.

    Args:
        x: float32 (pairs, features), member after member.
        chosen: bool (pairs,); each member has at least one.
        sizes: int (members,), candidates of each.
        blended: float32 (pairs,), what the blend says.

    Returns:
        the model.
    """
    deviation = x.std(axis=0)
    deviation[deviation < 1e-6] = np.inf
    blank = Logit(x.mean(axis=0), deviation, np.zeros(len(FEATURES) + len(_PRODUCTS), np.float32))
    z = blank._expand(x)
    starts, n = np.append(0, np.cumsum(sizes)[:-1]), len(sizes)
    hits = np.add.reduceat(chosen.astype(np.float32), starts)
    target = chosen / np.repeat(hits, sizes)
    wanted = target @ z

    def loss(v: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        p = blended + z @ v.astype(np.float32)
        said = float(target @ p)
        top = np.maximum.reduceat(p, starts)
        p = np.exp(p - np.repeat(top, sizes))
        total = np.add.reduceat(p, starts)
        p /= np.repeat(total, sizes)
        normaliser = float((top + np.log(total)).sum(dtype=np.float64))
        return (normaliser - said) / n + REG * float(v @ v), (p @ z - wanted).astype(np.float64) / n + 2 * REG * v

    found = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return Logit(blank.mean, blank.deviation, np.asarray(found.x, dtype=np.float32))
