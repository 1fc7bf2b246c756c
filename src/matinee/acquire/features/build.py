"""Build: everything known of works before their decision dates, in one matrix.

A function of the works and of facts strictly before each decision date; shifting or adding later facts changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.acquire.features.history import compute_histories
from matinee.acquire.features.numbers import compute_numbers


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


def build_features(works: pl.DataFrame, facts: pl.DataFrame) -> Features:
    """Describe works by their offers and by what was known before their decision dates.

    Args:
        works: from `describe_works`, with title_id, kind, runtime_minutes, worldwide, released_on, days,
            decided_on. What comes out beside a work is counted among the works of the same decision date.
        facts: from `describe_works`, with title_id, starts_on, ends_on, hours, available_from, runtime_minutes.
    """
    numbers = [compute_numbers(part) for part in works.partition_by("decided_on", maintain_order=True)]
    order = np.concatenate([
        part["row"].to_numpy() for part in works.with_row_index("row").partition_by("decided_on", maintain_order=True)
    ])
    static = pl.concat(numbers)[np.argsort(order)]
    table = static.hstack(compute_histories(works, facts))
    return Features(works, tuple(table.columns), table.to_numpy().astype(np.float64))
