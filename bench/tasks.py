"""Running a peer on a case: its own process, one core, one thread; results kept so that a run cut short goes on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.envs import CACHE, find_python
from bench.measured import run_measured
from bench.page import find_commit

KEPT = CACHE / "rows"
"""Results of an unfinished run."""


@dataclass(frozen=True)
class Task:
    """What to do: fit one model once for each of the settings, make lists of `depth` (0 = none), time its service."""

    peer: str
    model: str
    settings: list[dict[str, Any]]
    depth: int = 0
    speed: bool = False

    @property
    def name(self) -> str:
        """Name it as the page does."""
        return f"{self.peer} {self.model}"


@dataclass(frozen=True)
class Done:
    """Times and memory of each of the settings as `bench.peers.job.serve` tells them, and the lists, if wanted."""

    results: list[dict[str, float]]
    lists: list[NDArray[np.integer]]


def pin_to_one_core() -> None:
    """Leave this process, and all that it starts, one core."""
    if hasattr(os, "sched_setaffinity"):  # Linux; elsewhere the thread counts alone must do
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def run_task(task: Task, case: Path, *, repeat: int = 0) -> Done:
    """Run a task, or read what it gave in a run of the same commit that was cut short.

    Raises:
        NotInstalled: if the peer cannot be installed.
    """
    python = find_python(task.peer)
    commit = find_commit()
    words = [commit, case.name, repeat, *vars(task).values()]
    kept = KEPT / hashlib.sha256(json.dumps(words).encode()).hexdigest()[:16]
    if commit.endswith("-dirty") or not (kept / "results.json").exists():
        print(f"bench: {case.stem}, {task.name}", file=sys.stderr, flush=True)
        kept.mkdir(parents=True, exist_ok=True)
        (kept / "task.json").write_text(json.dumps(vars(task)))
        run_measured((python, "-m", f"bench.peers.{task.peer}", str(case), str(kept)), threads=1)
    with np.load(kept / "lists.npz") as arrays:
        lists = [arrays[name] for name in arrays]
    return Done(json.loads((kept / "results.json").read_text()), lists)


def forget_kept() -> None:
    """Let the next run measure everything anew."""
    shutil.rmtree(KEPT, ignore_errors=True)
