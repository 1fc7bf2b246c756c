"""Attacks on a ledger by somebody who owns the database: six kinds, each by a careless, a careful and a thorough hand.

The careless change rows; the careful give every entry its place and hash anew; the thorough also make the tree and
sign every checkpoint anew, with the ledger's own key.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert, text

from matinee.rights.ledger.merkle import EMPTY_ROOT, WIDTH, Frontier, fold, hash_leaf
from matinee.rights.ledger.notes import parse_checkpoint, sign_checkpoint
from matinee.store.rights.ledger import LedgerReader, LedgerWriter
from matinee.store.rights.schema import checkpoints
from matinee.store.rights.triggers import FIXED
from matinee.tables.ledger import Leaf, Node

HANDS = ("careless", "careful", "thorough")


def edit(entries: list[Leaf], rng: np.random.Generator) -> list[Leaf]:
    place = int(rng.integers(len(entries)))
    leaf = entries[place]
    changes = [
        {"body": '{"decision":"permit","forged":true}'},
        {"at": leaf.at + int(rng.integers(1, 10**9))},
        {"kind": f"{leaf.kind}s"},
        {"key": f"{leaf.key}-forged"},
        {"subject": secrets.token_hex(16)},
        {"commitment": rng.bytes(32)},
        {"transfers": (*leaf.transfers, ("expense:uses", "payable:forged", 1, "USD"))},
        {"transfers": tuple((d, c, amount + 1, currency) for d, c, amount, currency in leaf.transfers)},
    ]
    found = changes[int(rng.integers(len(changes) - (not leaf.transfers)))]
    return [*entries[:place], replace(leaf, **found), *entries[place + 1 :]]  # type: ignore[arg-type]


def delete_one(entries: list[Leaf], rng: np.random.Generator) -> list[Leaf]:
    place = int(rng.integers(len(entries) - 1))  # the last is a truncation
    return [*entries[:place], *entries[place + 1 :]]


def reorder(entries: list[Leaf], rng: np.random.Generator) -> list[Leaf]:
    one, other = sorted(int(place) for place in rng.choice(len(entries), 2, replace=False))
    moved = list(entries)
    moved[one], moved[other] = (
        replace(entries[other], position=entries[one].position),
        replace(entries[one], position=entries[other].position),
    )
    return moved


def insert_one(entries: list[Leaf], rng: np.random.Generator) -> list[Leaf]:
    place = int(rng.integers(len(entries)))
    forged = replace(entries[place], key="forged", reverses=None, transfers=())
    later = [replace(leaf, position=leaf.position + 1) for leaf in entries[place:]]
    return [*entries[:place], forged, *later]


def truncate(entries: list[Leaf], rng: np.random.Generator) -> list[Leaf]:
    return entries[: int(rng.integers(len(entries)))]


def fork(entries: list[Leaf], rng: np.random.Generator) -> list[Leaf]:
    place, count = int(rng.integers(len(entries))), int(rng.integers(1, len(entries)))
    size = max(place + count, len(entries))  # at least as long, or it were a truncation, too
    other = [_forge(position) for position in range(place, size)]
    return [*entries[:place], *other]


def _forge(position: int) -> Leaf:
    leaf = Leaf(position, "use", f"fork-{position}", 1, None, '{"decision":"permit"}', None, None, ())
    return replace(leaf, hash=hash_leaf(leaf.content()))


ATTACKS: dict[str, Callable[[list[Leaf], np.random.Generator], list[Leaf]]] = {
    "edit": edit,
    "delete": delete_one,
    "reorder": reorder,
    "insert": insert_one,
    "truncate": truncate,
    "fork": fork,
}


def drop_guards(connection: Connection) -> None:
    """Take away the triggers and foreign keys, for the length of a transaction."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        kept = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for name in list(connection.execute(text(kept)).scalars()):
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def attack(connection: Connection, kind: str, hand: str, key: Ed25519PrivateKey, rng: np.random.Generator) -> None:
    """Change the ledger of a transaction whose guards were dropped; the personal data are left out."""
    reader = LedgerReader(connection)
    changed, notes = ATTACKS[kind](list(reader.leaves()), rng), list(reader.checkpoints())
    tree = list(reader.nodes())
    if hand != "careless":
        changed = [_rehash(leaf, position) for position, leaf in enumerate(changed)]
    if hand == "thorough":
        tree, notes = _rebuild(changed, notes, key)
    for table in ("private", "subjects", "transfers", *FIXED):
        if table != "subjects" or hand == "thorough":  # without them it looks as if the persons had been erased
            connection.execute(text(f"DELETE FROM {table}"))
    LedgerWriter(connection).add(changed, tree, [])
    if notes:
        rows = [{"size": parse_checkpoint(note).size, "note": note} for note in notes]
        connection.execute(insert(checkpoints), rows)


def _rehash(leaf: Leaf, position: int) -> Leaf:
    placed = replace(leaf, position=position)
    return replace(placed, hash=hash_leaf(placed.content()))


def _rebuild(entries: list[Leaf], notes: list[str], key: Ed25519PrivateKey) -> tuple[list[Node], list[str]]:
    edge, roots = Frontier(), {0: EMPTY_ROOT}
    for leaf in entries:
        edge.push(leaf.hash)
        roots[edge.size] = edge.root()
    hashes = [leaf.hash for leaf in entries]
    parts = [hashes[at : at + WIDTH] for at in range(0, len(hashes) - WIDTH + 1, WIDTH)]
    tree = [Node(8, place, fold(part), b"".join(part)) for place, part in enumerate(parts)]
    sizes = [size for size in (parse_checkpoint(note).size for note in notes) if size in roots]
    return tree, [sign_checkpoint(size, roots[size], key) for size in sizes]
