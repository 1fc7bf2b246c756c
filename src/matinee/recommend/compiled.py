"""Compiling kernels, with a cache where one can be kept: beside the code or in the user's own folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F, *, fastmath: bool = False) -> F:
    """Compile a function of arrays at its first call; it holds no lock meanwhile and uses one core.

    With `fastmath` sums may be taken in another order, which lets them run several at once.
    """
    try:
        return numba.njit(cache=True, nogil=True, fastmath=fastmath)(function)  # type: ignore[return-value]
    except RuntimeError:  # nowhere to keep the machine code: a read-only install without a home
        return numba.njit(nogil=True, fastmath=fastmath)(function)  # type: ignore[return-value]
