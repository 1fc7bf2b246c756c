"""What every model promises, and how it becomes plain arrays and comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


class Model(Protocol):
    """Histories in, scores out."""

    def score(self, histories: csr_array) -> NDArray[np.float32]:
        """Score all titles for each history: float32 (n, titles) from (n, titles), finite."""
        ...


M = TypeVar("M")


def dump_arrays(model: object) -> dict[str, NDArray[Any]]:
    """Lay a model out as arrays, one a field; a number becomes an array without dimensions."""
    return {field.name: np.asarray(getattr(model, field.name)) for field in fields(model)}  # type: ignore[arg-type]


def restore_model(kind: type[M], arrays: Mapping[str, NDArray[Any]]) -> M:
    """Make a model of the given class from the arrays that `dump_arrays` gave.

    Raises:
        ValueError: if an array is missing.
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    missing = sorted(set(names) - set(arrays))
    if missing:
        raise ValueError(f"a {kind.__name__} needs the arrays {names}, got none named {missing}")
    return kind(**{name: arrays[name] if arrays[name].ndim else arrays[name].item() for name in names})
