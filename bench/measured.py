"""Running a command as a child process and measuring it: wall seconds, CPU seconds, peak memory."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

MATINEE = (sys.executable, "-m", "matinee")
POOLS = ("OPENBLAS", "OMP", "MKL", "RAYON", "LK")
"""Libraries whose threads a variable NAME_NUM_THREADS counts."""


@dataclass(frozen=True)
class Measured:
    """What a child process took.

    Attributes:
        wall_s: from start to end, seconds.
        cpu_s: user and system time of it and its own children, seconds.
        peak_gb: the largest resident memory, GB (1e9 bytes).
        output: its standard output.
    """

    wall_s: float
    cpu_s: float
    peak_gb: float
    output: str


def run_measured(command: tuple[str, ...], *, threads: int = 2) -> Measured:
    """Run a command to its end with `threads` threads a pool; a failing one stops the bench with what it said."""
    pinned = {f"{pool}_NUM_THREADS": str(threads) for pool in POOLS} | {"POLARS_MAX_THREADS": str(threads)}
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, env=os.environ | pinned)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if child.returncode:
        raise SystemExit(f"bench: {' '.join(command)} ended with {child.returncode}\n{text[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e9, text)


def matinee(*words: str | Path, threads: int = 2) -> Measured:
    """Run the command line of Matinee."""
    return run_measured((*MATINEE, *map(str, words)), threads=threads)
