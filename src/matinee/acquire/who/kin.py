"""What a title shares with those that a member watched, beside what it shares with those that everybody watched.

    kin_mt = log ((s_mt + 1) / (n_m s_t + 1))

s_mt counts the values (genres, people, a franchise) that t shares with the titles that m watched, n_m those titles, and
s_t is what t shares with a title that anybody watched, in the mean over all viewing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


def flag_values(values: Mapping[int, Sequence[str]], titles: int) -> csr_array:
    """Lay out which values titles have.

    Args:
        values: those of each title's row; a row without any may be left out.
        titles: n, how many rows there are.

    Returns:
        float32 (n, values) of ones.
    """
    pairs = [(row, value) for row, own in values.items() for value in set(own)]
    columns = {value: column for column, value in enumerate(sorted({value for _, value in pairs}))}
    rows = np.array([row for row, _ in pairs], np.int64)
    places = np.array([columns[value] for _, value in pairs], np.int64)
    return csr_array((np.ones(len(pairs), np.float32), (rows, places)), (titles, len(columns)))


def measure_kin(histories: csr_array, flags: csr_array, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Measure how much more titles share with what each member watched than with what everybody did.

    Args:
        histories: float32 (members, n) of ones: what each watched.
        flags: float32 (n, values) of ones, of `flag_values`.
        rows: int (k,), titles asked about, in nobody's history.

    Returns:
        float32 (members, k); 0 for a title that shares nothing with any other.
    """
    shared = flags @ flags[rows].T
    own = (histories @ shared).toarray().astype(np.float32)
    watched = histories.sum(axis=1)
    usual = own.sum(axis=0) / max(float(watched.sum()), 1.0)
    return np.asarray(np.log((own + 1) / (watched[:, None] * usual + 1)), dtype=np.float32)
