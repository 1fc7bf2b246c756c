"""64 workers at one gate, each with a connection of its own: a count that must not be overspent, a revocation."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np
from sqlalchemy import Engine

from bench.consent import GATE_KEY, START, UNIONS, Truth, World, make_request, sign_up
from matinee.flows.desk import LedgerDesk
from matinee.flows.rules import load_rulebook
from matinee.rights.agreements.canonical import seal
from matinee.rights.agreements.register import revoke
from matinee.rights.agreements.states import Event, fold
from matinee.rights.gate.gate import Gate
from matinee.rights.rulebook.rules import Rulebook
from matinee.store.rights.consents import Consents
from matinee.store.rights.database import open_database, writing

WORKERS = 64

T = TypeVar("T")


def overspend(url: str, rulebook: Rulebook, *, uses: int, tries: int) -> int:
    """Let all workers ask for one permission that allows `uses`; how many are permitted."""
    world, truth = _one_agreement(rulebook, uses)
    _fill(url, truth)

    def work(gate: Gate, worker: int) -> Iterable[bool]:
        return [gate.request(_ask(world, truth, worker, number)).is_permitted for number in range(tries)]

    return sum(crowd(url, rulebook, work))


def revoke_in_between(url: str, rulebook: Rulebook, *, tries: int) -> tuple[int, int]:
    """Let one worker revoke while the others ask, their last time afterwards for certain.

    Returns:
        permits of requests begun after it was acknowledged, and those requests.
    """
    world, truth = _one_agreement(rulebook, None)
    _fill(url, truth)
    acknowledged: list[float] = []
    is_revoked = threading.Event()

    def work(gate: Gate, worker: int) -> Iterable[tuple[float, bool]]:
        for number in range(tries):
            if (worker, number) == (0, 1):
                standing = fold(truth.events)
                if standing is not None:
                    _keep(url, revoke(standing, by="them", reason="", now=datetime.now(UTC)))
                acknowledged.append(time.monotonic())
                is_revoked.set()
            if number == tries - 1:
                is_revoked.wait(60)
            begun = time.monotonic()
            yield begun, gate.request(_ask(world, truth, worker, number)).is_permitted

    late = [is_permitted for begun, is_permitted in crowd(url, rulebook, work) if begun > acknowledged[0]]
    return sum(late), len(late)


def crowd(url: str, rulebook: Rulebook, work: Callable[[Gate, int], Iterable[T]]) -> list[T]:
    """Let all workers begin at once; what they bring back."""
    barrier = threading.Barrier(WORKERS)
    started = time.monotonic()

    def clock() -> datetime:
        return START + timedelta(seconds=time.monotonic() - started)

    def run(worker: int) -> list[T]:
        engine = open_database(url)
        try:
            gate = Gate(LedgerDesk(engine), clock, GATE_KEY, rulebook)
            barrier.wait()
            return list(work(gate, worker))
        finally:
            engine.dispose()

    with ThreadPoolExecutor(WORKERS) as pool:
        return [each for some in pool.map(run, range(WORKERS)) for each in some]


def make_office(url: str, rulebook: Rulebook, *, uses: int) -> None:
    """Make a database with one agreement that allows `uses`."""
    _, truth = _one_agreement(rulebook, uses)
    _fill(url, truth)


def ask_until_killed(url: str, worker: int) -> None:
    """Ask for the agreement of `make_office` again and again, and say which uses were permitted."""
    rulebook = load_rulebook()
    world, truth = _one_agreement(rulebook, None)
    engine = open_database(url)
    clock = START + timedelta(seconds=worker)
    gate = Gate(LedgerDesk(engine), lambda: clock, GATE_KEY, rulebook)
    for number in range(1_000):
        said = _ask(world, truth, worker, number)
        if gate.request(said).is_permitted:
            print(said["use_id"], flush=True)


def _one_agreement(rulebook: Rulebook, limit: int | None) -> tuple[World, Truth]:
    world = World(np.random.default_rng(0), rulebook)
    world.agree(1)
    truth = world.truths[0]
    truth.limit, truth.advance, truth.unit = limit, 0, "use"
    truth.begins, truth.signed = START - timedelta(days=1), START - timedelta(days=1)
    truth.events = sign_up(truth, rulebook)
    return world, truth


def _fill(url: str, truth: Truth) -> None:
    engine = open_database(url)
    with writing(engine) as connection:
        consents = Consents(connection)
        consents.add_registered("person", truth.person.person_id, seal(truth.person.as_json()))
        for union in UNIONS:
            consents.add_registered("union", union, seal({"name": union, "on-strike": False}))
    engine.dispose()
    _keep(url, *truth.events)


def _keep(url: str, *events: Event) -> None:
    engine: Engine = open_database(url)
    with writing(engine) as connection:
        for event in events:
            Consents(connection).add_event(event.agreement_id, event.seal())
    engine.dispose()


def _ask(world: World, truth: Truth, worker: int, number: int) -> dict[str, object]:
    said = make_request(world, truth, 1_000 * worker + number)
    return said | {"duration": 1, "at": START.isoformat()}
