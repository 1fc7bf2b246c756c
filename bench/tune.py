"""`./run bench recommend --tune [PEER…]`: settings chosen by NDCG@100 on inner splits of the training parts."""

from __future__ import annotations

import itertools
import json
import tempfile
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bench.cases import DEPTH, FILES, judge_lists, lay_out_case, load_problem
from bench.envs import PEERS, NotInstalled
from bench.peers.job import save_case
from bench.tasks import Task, pin_to_one_core, run_task
from matinee.measure.splits import split_inner

Settings = dict[str, Any]
Chosen = dict[str, dict[str, dict[str, Settings]]]
"""protocol -> peer -> model -> settings."""

CHOSEN = PEERS / "chosen.toml"
COLD = ("features",)
"""Models for titles without events, which do nothing else."""


def tune(*peers: str) -> None:
    """Try the grids of some peers, or of all, on the inner split of every protocol, and write down the best."""
    pin_to_one_core()
    grids = tomllib.loads((PEERS / "grids.toml").read_text())
    chosen = read_chosen()
    with tempfile.TemporaryDirectory() as scratch:
        for protocol in FILES:
            asked = {peer: grids[peer] for peer in peers or grids}
            found = _tune_protocol(protocol, asked, Path(scratch) / f"inner-{protocol}.npz")
            chosen[protocol] = dict(sorted((chosen.get(protocol, {}) | found).items()))
            made = f"# Chosen by `./run bench recommend --tune`, last on {datetime.now(UTC):%Y-%m-%d}.\n"
            CHOSEN.write_text(made + write_toml(chosen))


def read_chosen() -> Chosen:
    """Read the settings last chosen."""
    return tomllib.loads(CHOSEN.read_text()) if CHOSEN.exists() else {}


def spread_grid(grid: dict[str, list[Any]]) -> list[Settings]:
    """Lay out every combination of the values."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def write_toml(chosen: Chosen) -> str:
    """Write the settings as tables of TOML; numbers, texts and booleans look there as in JSON."""
    sections = []
    for protocol, peers in chosen.items():
        for peer, models in peers.items():
            for model, settings in models.items():
                lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
                sections.append("\n".join([f"\n[{protocol}.{peer}.{model}]", *lines, ""]))
    return "".join(sections)


def _tune_protocol(protocol: str, grids: dict[str, dict[str, Any]], file: Path) -> dict[str, dict[str, Settings]]:
    problem = load_problem(protocol)
    problem = replace(problem, split=split_inner(problem.split, rng=np.random.default_rng(0)))
    case, kept = lay_out_case(problem)
    save_case(case, file)
    chosen: dict[str, dict[str, Settings]] = {}
    for peer, models in grids.items():
        for model, grid in models.items():
            if (model in COLD) != (protocol == "cold"):
                continue
            tried = spread_grid(grid)
            try:
                done = run_task(Task(peer, model, tried, depth=DEPTH), file)
            except NotInstalled as reason:
                print(f"bench: {peer} cannot be installed: {reason}")
                break
            scores = [float(np.mean(judge_lists(problem, kept, top)[0]["ndcg@100"])) for top in done.lists]
            best = int(np.argmax(scores))
            print(f"{protocol}, {peer} {model}: {min(scores):.4f} to {scores[best]:.4f}, the best {tried[best]}")
            chosen.setdefault(peer, {})[model] = tried[best]
    return chosen
