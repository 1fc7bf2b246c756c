"""Checkpoints of a ledger as it is, and receipts: proof for a person that an entry is in it.

Covers signing the present state, which is refused where the past is not what was signed before; receipts that anybody
can check without the ledger; and how to open, for the person it is about, what an entry commits to.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from matinee.errors import StoreError
from matinee.rights.ledger.entries import commit_to, time_at
from matinee.rights.ledger.merkle import Tiles, find_root, hash_leaf, prove_inclusion, verify_inclusion
from matinee.rights.ledger.notes import Checkpoint, is_signed, parse_checkpoint, show_key, sign_checkpoint
from matinee.tables.ledger import Leaf, Private, Subject

FIELDS = ("format", "position", "kind", "key", "at", "subject", "body", "commitment", "reverses", "transfers")
"""What the list that an entry is hashed as holds, in order (`Leaf.content`)."""


class Notary(Tiles, Protocol):
    """An open transaction in which checkpoints can be kept."""

    def size(self) -> int:
        """Count the entries."""

    def last_checkpoint(self) -> str | None:
        """Read the signed checkpoint of the largest size; None if there is none."""

    def keep_checkpoint(self, size: int, note: str) -> None:
        """Keep a signed checkpoint; where there is one of that size, it stays as it is."""


def take_checkpoint(book: Notary, key: Ed25519PrivateKey) -> str:
    """Sign the tree of the ledger as it is, and keep the checkpoint; entries are not read again (`audit` does).

    Raises:
        StoreError: the tree that was signed last is not the beginning of the one there is now.
    """
    note, size = book.last_checkpoint(), book.size()
    last = parse_checkpoint(note) if note else None
    if last and (last.size > size or find_root(book, last.size) != last.root):
        what = f"the ledger is not what was signed when it had {last.size:,} entries; nothing was signed"
        raise StoreError(what, todo="run `matinee ledger verify`")
    if note and last and last.size == size:
        return note
    made = sign_checkpoint(size, find_root(book, size), key)
    book.keep_checkpoint(size, made)
    return made


def make_receipt(tiles: Tiles, leaf: Leaf, note: str, key: Ed25519PublicKey) -> dict[str, Any]:
    """Prove that an entry is in the ledger of a checkpoint.

    Returns:
        {"content", "proof": hashes in hex, from the entry to the top, "checkpoint": note, "key": that signed it}.

    Raises:
        ValueError: the checkpoint was taken before the entry was recorded.
        StoreError: entry and tree do not fit together.
    """
    checkpoint = parse_checkpoint(note)
    path = prove_inclusion(tiles, leaf.position, checkpoint.size)
    proof = [each.hex() for each in path]
    made = {"content": leaf.content().decode(), "proof": proof, "checkpoint": note, "key": show_key(key)}
    if problems := check_receipt(made, key):
        what = f"no receipt can be given for {leaf.key!r}: {problems[0]}"
        raise StoreError(what, todo="run `matinee ledger verify`")
    return made


def open_commitment(subject: Subject, private: Private) -> dict[str, str]:
    """Give what proves to the person which data the entry commits to; it is theirs alone."""
    return {"key": subject.key.hex(), "data": private.data}


def check_receipt(receipt: Mapping[str, Any], key: Ed25519PublicKey) -> list[str]:
    """Check a receipt: the entry is in the tree whose root was signed, and commits to the data that stand beside it.

    Args:
        receipt: as `make_receipt` gave it, `opening` beside it where there is one.
        key: known from elsewhere, not from the receipt.

    Returns:
        What is wrong, a clause each; empty if it holds.

    Raises:
        ValueError: it is no receipt.
    """
    said = read_receipt(receipt)
    checkpoint = parse_checkpoint(receipt["checkpoint"])
    leaf = hash_leaf(receipt["content"].encode())
    path = [bytes.fromhex(each) for each in receipt["proof"]]
    wrong = []
    if not is_signed(receipt["checkpoint"], key):
        wrong.append("the checkpoint is not signed with the ledger's key")
    if not _is_in(leaf, said["position"], checkpoint, path):
        wrong.append("the proof does not lead from the entry to the root that was signed")
    opening = receipt.get("opening")
    if opening is not None and not _does_open(opening, said):
        wrong.append("the personal data are not those that the entry commits to")
    return wrong


def read_receipt(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the entry of a receipt says: the fields of `Leaf`, `at` in ISO 8601, the body as an object.

    Raises:
        ValueError: it is no receipt.
    """
    try:
        fields = dict(zip(FIELDS, json.loads(receipt["content"]), strict=True))
        at = time_at(fields["at"]).isoformat()
        parse_checkpoint(receipt["checkpoint"])
        [bytes.fromhex(each) for each in receipt["proof"]]
        opening = receipt.get("opening") or {"key": "", "data": ""}
        bytes.fromhex(opening["key"]), str.encode(opening["data"])
        known = fields.pop("format") == "matinee-ledger-entry/1" and isinstance(fields["position"], int)
        said = fields | {"at": at, "body": json.loads(fields["body"])}
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError("it is no receipt, want what `matinee ledger receipt --json` prints") from error
    if not known:
        raise ValueError("it is a receipt of a format that is not known here")
    return said


def _is_in(leaf: bytes, position: int, checkpoint: Checkpoint, path: Sequence[bytes]) -> bool:
    return verify_inclusion(leaf, position, checkpoint.size, path, checkpoint.root)


def _does_open(opening: Mapping[str, str], said: Mapping[str, Any]) -> bool:
    """Say whether a key and data give the commitment of an entry; keys of other lengths could collide in HMAC."""
    key = bytes.fromhex(opening["key"])
    made = commit_to(Subject("", "", key), said["key"], opening["data"])
    return len(key) == 32 and hmac.compare_digest(made.hex(), str(said["commitment"]))
