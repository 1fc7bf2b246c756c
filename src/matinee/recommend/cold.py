"""Item weights of titles that nobody has watched, from metadata, by ridge.

    K = F_w F_w^T,   A = (K + mu I)^-1 F_w F_c^T,   B_c = B_w A

F_w and F_c are the metadata of watched and unwatched titles, B_w the item weights (`linear`). A column of A says which
watched titles the unwatched one resembles; its weights are theirs in that mixture. This is ridge regression of the
columns of B on metadata in its dual form: Hoerl & Kennard 1970; Saunders et al., "Ridge Regression Learning Algorithm
in Dual Variables", ICML 1998. Attribute-to-item-weight maps for cold titles: Gantner et al., ICDM 2010.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array


def fill_cold(
    weights: NDArray[np.float32], features: csr_array, known: NDArray[np.bool_], *, reg: float
) -> NDArray[np.float32]:
    """Fill the columns of unwatched titles.

    Args:
        weights: float32 (titles, titles), B.
        features: float32 (titles, features), rows of length 1 or 0.
        known: bool (titles,); titles with events, whose columns stay as they are.
        reg: mu, > 0.

    Returns:
        float32 (titles, titles), a copy where there is something to fill; a title without metadata keeps zeros.

    Raises:
        ValueError: if `reg` is not > 0.
    """
    mixture = resemble(features, known, reg=reg)
    return fill_columns(weights.copy(), known, mixture) if mixture.size else weights


def resemble(features: csr_array, known: NDArray[np.bool_], *, reg: float) -> NDArray[np.float32]:
    """Solve for A.

    Args:
        features: as in `fill_cold`.
        known: as in `fill_cold`.
        reg: mu, > 0.

    Returns:
        float32 (watched titles, unwatched titles); (0, 0) where there is nothing to fill or to fill from.

    Raises:
        ValueError: if `reg` is not > 0.
    """
    if not reg > 0:
        raise ValueError(f"reg must be > 0, got {reg}")
    if known.all() or features.nnz == 0 or not known.any():
        return np.zeros((0, 0), np.float32)
    watched, unwatched = features[known], features[~known]
    K = _multiply(watched, watched)
    K[np.diag_indices_from(K)] += np.float32(reg)
    _, mixture, failed = lapack.sposv(K.T, _multiply(watched, unwatched), overwrite_a=1)
    if failed != 0:
        raise ValueError(f"the metadata kernel is not positive definite (at row {failed}); use a larger reg")
    return np.asarray(mixture, dtype=np.float32)


def fill_columns(
    weights: NDArray[np.float32], known: NDArray[np.bool_], mixture: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Set the columns of unwatched titles to B_w A.

    Args:
        weights: float32 (titles, titles), B; overwritten.
        known: bool (titles,).
        mixture: A, as `resemble` makes it; without elements = the columns stay.

    Returns:
        the same memory.
    """
    if mixture.size == 0:
        return weights
    unwatched = np.flatnonzero(~known)
    whole = np.zeros((len(known), len(unwatched)), np.float32)
    whole[known] = mixture
    weights[:, unwatched] = 0  # so that columns need not be left out of the product
    for rows in _blocks(len(weights)):
        weights[rows, unwatched] = weights[rows] @ whole
    return weights


def _multiply(left: csr_array, right: csr_array) -> NDArray[np.float32]:
    """Multiply left by right^T some rows at a time: held whole, the sparse product would take thrice the dense one."""
    product = np.empty((left.shape[0], right.shape[0]), dtype=np.float32)
    for rows in _blocks(len(product)):
        product[rows] = (left[rows] @ right.T).toarray()
    return product


def _blocks(n: int, size: int = 512) -> list[slice]:
    return [slice(start, start + size) for start in range(0, n, size)]
