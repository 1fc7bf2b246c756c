"""The stored inverse C = (G + Lambda)^-1, moved exactly when its matrix moves in a few rows and columns.

    (M + E K E^T)^-1 = C + Y S Y^T,   Y = C E,   S = -K (I + C_EE K)^-1

E picks the titles concerned. K may be indefinite or singular; where titles are taken out altogether, S = -C_EE^-1. This
is the formula of Sherman & Morrison 1950 and Woodbury 1950 in a form that does not invert K.

C needs no memory of its own: C_ij = -B_ij C_jj / s_j, where s is what the columns of B were multiplied by. So the state
is B in float32, which serves, and the diagonal of C and s in float64. Covers the algebra only: what moved and by how
much is the business of `update`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas
from scipy.sparse import coo_array

from matinee.recommend.compiled import compiled

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Inverse:
    """C, as B and a diagonal.

    Attributes:
        weights: float32 (titles, titles), B, zero on its diagonal; the columns of unwatched titles are zero.
        diagonal: float64 (titles,), C_jj > 0.
        scale: float64 (titles,), s_j > 0.
    """

    weights: NDArray[np.float32]
    diagonal: Floats
    scale: Floats

    def columns(self, title_rows: Rows) -> Floats:
        """Lay out columns of C: float64 (titles, n). C is symmetric, so they are read as rows, which lie together."""
        Y = (self.weights[title_rows] * -(self.diagonal / self.scale)).T
        Y[title_rows, np.arange(len(title_rows))] = self.diagonal[title_rows]
        return Y


def shift(inverse: Inverse, title_rows: Rows, K: Floats, scale: Floats) -> Inverse:
    """Add K to the matrix that was inverted, at some titles, and multiply the columns of B by another scale.

    Args:
        inverse: its weights are overwritten, unless an error is raised.
        title_rows: int (n,), without repeats.
        K: float64 (n, n), symmetric.
        scale: float64 (titles,), > 0, the new s.

    Returns:
        the inverse of the sum, in the same memory.

    Raises:
        numpy.linalg.LinAlgError: if the sum is not positive definite, by rounding or because K is none of its parts.
    """
    Y = inverse.columns(title_rows)
    half = -np.linalg.solve(np.eye(len(K)) + K @ Y[title_rows], K) / 2
    S = np.asarray(half + half.T, dtype=np.float64)  # symmetric to the last bit
    return _add(inverse, Y, S, scale, np.ones(len(Y), dtype=np.bool_))


def drop(inverse: Inverse, title_rows: Rows) -> Inverse:
    """Take titles out of the matrix that was inverted; their rows and columns of the result mean nothing.

    Arguments, result and errors as `shift`; the scale stays.
    """
    kept = np.ones(len(inverse.diagonal), dtype=np.bool_)
    kept[title_rows] = False
    Y = inverse.columns(title_rows)
    S = np.asarray(-np.linalg.inv(Y[title_rows]), dtype=np.float64)
    return _add(inverse, Y, S, inverse.scale, kept)


def rearrange(inverse: Inverse, places: Rows, titles: int, *, empty: float) -> Inverse:
    """Put titles at other rows, leave some out and make room for new ones, which nobody has watched.

    Args:
        inverse: stays as it is.
        places: int (titles before,); the row of each title, -1 = left out.
        titles: number of titles afterwards.
        empty: C_jj of a title without events, 1 / reg.

    Returns:
        an inverse of its own memory.
    """
    kept = np.flatnonzero(places >= 0)
    weights = np.zeros((titles, titles), np.float32)
    for row in kept:
        weights[places[row], places[kept]] = inverse.weights[row, kept]
    diagonal, scale = np.full(titles, empty), np.ones(titles)
    diagonal[places[kept]] = inverse.diagonal[kept]
    scale[places[kept]] = inverse.scale[kept]
    return Inverse(weights, diagonal, scale)


def find_error(
    inverse: Inverse, X: coo_array, member_weights: NDArray[np.float32], ridge: Floats, title_rows: Rows
) -> float:
    """Find the largest error of some columns of B, from the histories themselves.

        r = (X^T W X + ridge) c_j - e_j,   error of c_j = C r
        error of B_ij = -(C r)_i s_j / C_jj - B_ij (C r)_j / C_jj

    Args:
        inverse: may have the columns of unwatched titles filled.
        X: float32 (members, titles), in any order.
        member_weights: float32 (members,).
        ridge: float64 (titles,), the diagonal Lambda.
        title_rows: columns to look at, of watched titles.

    Returns:
        the largest absolute error of B in these columns, to first order.
    """
    at, scale, n = inverse.diagonal[title_rows], inverse.scale[title_rows], np.arange(len(title_rows))
    B = inverse.weights[:, title_rows] / scale
    c = B * -at
    c[title_rows, n] = at
    r, sums = ridge[:, None] * c, np.zeros((X.shape[0], len(n)))
    _add_products(X.row, X.col, X.data, c, sums)
    sums *= member_weights[:, None]
    _add_products(X.col, X.row, X.data, sums, r)
    r[title_rows, n] -= 1
    scaled = inverse.diagonal[:, None] * r
    error = scaled - inverse.weights @ (scaled / inverse.scale[:, None]).astype(np.float32)
    wrong = error + B * error[title_rows, n]
    wrong[title_rows, n] = 0
    return float(np.abs(wrong * scale / at).max(initial=0))


def sample_error(inverse: Inverse, M: Floats, title_rows: Rows, others: Rows) -> float:
    """Find the largest error of B where some columns meet some rows, from those columns of the matrix inverted.

        r = M_i c_j - e_ij,   error of c_ij = r / M_ii, were the others of c_j right
        error of B_ji = (error of c_ij) s_i / C_ii;   of C_ii as well, which scales column i

    It takes the members who watched those titles; `find_error` takes the whole log, but supposes nothing.

    Args:
        inverse: the columns of unwatched titles may be filled.
        M: float64 (n, titles), rows of X^T W X + ridge, which are its columns.
        title_rows: int (n,), which: columns of B to look at, of watched titles.
        others: int (m,), rows of B to look at, of watched titles; c_j is read from row j, which lies together.

    Returns:
        the largest absolute error of B there.
    """
    r = M @ inverse.columns(others) - (title_rows[:, None] == others)
    divisors = M[np.arange(len(M)), title_rows] * inverse.diagonal[title_rows] / inverse.scale[title_rows]
    return float(np.abs(r / divisors[:, None]).max(initial=0))


@compiled
def _add_products(
    rows: NDArray[np.integer], columns: NDArray[np.integer], values: NDArray[np.float32], right: Floats, out: Floats
) -> None:
    """Add the product of a sparse matrix and some columns to `out`, without laying the matrix out."""
    for i in range(len(values)):
        for k in range(right.shape[1]):
            out[rows[i], k] += values[i] * right[columns[i], k]


def _add(inverse: Inverse, Y: Floats, S: Floats, scale: Floats, kept: NDArray[np.bool_]) -> Inverse:
    """Make C + Y S Y^T of C, which must leave a positive diagonal where `kept`, and scale the columns of B anew."""
    T = Y @ S
    diagonal = inverse.diagonal + np.einsum("ij,ij->i", T, Y)
    diagonal[~kept] = 1
    if not (np.isfinite(diagonal) & (diagonal > 0)).all():
        raise np.linalg.LinAlgError("the inverse is no longer positive definite")
    B = inverse.weights
    divisors = diagonal / scale
    B *= (inverse.diagonal / inverse.scale / divisors).astype(np.float32)
    left, right = -T.astype(np.float32), (Y / divisors[:, None]).astype(np.float32)
    # BLAS counts in columns: B^T += right left^T, within the memory of B.
    blas.sgemm(1.0, right.T, left.T, 1.0, B.T, trans_a=True, overwrite_c=1)
    np.fill_diagonal(B, 0)
    return Inverse(B, diagonal, scale)
