"""The live model with only the largest weights of each title: less to read for every request, and nearly as good.

    B_ij - mean_i  is kept where it is one of the largest of row i in absolute value, and 0 elsewhere

What is dropped counts as the mean of its row. A score is standardised over titles, which takes a constant out, so
the kept weights may stand without the mean. How much this loses is measured (docs/benchmarks.md); reasons are always
made from the whole model (`explain`).

A weight and its title take 32 bits together, for reading them is most of the work: the upper 16 are the weight, a
float32 rounded to its upper half (bfloat16, off by at most one part in 256), the lower 16 the title.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.blend import DenseBlend

KEEP = 300
"""Weights a title by default."""

MOST_TITLES = 2**16
"""Columns are numbered in 16 bits."""

WEIGHT = 0xFFFF0000
"""The bits of the weight."""

_HALF = 0x8000
"""Half of the last bit of the weight, added so that cutting rounds to the nearest."""

_ROWS = 512


@dataclass(frozen=True)
class Truncated:
    """A blend (`matinee.recommend.blend`) with the largest weights of each row only.

    Attributes:
        packed: uint32 (titles, keep), weights B_ij - mean_i with their titles j, which ascend in each row.
        known: bool (titles,), titles with events.
        shelf: float32 (titles,), the popularity term.
        taste: a, the weight of the linear term.
    """

    packed: NDArray[np.uint32]
    known: NDArray[np.bool_]
    shelf: NDArray[np.float32]
    taste: float

    @property
    def columns(self) -> NDArray[np.uint16]:
        """The titles, uint16 (titles, keep)."""
        return self.packed.astype(np.uint16)

    @property
    def values(self) -> NDArray[np.float32]:
        """The weights, float32 (titles, keep)."""
        return (self.packed & np.uint32(WEIGHT)).view(np.float32)


def truncate_blend(blend: DenseBlend, keep: int = KEEP) -> Truncated:
    """Keep the largest weights of each row; the blend stays as it is.

    Args:
        blend: the model; at most `MOST_TITLES` titles.
        keep: weights a row, >= 1; more than there are titles keeps all.

    Returns:
        the truncated model, of titles x keep x 4 bytes.

    Raises:
        ValueError: if `keep` is not >= 1 or there are too many titles.
    """
    titles = len(blend.weights)
    if keep < 1:
        raise ValueError(f"keep must be >= 1, got {keep}")
    if titles > MOST_TITLES:
        raise ValueError(f"blend must have at most {MOST_TITLES} titles to be truncated, got {titles}")
    keep = min(keep, titles)
    packed = np.empty((titles, keep), np.uint32)
    for start in range(0, titles, _ROWS):
        rows = slice(start, start + _ROWS)
        centred = blend.weights[rows] - blend.row_means[rows, None]
        largest = np.sort(np.argpartition(-np.abs(centred), keep - 1, axis=1)[:, :keep], axis=1)
        bits = np.take_along_axis(centred, largest, axis=1).view(np.uint32) + np.uint32(_HALF)
        packed[rows] = (bits & np.uint32(WEIGHT)) | largest.astype(np.uint32)
    return Truncated(packed, blend.known, blend.shelf, blend.taste)
