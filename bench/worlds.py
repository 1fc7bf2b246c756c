"""The live model against its parts where the truth is known: logs ruled by taste, by freshness, and by both."""

import json
import tempfile
from pathlib import Path

from bench.measured import matinee
from bench.page import Row, write_section

PRESETS = ("taste_ruled", "freshness_ruled", "mixed")
SEEDS = (1, 2, 3)
RIVALS = ("blend", "ranker")
"""Beside the live one of them stands the other."""


def main() -> None:
    """Evaluate by time on each preset, over several seeds."""
    rows = [row for preset in PRESETS for seed in SEEDS for row in _measure(preset, seed)]
    write_section("worlds", "Simulated logs; live minus part, NDCG@100, with the paired 95% interval.", rows)


def _measure(preset: str, seed: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as scratch:
        service = Path(scratch) / "service"
        matinee("init", service)
        matinee("import", "world", "--preset", preset, "--seed", str(seed), "--service", service)
        result = json.loads(matinee("evaluate", "--json", "--service", service).output)
    models = {name: facts for name, facts in result["models"].items() if name != result["live"]}
    live = result["models"][result["live"]]["ndcg@100"]
    best = max(models, key=lambda name: models[name]["ndcg@100"])
    rows = [_row(f"{preset}, seed {seed}: live {live:.4f} against its best part, {best}", models[best], ">= 0")]
    rows += [_row(f"{preset}, seed {seed}: against {name}", models[name], "") for name in RIVALS if name in models]
    if preset == "mixed":
        popular = {name: facts for name, facts in models.items() if name.startswith("popular")}
        nearest = max(popular, key=lambda name: popular[name]["ndcg@100"])
        rows.append(_row(f"{preset}, seed {seed}: against its best half-life, {nearest}", popular[nearest], "> 0"))
    return rows


def _row(what: str, facts: dict[str, dict[str, float]], goal: str) -> Row:
    versus = facts["live_minus_this"]
    measured = f"{versus['difference']:+.4f} [{versus['low']:+.4f}, {versus['high']:+.4f}]"
    return Row(f"{what} ({facts['ndcg@100']:.4f})", goal, measured)
