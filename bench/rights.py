"""The gate: attempts with injected faults, the time that a decision takes, 64 at the door at once.

`RIGHTS_ATTEMPTS` says how many attempts; 1,000,000 without it.
"""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine

from bench.consent import GATE_KEY, UNIONS, World, make_request, run
from bench.crowd import overspend, revoke_in_between
from bench.page import Row, write_section
from matinee.flows.desk import LedgerDesk
from matinee.flows.rules import load_rulebook
from matinee.rights.agreements.canonical import seal
from matinee.rights.gate.desk import Desk
from matinee.rights.gate.gate import Gate
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import open_database, writing

ABOUT = """Attempts: a seeded world of 300 agreements at a time, made, signed, revoked, in strikes, deaths and payments.
Of the requests a third is spoilt in an attribute, a tenth meets a store that fails, times out after it has kept, is
killed or hands out a damaged record, a twentieth meets a clock that went back. An oracle with no code of the gate's
says what was consented to (`bench/consent.py`). Refused in error: agreed to, no fault, and refused all the same.
Decision: 10,000 agreements loaded and asked for in any order, one thread, CPU time; in memory the decision and its
signature alone, on SQLite with the attempt durable in the ledger (`synchronous = FULL`), wall time."""

AGREEMENTS = 10_000
DECISIONS = 20_000


def main() -> None:
    """Run them all and write the section `rights`."""
    attempts = int(os.environ.get("RIGHTS_ATTEMPTS", "1000000"))
    counted = count_attempts(attempts)
    world = World(np.random.default_rng(0), load_rulebook())
    world.agree(AGREEMENTS)
    world.now += timedelta(days=11)
    in_memory = time_decisions(world, world.desk, time.process_time, DECISIONS)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(f"sqlite:///{Path(folder) / 'rights.db'}")
        fill(engine, world)
        on_disk = time_decisions(world, LedgerDesk(engine), time.perf_counter, DECISIONS // 10)
        engine.dispose()
        spent = overspend(f"sqlite:///{Path(folder) / 'crowd.db'}", world.rulebook, uses=100, tries=4)
        late, asked = revoke_in_between(f"sqlite:///{Path(folder) / 'late.db'}", world.rulebook, tries=8)
    about = f"{counted['attempts']:,} attempts, {counted['faults']:,} faults, {counted['killed']:,} kills"
    rows = [
        Row(
            f"uses without consent, {about}", "0", f"{counted['without consent']:,} of {counted['permitted']:,} permits"
        ),
        Row("permits that are not on record", "0", f"{counted['not on record']:,}"),
        Row("permits taken up late, twice or for other media", "0", f"{counted['taken up wrongly']:,}"),
        Row("refused in error", "0", f"{counted['refused in error']:,}"),
        Row(f"decision among {AGREEMENTS:,} agreements, p50 / p99", "p99 <= 5 ms", say_times(in_memory)),
        Row("decisions a second, one core", ">= 1,000", f"{len(in_memory) / in_memory.sum():,.0f}"),
        Row("decision kept in the ledger on SQLite, p50 / p99", "", say_times(on_disk)),
        Row("decisions kept in the ledger on SQLite, a second", "", f"{len(on_disk) / on_disk.sum():,.0f}"),
        Row("64 workers, SQLite, 256 requests for 100 uses: permitted", "100", f"{spent:,}"),
        Row(f"64 workers, SQLite: permits of {asked:,} requests after a revocation", "0", f"{late:,}"),
    ]
    write_section("rights", ABOUT, rows)


def count_attempts(attempts: int) -> Counter[str]:
    """Make the attempts in as many worlds as there are cores."""
    shards = os.cpu_count() or 1
    with ProcessPoolExecutor(shards) as pool:
        return sum(pool.map(run_shard, [(attempts // shards, seed) for seed in range(shards)]), Counter())


def run_shard(shard: tuple[int, int]) -> Counter[str]:
    """Make some attempts in a world of one seed."""
    attempts, seed = shard
    return run(attempts, seed=seed, rulebook=load_rulebook())


def fill(engine: Engine, world: World) -> None:
    """Put a world's agreements and people into a database."""
    with writing(engine) as connection:
        consents = Consents(connection)
        for union in UNIONS:
            consents.add_registered("union", union, seal({"name": union, "on-strike": False}))
        for truth in world.truths:
            consents.add_registered("person", truth.person.person_id, seal(truth.person.as_json()))
            for event in truth.events:
                consents.add_event(truth.agreement_id, event.seal())


def time_decisions(world: World, desk: Desk, watch: Callable[[], float], count: int) -> np.ndarray:
    """Time decisions, once every agreement has been read; seconds each."""

    def clock() -> datetime:
        return world.now

    gate = Gate(desk, clock, GATE_KEY, world.rulebook)
    permitted = 0
    seconds = np.empty(count)
    order = world.rng.permutation(np.arange(AGREEMENTS + count) % AGREEMENTS)
    for number in range(-AGREEMENTS, count):
        truth = world.truths[order[number + AGREEMENTS] if number >= 0 else number]
        world.now += timedelta(milliseconds=1)
        said = make_request(world, replace(truth), 10_000_000 + number) | {"agreement_id": truth.agreement_id}
        if number < 0:
            with desk.turn(truth.agreement_id) as turn:
                gate._reader.find(truth.agreement_id, turn, world.now)
            continue
        begun = watch()
        answer = gate.request(said)
        seconds[number] = watch() - begun
        permitted += answer.is_permitted
    if permitted < count // 10:
        raise SystemExit(f"bench: only {permitted:,} of {count:,} were permitted, which measures refusals")
    return seconds


def say_times(seconds: np.ndarray) -> str:
    """Say the middle and the slow end."""
    return f"{np.percentile(seconds, 50) * 1000:.2f} / {np.percentile(seconds, 99) * 1000:.2f} ms"
