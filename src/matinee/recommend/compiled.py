"""Compiling kernels, with a cache where one can be kept: beside the code or in the user's own folder.

Kernels hold no lock while they run, so that threads may share out their work: as many as BLAS may use.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numba
from threadpoolctl import threadpool_info

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F, *, fastmath: bool = False) -> F:
    """Compile a function of arrays at its first call; it holds no lock meanwhile and uses one core.

    With `fastmath` sums may be taken in another order, which lets them run several at once; no number may be infinite.
    """
    try:
        return numba.njit(cache=True, nogil=True, fastmath=fastmath)(function)  # type: ignore[return-value]
    except RuntimeError:  # nowhere to keep the machine code: a read-only install without a home
        return numba.njit(nogil=True, fastmath=fastmath)(function)  # type: ignore[return-value]


def count_cores() -> int:
    """Count the cores that linear algebra may use: one dial for it and for our own kernels, set where it is set.

    That is the environment (OPENBLAS_NUM_THREADS and its like), `threadpoolctl.threadpool_limits`, or else the machine.
    """
    return max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"), default=1)


def run_in_threads(work: Callable[[int, int], None], bounds: list[int]) -> None:
    """Run work(bounds[i], bounds[i + 1]) for every i at once, a thread each; what one raises is raised."""
    if len(bounds) == 2:
        work(bounds[0], bounds[1])
        return
    with ThreadPoolExecutor(len(bounds) - 1) as threads:
        list(threads.map(work, bounds[:-1], bounds[1:]))
