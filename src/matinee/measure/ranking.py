"""Ranking metrics of one list a member: recall, NDCG and coverage, with standard errors.

Covers binary relevance only, as the protocols define it. It does not rank (`matinee.recommend`), split (`splits`),
compare models (`compare`) or report by segment (`segments`).

Everywhere `top` is an integer array (n members, at least k), title rows ranked best first, -1 = none left; a title
stands in a row once. `relevant` is a CSR matrix (n members, n titles) in which every stored entry is a title to be
found, as `Split.relevant` makes it.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Top = npt.NDArray[np.integer[Any]]
Relevant = sparse.csr_array[Any]
Floats = npt.NDArray[np.float64]


def recall_at(k: int, top: Top, relevant: Relevant) -> Floats:
    """Compute the share of what could be found in k places that was found: hits / min(k, number relevant).

    Args:
        k: how many places count.
        top: see the module.
        relevant: see the module.

    Returns:
        Shape (n,), in [0, 1]; NaN, with a warning, where a member has nothing relevant.
    """
    return _recall(k, _hits(top, relevant, k), _n_relevant(relevant))


def ndcg_at(k: int, top: Top, relevant: Relevant) -> Floats:
    """Compute the discounted gain of the first k places, divided by the best possible.

    DCG@k = sum of 1 / log2(rank + 1) over hits, rank from 1; ideal: the first min(k, number relevant) places all hits
    (Järvelin and Kekäläinen 2002, with binary gain).

    Args:
        k: how many places count.
        top: see the module.
        relevant: see the module.

    Returns:
        Shape (n,), in [0, 1]; NaN, with a warning, where a member has nothing relevant.
    """
    return _ndcg(k, _hits(top, relevant, k), _n_relevant(relevant))


def coverage_at(k: int, top: Top, candidates: npt.NDArray[np.integer[Any]]) -> float:
    """Compute the share of the candidate titles that stand in anybody's first k places.

    Args:
        k: how many places count.
        top: see the module.
        candidates: title rows that may be ranked, without repeats.

    Returns:
        In [0, 1]; NaN, with a warning, where there are no candidates.
    """
    _check_width(top, k)
    if len(candidates) == 0:
        warnings.warn("coverage is undefined without candidates", RuntimeWarning, stacklevel=2)
        return float("nan")
    return float(np.isin(candidates, top[:, :k]).mean())


def member_metrics(top: Top, relevant: Relevant) -> dict[str, Floats]:
    """Compute recall@20, recall@50, ndcg@10 and ndcg@100 of each member, matching `top` against `relevant` once.

    Args:
        top: see the module; at least 100 wide.
        relevant: see the module.

    Returns:
        Metric name to array of shape (n,), as `recall_at` and `ndcg_at` give them.
    """
    hits = _hits(top, relevant, 100)
    n_relevant = _n_relevant(relevant)
    recalls = {f"recall@{k}": _recall(k, hits, n_relevant) for k in (20, 50)}
    return recalls | {f"ndcg@{k}": _ndcg(k, hits, n_relevant) for k in (10, 100)}


def summarise(per_member: dict[str, Floats]) -> dict[str, Any]:
    """Average each metric over the members for whom it is defined, with the standard error of the mean.

    se = s / sqrt(n), s with n - 1 in the denominator.

    Args:
        per_member: metric name to array of shape (n,); NaN = undefined for this member.

    Returns:
        Metric name to mean, and "se": metric name to standard error. A mean of nobody and an error of fewer than
        two members are NaN, with a warning.
    """
    moments = {name: _mean_and_error(values) for name, values in per_member.items()}
    means: dict[str, Any] = {name: mean for name, (mean, _) in moments.items()}
    if any(np.isnan(mean) or np.isnan(se) for mean, se in moments.values()):
        warnings.warn("too few members for a mean with its standard error", RuntimeWarning, stacklevel=2)
    return means | {"se": {name: se for name, (_, se) in moments.items()}}


def _mean_and_error(values: Floats) -> tuple[float, float]:
    defined = values[~np.isnan(values)]
    n = len(defined)
    mean = float(defined.mean()) if n else float("nan")
    return mean, float(defined.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")


def _hits(top: Top, relevant: Relevant, k: int) -> npt.NDArray[np.bool_]:
    """Say of the first k places whether each is relevant, shape (n, k), by (member, title) keys in sorted order."""
    _check_width(top, k)
    n, n_titles = relevant.shape
    if len(top) != n:
        raise ValueError(f"top: got {len(top)} rows, want {n}, one a row of `relevant`")
    first = top[:, :k].astype(np.int64)
    if first.size and first.max() >= n_titles:
        raise ValueError(f"top: got title row {first.max()}, want less than {n_titles}, the width of `relevant`")
    if relevant.nnz == 0:
        return np.zeros(first.shape, dtype=np.bool_)
    wanted = np.repeat(np.arange(n), np.diff(relevant.indptr)) * np.int64(n_titles) + relevant.indices
    wanted.sort()
    keys = np.arange(n)[:, None] * np.int64(n_titles) + first
    places = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
    hits: npt.NDArray[np.bool_] = (wanted[places] == keys) & (first >= 0)
    if np.unique(places[hits]).size < np.count_nonzero(hits):
        raise ValueError("top: got a title twice in one row, want each once")
    return hits


def _n_relevant(relevant: Relevant) -> npt.NDArray[np.int64]:
    n_relevant = np.diff(relevant.indptr).astype(np.int64)
    undefined = np.count_nonzero(n_relevant == 0)
    if undefined:
        warnings.warn(f"{undefined} members have nothing relevant: NaN", RuntimeWarning, stacklevel=3)
    return n_relevant


def _recall(k: int, hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64]) -> Floats:
    return _ratio(hits[:, :k].sum(axis=1).astype(np.float64), np.minimum(k, n_relevant).astype(np.float64))


def _ndcg(k: int, hits: npt.NDArray[np.bool_], n_relevant: npt.NDArray[np.int64]) -> Floats:
    gains = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[0.0], np.cumsum(gains)])[np.minimum(k, n_relevant)]
    # A float sum in another order may pass the ideal by one part in 1e16.
    return np.minimum(_ratio(hits[:, :k] @ gains, ideal), 1.0)


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio = np.full(len(part), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _check_width(top: Top, k: int) -> None:
    if k < 1 or top.ndim != 2 or top.shape[1] < k:
        raise ValueError(f"top: got shape {top.shape}, want (members, at least k = {k}); -1 where no title is left")
