"""The verb `forget`: members leave tables, quarantine, results, reports and models, and a receipt says so.

Covers the order of it, and what happens after a crash: a note says who is being forgotten before anything is removed,
every step can be repeated, and the receipt replaces the note at the end. Copies outside the service folder, and files
in it that Matinee did not write, are the user's to delete; the latter are named.
"""

from __future__ import annotations

import platform
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matinee
from matinee.errors import MatineeError, NothingToLearn, UnknownId, UsageError
from matinee.flows.updating import forget_in_models, prove_model
from matinee.store.erasure import (
    RECEIPTS,
    Erasure,
    drop_note,
    name_receipt,
    read_erasure,
    read_receipt,
    write_erasure,
    write_receipt,
)
from matinee.store.lock import writer_lock
from matinee.store.models import delete_models, has_current, list_runs, load_model
from matinee.store.removal import count_in_tables, find_in_quarantine, remove_from_quarantine, remove_from_tables
from matinee.store.service import Service
from matinee.store.traces import (
    find_foreign,
    find_in_results,
    find_reports,
    remove_beginnings,
    remove_from_results,
    remove_reports,
)
from matinee.tables.personal import can_be_id

Progress = Callable[[str], None]
Clock = Callable[[], datetime]

TOLERANCE = 1e-6
"""How far the live model may be from one made without them, in any number, as a share of it where it is above 1."""


@dataclass(frozen=True)
class Forgotten:
    """What an erasure did.

    Attributes:
        receipt: what the receipt says, as JSON can say it.
        path: the receipt.
        foreign: files in the service folder that still mention the members and that Matinee did not write.
    """

    receipt: dict[str, Any]
    path: Path
    foreign: list[Path]


def forget(
    service: Service, member_ids: Sequence[str] = (), *, clock: Clock, progress: Progress | None = None
) -> Forgotten:
    """Remove every trace of members from a service, and finish an erasure that was interrupted.

    Nothing can be imported before it is finished. A file of theirs that is imported again brings them back.

    Args:
        service: from where.
        member_ids: whom; none = finish what was interrupted.
        clock: tells the time, with a zone; read when it begins, and when all but the receipt is done.
        progress: told what is being done.

    Returns:
        what was done.

    Raises:
        UnknownId: the service holds nothing of one of them; nothing has changed.
        UsageError: nobody is named, and there is nothing to finish.
        MatineeError: the live model is of another version (BadModel), or differs from one made without them; the rest
            is done, and the erasure waits to be finished.
        StoreError: the disk said no; the erasure waits to be finished.
    """
    tell, now = progress or (lambda _stage: None), clock()
    with writer_lock(service.path):
        tell("looking for them")
        pending = read_erasure(service.path)
        known = pending.member_ids if pending else []
        asked = [member_id for member_id in dict.fromkeys(member_ids) if member_id not in known]
        if pending and (receipt := read_receipt(service.path, pending.receipt)):
            drop_note(service.path)
            if not asked:
                return _give(service, pending, receipt)
            pending = None
        erasure = _begin(service, pending, asked, now) if asked or not pending else pending
        data_hash, model = _erase(service, erasure, now, tell)
        receipt = _describe(erasure, data_hash, model, clock())
        write_receipt(service.path, erasure.receipt, receipt)
        return _give(service, erasure, receipt)


def _give(service: Service, erasure: Erasure, receipt: dict[str, Any]) -> Forgotten:
    foreign = find_foreign(service.path, erasure.member_ids)
    return Forgotten(receipt, service.path / RECEIPTS / erasure.receipt, foreign)


def _begin(service: Service, pending: Erasure | None, asked: Sequence[str], now: datetime) -> Erasure:
    """Write the note of whom to forget, or add them to the one that is there."""
    if not asked:
        raise UsageError("nobody to forget", where=str(service.path), todo="name them with --member ID")
    found = _count_all(service, asked)
    if pending is None:
        receipt, data_hash, runs = name_receipt(service.path, now), service.data_hash(), list_runs(service.path)
        pending = Erasure(receipt, _say(now), [], {}, data_hash, runs)
    removed = dict(Counter(pending.removed) + found)
    erasure = replace(pending, member_ids=[*pending.member_ids, *asked], removed=removed)
    write_erasure(service.path, erasure)
    return erasure


def _erase(service: Service, erasure: Erasure, now: datetime, tell: Progress) -> tuple[str, dict[str, Any] | None]:
    """Do all of it, or what is left of it; every step can be repeated.

    Returns:
        the name of the state of the tables now, and what became of the models.
    """
    path, member_ids = service.path, erasure.member_ids
    tell("removing their rows")
    after = remove_from_tables(path, service.snapshot(), member_ids)
    remove_from_quarantine(path, member_ids)
    remove_from_results(path, member_ids)
    remove_reports(path, member_ids)
    model = _unlearn(service, erasure, now, tell)
    remove_beginnings(path)
    return after.data_hash(), model


def _count_all(service: Service, member_ids: Sequence[str]) -> Counter[str]:
    """Count what the service holds of members, each of whom must have something."""
    found: Counter[str] = Counter()
    for member_id in member_ids:
        held = count_held(service, [member_id]) if can_be_id(member_id) else Counter()
        if not held.total():
            todo = "members are listed in the service's tables/members"
            raise UnknownId(f"no member {member_id!r}; nothing was removed", todo=todo)
        found += held
    found["reports"] = len(find_reports(service.path, member_ids))
    return found


def count_held(service: Service, member_ids: Collection[str]) -> Counter[str]:
    """Count the rows that a service holds of members: by table, in `quarantine`, and in files of `results`."""
    found: Counter[str] = Counter()
    for (table, _), rows in count_in_tables(service.snapshot(), member_ids).items():
        found[table] += rows
    found["quarantine"] = sum(map(len, find_in_quarantine(service.path, member_ids).values()))
    found["results"] = sum(find_in_results(service.path, member_ids).values())
    return found


def _unlearn(service: Service, erasure: Erasure, now: datetime, tell: Progress) -> dict[str, Any] | None:
    """Make the live model one without them, delete all others, and prove it; None where there was never a model."""
    live, proof = None, None
    if has_current(service.path):
        try:
            live = forget_in_models(service, now=now, progress=tell)["run"]
            proof = _prove(service, tell)
        except NothingToLearn:
            tell("nothing is left to learn from")
    if live is None and (service.path / "models").exists():
        delete_models(service.path, but=None)
    if live is None and not erasure.runs:
        return None
    _, manifest = load_model(service.path, names=()) if live else ({}, {})
    update = manifest.get("update") if live not in erasure.runs else None
    deleted = sorted({*erasure.runs} - {*list_runs(service.path)})
    return {"run": live, "deleted_runs": deleted, "update": update, "proof": proof}


def _prove(service: Service, tell: Progress) -> dict[str, Any]:
    """Compare the live model with one made without them.

    Raises:
        MatineeError: they differ.
    """
    started = time.process_time()
    differences = prove_model(service, progress=tell)
    worst = max(differences, key=lambda name: differences[name])
    if not differences[worst] <= TOLERANCE:
        what = f"the live model is off by {differences[worst]:.1g} in {worst!r} from one made without them"
        todo = "run `matinee train`, then `matinee forget`"
        raise MatineeError(what, where=str(service.path), todo=todo)
    seconds = round(time.process_time() - started, 2)
    return {"max_difference": differences[worst], "tolerance": TOLERANCE, "refit_cpu_seconds": seconds}


def _describe(erasure: Erasure, data_hash: str, model: dict[str, Any] | None, finished: datetime) -> dict[str, Any]:
    return {
        "asked_at": erasure.asked_at,
        "finished_at": _say(finished),
        "members": len(erasure.member_ids),
        "removed": erasure.removed,
        "data_hash": {"before": erasure.data_hash, "after": data_hash},
        "model": model,
        "versions": {"matinee": matinee.__version__, "python": platform.python_version()},
    }


def _say(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="seconds")
