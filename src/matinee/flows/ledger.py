"""The verbs of the ledger: checkpoint, receipt, verify, erase.

Covers files and keys around `matinee.rights.ledger` and the database. Entries are appended by the verbs that make
them: the gate's attempts, the payments of a period.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from matinee.errors import BadFile, StoreError, UnknownId, UsageError
from matinee.flows.records import find_changed_records
from matinee.rights.ledger.audit import Finding, Trusted, audit
from matinee.rights.ledger.merkle import prove_consistency, verify_consistency
from matinee.rights.ledger.notes import is_signed, parse_checkpoint, parse_key, show_key
from matinee.rights.ledger.receipts import (
    check_receipt,
    make_receipt,
    open_commitment,
    read_receipt,
    take_checkpoint,
)
from matinee.store.rights.database import open_rights, reading
from matinee.store.rights.keys import find_key, make_key
from matinee.store.rights.ledger import LedgerReader, LedgerWriter, erase_person, write_ledger
from matinee.store.service import Service
from matinee.store.texts import read_text
from matinee.tables.ledger import Leaf

T = TypeVar("T")


def checkpoint_ledger(service: Service, *, since: Path | None = None) -> dict[str, Any]:
    """Sign the ledger as it is.

    Args:
        service: whose ledger.
        since: file of an earlier checkpoint; the result then proves that nothing of that time has changed.

    Returns:
        {"checkpoint": note, "size", "root": hex, "key": verifier key, "since": {"size", "root", "proof"} or null}.

    Raises:
        BadFile: `since` is no checkpoint.
        StoreError: the ledger is not what was signed before, or what `since` says; the database said no.
    """
    key = make_key(service.path)
    then = _read_as(since, parse_checkpoint) if since else None
    with open_rights(service) as engine, write_ledger(engine) as book:
        note = take_checkpoint(book, key)
        now = parse_checkpoint(note)
        path = prove_consistency(book, then.size, now.size) if then and then.size <= now.size else []
    if then and not verify_consistency((then.size, then.root), (now.size, now.root), path):
        what = f"the ledger of {now.size:,} entries did not grow out of that one of {then.size:,}"
        raise StoreError(what, where=str(since), todo="run `matinee ledger verify --root` with that file")
    proof = then and {"size": then.size, "root": then.root.hex(), "proof": [each.hex() for each in path]}
    return {"checkpoint": note, "size": now.size, "root": now.root.hex(), "key": show_key(key.public_key())} | {
        "since": proof
    }


def make_receipts(
    service: Service, keys: Sequence[str] = (), *, person_id: str | None = None, with_data: bool = False
) -> list[dict[str, Any]]:
    """Prove that entries are in the ledger.

    Args:
        service: whose ledger.
        keys: of the entries, such as the ids of uses.
        person_id: also of every entry about this person.
        with_data: put the personal data beside the proofs, and the key that opens the commitments to them.

    Returns:
        A receipt an entry, as `receipts.make_receipt` makes them.

    Raises:
        UsageError: neither keys nor a person were given.
        UnknownId: the ledger has no such entry, or knows no such person.
        StoreError: the ledger does not hash to what was recorded; the database said no.
    """
    if not keys and person_id is None:
        raise UsageError("receipt of what", todo="give the id of a use, or --person ID")
    signing = make_key(service.path)
    with open_rights(service) as engine, write_ledger(engine) as book:
        found = _find_entries(book, keys, person_id)
        note = take_checkpoint(book, signing)
        subjects = {each.subject: each for each in book.subjects()} if with_data else {}
        made = []
        for leaf in found:
            receipt = make_receipt(book, leaf, note, signing.public_key())
            data = book.find_private(leaf.position) if leaf.subject in subjects else None
            made.append(receipt | {"opening": open_commitment(subjects[data.subject], data)} if data else receipt)
    return made


def verify_ledger(service: Service, roots: Sequence[str] = (), *, key: str | None = None) -> dict[str, Any]:
    """Check the ledger against its hashes, checkpoints and roots kept elsewhere, and agreements and people against it.

    Args:
        service: whose ledger.
        roots: each a file with a checkpoint, or a root in hex, with or without the size before it (`1200:9f…`).
        key: verifier key of the checkpoints; None = that of the service, if it has one.

    Returns:
        {"size", "root", "key", "confirmed": {root: size}, "findings": [{"what", "where", "said"}]}.

    Raises:
        UsageError: a root or the key cannot be read.
        BadFile: a file is no checkpoint.
        StoreError: the database said no.
    """
    own = find_key(service.path)
    public = _read_key(key) if key else own.public_key() if own else None
    trusted, unsigned = [], []
    for root in roots:
        each, note = _read_root(root)
        trusted.append(each)
        if note and public and not is_signed(note, public):
            unsigned.append(Finding("root", root, "its signature is not that of the ledger's key"))
    with open_rights(service) as engine, reading(engine) as connection:
        found = audit(LedgerReader(connection), trusted, public)
        changed = find_changed_records(connection)
    return {
        "size": found.size,
        "root": found.root.hex(),
        "key": show_key(public) if public else None,
        "confirmed": found.confirmed,
        "findings": [asdict(each) for each in [*unsigned, *found.findings, *changed]],
    }


def verify_receipt(file: Path, *, key: str) -> dict[str, Any]:
    """Check receipts of a file, without the ledger.

    Args:
        file: what `ledger receipt --json` printed.
        key: verifier key, known from elsewhere.

    Returns:
        {"receipts": [{"said": what the entry says, "problems": […]}]}.

    Raises:
        UsageError: the key cannot be read.
        BadFile: the file holds no receipts.
    """
    public = _read_key(key)
    held = _read_as(file, json.loads)
    receipts = held.get("receipts") if isinstance(held, dict) else None
    if not isinstance(receipts, list) or not all(isinstance(each, dict) for each in receipts):
        raise BadFile("it holds no receipts", where=str(file), todo="give what `matinee ledger receipt --json` printed")
    try:
        checked = [{"said": read_receipt(each), "problems": check_receipt(each, public)} for each in receipts]
    except ValueError as error:
        raise BadFile(str(error), where=str(file)) from error
    return {"receipts": checked}


def erase(service: Service, person_id: str) -> int:
    """Delete what is registered of a person, their data beside the ledger, and whom their pseudonym stands for.

    Returns:
        Entries whose personal data went. The entries stay, and every proof still holds.

    Raises:
        UnknownId: the ledger knows no such person.
        StoreError: the database said no.
    """
    with open_rights(service) as engine:
        gone = erase_person(engine, person_id)
    if gone is None:
        raise UnknownId(f"the ledger knows no person {person_id!r}; nothing was erased")
    return gone


def _find_entries(book: LedgerWriter, keys: Sequence[str], person_id: str | None) -> list[Leaf]:
    found = book.find(keys)
    if unknown := [key for key in keys if key not in found]:
        raise UnknownId(f"the ledger has no entry {unknown[0]!r}")
    if person_id is None:
        return [found[key] for key in keys]
    subject = book.find_subject(person_id)
    if subject is None:
        raise UnknownId(f"the ledger knows no person {person_id!r}")
    return [found[key] for key in keys] + list(book.leaves(subject.subject))


def _read_root(said: str) -> tuple[Trusted, str | None]:
    """Read a root from a word or a file; the checkpoint beside it where it was one."""
    if found := re.fullmatch(r"(?:(\d{1,18}):)?([0-9a-fA-F]{64})", said):
        return Trusted(bytes.fromhex(found[2]), int(found[1]) if found[1] else None, said), None
    path = Path(said)
    if not path.is_file():
        todo = "give a file that `ledger checkpoint` wrote, or 64 hex digits"
        raise UsageError("neither a file nor a root", where=said, todo=todo)
    note = read_text(path)
    checkpoint = _read_as(path, parse_checkpoint)
    return Trusted(checkpoint.root, checkpoint.size, said), note


def _read_key(text: str) -> Ed25519PublicKey:
    try:
        return parse_key(text)
    except ValueError as error:
        raise UsageError(str(error), where="--key") from error


def _read_as(path: Path, read: Callable[[str], T]) -> T:
    try:
        return read(read_text(path))
    except ValueError as error:
        raise BadFile(str(error), where=str(path)) from error
