"""Histories: what members watched, as sparse rows that every model scores.

Covers the step from events or ids to a matrix. Weights by age or rating belong to the models.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array


def build_histories(
    events: pl.DataFrame, member_rows: NDArray[np.integer], titles: int, *, weighted: bool = False
) -> csr_array:
    """Lay out the events of some members as a matrix, one row a member.

    Args:
        events: frame with `member_row`, `title_row`, `weight`; at most one row a member and title.
        member_rows: int (n,), ascending; the members wanted, in this order. Events of others are left out.
        titles: number of columns.
        weighted: entries are the events' weights in (0, 1], otherwise 1.

    Returns:
        float32 (n, titles), column indices ascending in each row.
    """
    members, columns = (events[name].to_numpy().astype(np.int32, copy=False) for name in ("member_row", "title_row"))
    values = events["weight"].to_numpy().astype(np.float32) if weighted else np.ones(len(members), np.float32)
    places = _find_places(members, member_rows)
    known = places >= 0
    if not known.all():
        places, columns, values = places[known], columns[known], values[known]
    matrix = csr_array((values, (places, columns)), (len(member_rows), titles))
    matrix.sort_indices()
    return matrix


def _find_places(members: NDArray[np.int32], member_rows: NDArray[np.integer]) -> NDArray[np.int32]:
    """Look up where each of `members` stands in `member_rows`, ascending: int32, -1 = not among them."""
    if not len(member_rows) or not len(members):
        return np.full(len(members), -1, np.int32)
    lowest = members.min()
    place_of = np.full(members.max() - lowest + 1, -1, np.int32)
    first, last = np.searchsorted(member_rows, [lowest, members.max() + 1])
    place_of[member_rows[first:last] - lowest] = np.arange(first, last)
    places: NDArray[np.int32] = place_of[members - lowest]
    return places


def encode_histories(watched: Sequence[Sequence[str]], title_ids: Sequence[str]) -> csr_array:
    """Lay out lists of title ids as a matrix; ids that the model does not know are left out.

    Args:
        watched: n lists of title ids, in any order; an id named twice counts once.
        title_ids: the model's titles, in row order.

    Returns:
        float32 (n, len(title_ids)) of ones.
    """
    row_of = {title_id: row for row, title_id in enumerate(title_ids)}
    rows = [sorted({row_of[i] for i in ids if i in row_of}) for ids in watched]
    indptr = np.cumsum([0, *map(len, rows)])
    indices = np.fromiter((i for row in rows for i in row), np.int32, count=indptr[-1])
    return csr_array((np.ones(len(indices), np.float32), indices, indptr), shape=(len(rows), len(title_ids)))
