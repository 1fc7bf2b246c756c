"""Build: everything known of works before their decision dates, in one matrix.

A function of the work and of facts strictly before its decision date: later facts and the other works change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.features.history import compute_histories
from matinee.acquire.features.numbers import compute_numbers
from matinee.acquire.features.shared import compute_shared


@dataclass(frozen=True)
class Features:
    """What is known of n works.

    Attributes:
        works: the works as given, n rows.
        names: of the f columns.
        values: float64 (n, f); NaN = unknown.
    """

    works: pl.DataFrame
    names: tuple[str, ...]
    values: NDArray[np.float64]

    def take(self, rows: NDArray[np.intp]) -> Features:
        """Take some works, by row."""
        return Features(self.works[rows], self.names, self.values[rows])

    def drop(self, prefixes: tuple[str, ...]) -> Features:
        """Leave out the columns whose names begin so."""
        keep = [place for place, name in enumerate(self.names) if not name.startswith(prefixes)]
        return Features(self.works, tuple(self.names[place] for place in keep), self.values[:, keep])

    def hide(self, is_hidden: NDArray[np.bool_]) -> Features:
        """Make columns, bool (f,), unknown of every work."""
        return Features(self.works, self.names, np.where(is_hidden, np.nan, self.values))


def build_features(works: pl.DataFrame, facts: pl.DataFrame) -> Features:
    """Describe each work by its own offer and by what was known before its decision date; no other work counts.

    Args:
        works: from `describe_works`, with title_id, kind, runtime_minutes, worldwide, released_on, days, decided_on,
            synopsis and lists `VALUES`.
        facts: from `gather_facts`.
    """
    table = compute_numbers(works).hstack(compute_histories(works, facts)).hstack(compute_shared(works, facts))
    return Features(works, tuple(table.columns), table.to_numpy().astype(np.float64))
