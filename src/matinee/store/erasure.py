"""Erasures: the note of one under way, and the receipts of those that are done.

    .forgetting.json        who is being forgotten, and what of them was there; gone once they are
    receipts/<time>.json    what was removed, without a trace of whose it was

An erasure takes several commits. It is true once its receipt is written; until then the note lets it be finished, even
though the ids are gone from the tables, and nothing is imported. What is removed and how is the matter of `removal`,
`traces` and `models`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from matinee.errors import StoreError
from matinee.store.disk import plain_disk_errors, sync_folder, write_file

NOTE = ".forgetting.json"
RECEIPTS = "receipts"


@dataclass(frozen=True)
class Erasure:
    """Members being forgotten.

    Attributes:
        receipt: name of the receipt to come.
        asked_at: when it began, ISO 8601.
        member_ids: whom.
        removed: what of theirs was there when it began: place -> number of rows, of reports files.
        data_hash: names the state of the tables when it began.
        runs: the models there were when it began.
    """

    receipt: str
    asked_at: str
    member_ids: list[str]
    removed: dict[str, int]
    data_hash: str
    runs: list[str]


def name_receipt(service: Path, now: datetime) -> str:
    """Name a receipt that there is not yet by its time, "20260131T120000Z.json"."""
    stem = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    names = chain([f"{stem}.json"], (f"{stem}-{number}.json" for number in count(2)))
    return next(name for name in names if not (service / RECEIPTS / name).exists())


def read_erasure(service: Path) -> Erasure | None:
    """Read the note of an erasure that is not finished; None if there is none.

    Raises:
        StoreError: the note is damaged, or the disk said no.
    """
    note = service / NOTE
    try:
        with plain_disk_errors(note):
            return Erasure(**json.loads(note.read_bytes())) if note.exists() else None
    except (ValueError, TypeError) as error:
        raise StoreError(
            "the note of an erasure is damaged", where=str(note), todo="delete it and forget again"
        ) from error


def write_erasure(service: Path, erasure: Erasure) -> None:
    """Begin an erasure, or widen it: from now on it has to be finished.

    Raises:
        StoreError: the disk said no.
    """
    with plain_disk_errors(service):
        write_file(service / NOTE, f"{json.dumps(asdict(erasure), indent=1)}\n".encode())


def write_receipt(service: Path, name: str, receipt: Mapping[str, Any]) -> None:
    """Say that an erasure is done, and drop its note.

    Raises:
        StoreError: the disk said no.
    """
    folder = service / RECEIPTS
    with plain_disk_errors(folder):
        folder.mkdir(exist_ok=True)
        write_file(folder / name, f"{json.dumps(receipt, indent=1)}\n".encode())
    drop_note(service)


def read_receipt(service: Path, name: str) -> dict[str, Any] | None:
    """Read a receipt; None if there is none of that name.

    Raises:
        StoreError: it is damaged, or the disk said no.
    """
    path = service / RECEIPTS / name
    try:
        with plain_disk_errors(path):
            receipt: dict[str, Any] | None = json.loads(path.read_bytes()) if path.exists() else None
    except ValueError as error:
        raise StoreError("a receipt is damaged", where=str(path), todo="delete it") from error
    return receipt


def drop_note(service: Path) -> None:
    """Delete the note of an erasure whose receipt is written.

    Raises:
        StoreError: the disk said no.
    """
    with plain_disk_errors(service):
        (service / NOTE).unlink()
        sync_folder(service)


def check_no_erasure(service: Path) -> None:
    """Refuse to go on while an erasure waits to be finished.

    Raises:
        StoreError: one does.
    """
    if (service / NOTE).exists():
        todo = "run `matinee forget` without --member to finish it"
        raise StoreError("forgetting members was interrupted", where=str(service), todo=todo)


def list_erasures(service: Path) -> frozenset[str]:
    """Name the erasures that have begun, finished or not, by their receipts.

    Raises:
        StoreError: the note is damaged, or the disk said no.
    """
    pending = read_erasure(service)
    with plain_disk_errors(service):
        receipts = {path.name for path in (service / RECEIPTS).glob("*.json")}
    return frozenset(receipts | ({pending.receipt} if pending else set()))


def check_same_erasures(service: Path, known: Collection[str]) -> None:
    """Refuse what was made of rows that may have been erased since.

    Args:
        service: the service folder.
        known: what `list_erasures` gave before the rows were read.

    Raises:
        StoreError: another erasure has begun.
    """
    if list_erasures(service) - {*known}:
        raise StoreError("members were forgotten meanwhile", where=str(service), todo="run the same command again")
