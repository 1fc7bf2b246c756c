"""The ledger: durable appends, proofs in a large one, an audit of all of it, and attacks on a small one."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from bench.attacks import ATTACKS, HANDS, attack, drop_guards
from bench.page import Row, write_section
from matinee.rights.ledger.audit import Trusted, audit
from matinee.rights.ledger.entries import Entry, append
from matinee.rights.ledger.merkle import find_root, prove_inclusion, verify_inclusion
from matinee.rights.ledger.receipts import take_checkpoint
from matinee.store.rights.database import open_database, reading
from matinee.store.rights.ledger import LedgerReader, read_ledger, write_ledger
from matinee.tables.ledger import Transfer

SIZE, BATCH = 1_000_000, 10_000
BATCHES = (1, 100, 1_000)
SECONDS = 5.0
"""How long appending is measured for each size of batch."""

PROOFS = 1_000
EACH = 10_000
"""Attacks of each kind."""

SMALL = 40
AT = datetime(2026, 5, 1, tzinfo=UTC)
PAID = Transfer("expense:uses", "payable:{subject}", 18_700, "USD")


def main() -> None:
    """Measure all of it on SQLite."""
    with tempfile.TemporaryDirectory() as scratch:
        appended = [_measure_appends(Path(scratch) / f"append-{batch}.db", batch) for batch in BATCHES]
        filled, large = _fill(Path(scratch) / "large.db")
        proof, audited = _measure_proofs(large), _measure_audit(large)
        found = _count_found(Path(scratch) / "small.db")
    rows = [
        Row(f"durable appends a second, in batches of {batch:,}", ">= 1,000" if batch > 1 else "", f"{rate:,.0f}")
        for batch, rate in zip(BATCHES, appended, strict=True)
    ]
    p50, p99 = np.percentile(proof, [50, 99])
    rows += [
        Row(f"durable appends a second, in batches of {BATCH:,}, up to {SIZE:,}", ">= 1,000", f"{filled:,.0f}"),
        Row(f"inclusion proof at {SIZE:,} entries, ms", "<= 5", f"p50 {p50:.2f}, p99 {p99:.2f}"),
        Row(f"audit of {SIZE:,} entries, CPU s", "", f"{audited:,.0f}"),
    ]
    rows += [Row(f"attacks found: {kind}", f"{EACH:,} of {EACH:,}", f"{found[kind]:,}") for kind in ATTACKS]
    write_section(
        "ledger",
        "SQLite, every commit on the disk. An entry is a permitted use with one transfer and personal data, of one of "
        f"1,000 persons. Proofs: {PROOFS:,} entries at random, each in a transaction of its own, checked. Attacks: on "
        f"a ledger of {SMALL} entries against one root kept elsewhere; a third each by somebody who changes rows, who "
        "also gives every entry place and hash anew, and who makes the tree anew and signs every checkpoint with the "
        "ledger's key (`bench/attacks.py`).",
        rows,
    )


def _make_entries(start: int, count: int) -> list[Entry]:
    body = {
        "decision": "permit",
        "agreement": "agreement-17",
        "version": 3,
        "project": "The Long Night",
        "kind": "face",
    }
    return [
        Entry(
            kind="use",
            key=f"use-{number}",
            at=AT,
            body=body,
            transfers=(PAID,),
            person_id=f"person-{number % 1_000}",
            private={"media_hash": f"{number:064x}"},
        )
        for number in range(start, start + count)
    ]


def _open(path: Path) -> Engine:
    return open_database(f"sqlite:///{path}")


def _measure_appends(path: Path, batch: int) -> float:
    """Append in batches for a while; entries a second of wall time."""
    engine, done, started = _open(path), 0, time.perf_counter()
    while (took := time.perf_counter() - started) < SECONDS:
        with write_ledger(engine) as book:
            append(book, _make_entries(done, batch))
        done += batch
    engine.dispose()
    return done / took


def _fill(path: Path) -> tuple[float, Engine]:
    engine, started = _open(path), time.perf_counter()
    for start in range(0, SIZE, BATCH):
        with write_ledger(engine) as book:
            append(book, _make_entries(start, BATCH))
    return SIZE / (time.perf_counter() - started), engine


def _measure_proofs(engine: Engine) -> list[float]:
    """Prove that entries are in the ledger; ms of wall time each, with the transaction."""
    with read_ledger(engine) as book:
        root = find_root(book, SIZE)
    took = []
    for position in np.random.default_rng(0).integers(SIZE, size=PROOFS).tolist():
        started = time.perf_counter()
        with read_ledger(engine) as book:
            path = prove_inclusion(book, position, SIZE)
        took.append(1e3 * (time.perf_counter() - started))
        with read_ledger(engine) as book:
            leaf = book.tile(0, position // 256)[position % 256]
        if not verify_inclusion(leaf, position, SIZE, path, root):
            raise SystemExit(f"bench: the proof of entry {position} does not hold")
    return took


def _measure_audit(engine: Engine) -> float:
    started = time.process_time()
    with read_ledger(engine) as book:
        found = audit(book)
    if found.findings:
        raise SystemExit(f"bench: the audit found {found.findings[:3]}")
    engine.dispose()
    return time.process_time() - started


def _count_found(path: Path) -> dict[str, int]:
    """Attack a small ledger, each time from its whole state, and count what an audit finds."""
    engine, key = _open(path), Ed25519PrivateKey.generate()
    with write_ledger(engine) as book:
        append(book, _make_entries(0, SMALL // 2))
        take_checkpoint(book, key)
        append(book, _make_entries(SMALL // 2, SMALL - SMALL // 2))
        take_checkpoint(book, key)
    with read_ledger(engine) as book:
        kept = Trusted(find_root(book, SMALL), SMALL, "kept")
        if audit(book, [kept], key.public_key()).findings:
            raise SystemExit("bench: the audit found something where nothing was changed")
    rng, found = np.random.default_rng(0), dict.fromkeys(ATTACKS, 0)
    for kind, hand in _plan():
        with reading(engine) as connection:
            drop_guards(connection)
            attack(connection, kind, hand, key, rng)
            found[kind] += bool(audit(LedgerReader(connection), [kept], key.public_key()).findings)
            connection.get_transaction().rollback()  # type: ignore[union-attr]
    engine.dispose()
    return found


def _plan() -> Iterator[tuple[str, str]]:
    return ((kind, HANDS[number % len(HANDS)]) for kind in ATTACKS for number in range(EACH))
