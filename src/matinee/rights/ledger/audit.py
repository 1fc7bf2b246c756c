"""The audit: everything that a ledger holds against its hashes, its checkpoints, and roots kept elsewhere.

Covers edits, deletions, reorderings, insertions, truncations and forks: what was done, and where as nearly as it can be
told. Whoever can write the database can make all of it agree with itself again; only a root that was kept elsewhere
shows that, and the more such roots, the nearer the place.

    content of an entry -> its recorded hash -> recorded nodes -> signed checkpoints -> roots kept elsewhere
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from matinee.rights.ledger.entries import commit_to
from matinee.rights.ledger.merkle import EMPTY_ROOT, WIDTH, Frontier, fold, hash_leaf
from matinee.rights.ledger.notes import is_signed, parse_checkpoint
from matinee.tables.ledger import Leaf, Node, Opening, Subject


class Records(Protocol):
    """All that a store holds of a ledger, read in one transaction."""

    def leaves(self) -> Iterator[Leaf]:
        """Read the entries by position."""

    def nodes(self) -> Iterable[Node]:
        """Read the stored nodes of the tree."""

    def checkpoints(self) -> Iterable[str]:
        """Read the signed checkpoints, the smallest size first."""

    def strays(self) -> Iterable[int]:
        """List the positions that transfers name and no entry has."""

    def openings(self) -> Iterable[Opening]:
        """Read commitments and personal data side by side."""

    def subjects(self) -> Iterable[Subject]:
        """Read who the pseudonyms stand for."""


@dataclass(frozen=True)
class Trusted:
    """A root that was kept elsewhere.

    Attributes:
        root: 32 bytes.
        size: entries that it is the root of; None = it may be any.
        name: where it was kept.
    """

    root: bytes
    size: int | None
    name: str


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was recorded.

    Attributes:
        what: edit, gap, tree, checkpoint, truncation, root, transfer or private.
        where: the entries or the thing it was found in.
        said: one clause.
    """

    what: str
    where: str
    said: str


@dataclass
class Audit:
    """What an audit found.

    Attributes:
        size: entries that there are.
        root: of their tree as it is now.
        findings: what is wrong; empty = nothing.
        confirmed: name of each root kept elsewhere -> size at which the ledger had that root.
    """

    size: int = 0
    root: bytes = EMPTY_ROOT
    findings: list[Finding] = field(default_factory=list)
    confirmed: dict[str, int] = field(default_factory=dict)


def audit(records: Records, trusted: Sequence[Trusted] = (), key: Ed25519PublicKey | None = None) -> Audit:
    """Check a whole ledger.

    Args:
        records: what the store holds.
        trusted: roots kept elsewhere. Without one, a change that was made everywhere is not seen.
        key: that signs the checkpoints; None = signatures are not looked at.
    """
    notes = list(records.checkpoints())
    walk = _Walk(trusted, notes)
    walk.read(records.leaves())
    found = Audit(walk.edge.size, walk.edge.root(), walk.findings)
    found.findings += _check_nodes(walk.nodes, records.nodes())
    found.findings += [
        Finding("transfer", f"position {each}", "transfers of an entry that does not exist")
        for each in records.strays()
    ]
    found.findings += _check_private(records)
    wrong = _check_checkpoints(notes, walk.roots, key)
    found.findings += [finding for _, finding in wrong]
    found.confirmed = {each.name: size for each in trusted if (size := walk.find_size(each)) is not None}
    upper = [size for size, _ in wrong]
    found.findings += [_deny(each, found, upper) for each in trusted if each.name not in found.confirmed]
    return found


class _Walk:
    """One pass over the entries: hashes, places, and the root at every size that somebody asks for."""

    def __init__(self, trusted: Sequence[Trusted], notes: Sequence[str]) -> None:
        self.edge = Frontier()
        self.findings: list[Finding] = []
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.sizes = {each.size for each in trusted} | {_size_of(note) for note in notes}
        self.sought = {each.root for each in trusted if each.size is None}
        self.met: dict[bytes, int] = {EMPTY_ROOT: 0} if EMPTY_ROOT in self.sought else {}
        self.roots: dict[int, bytes] = {0: EMPTY_ROOT}

    def read(self, leaves: Iterable[Leaf]) -> None:
        expected, edited = 0, []
        for leaf in leaves:
            if leaf.position != expected:
                self.findings.append(_find_gap(expected, leaf.position))
            expected = leaf.position + 1
            found = hash_leaf(leaf.content())
            if found != leaf.hash:
                edited.append(leaf.position)
            self._push(found)
        self.findings += [
            Finding("edit", _show_run(*run), "the content does not hash to what was recorded") for run in _runs(edited)
        ]

    def _push(self, leaf: bytes) -> None:
        self.nodes |= self.edge.push(leaf)
        size = self.edge.size
        if self.sought or size in self.sizes:
            root = self.edge.root()
            self.roots[size] = root
            if root in self.sought:
                self.met[root] = size

    def find_size(self, trusted: Trusted) -> int | None:
        """Find the size at which the ledger has a trusted root; None if it has not."""
        if trusted.size is None:
            return self.met.get(trusted.root)
        return trusted.size if self.roots.get(trusted.size) == trusted.root else None


def _find_gap(expected: int, got: int) -> Finding:
    if got > expected:
        return Finding("gap", _show_run(expected, got - 1), "missing: these places hold no entries")
    return Finding("gap", f"position {got}", f"out of place: {expected} was to come")


def _check_nodes(wanted: Mapping[tuple[int, int], bytes], stored: Iterable[Node]) -> list[Finding]:
    """Compare the nodes of the tree that are stored with those that the entries give."""
    held = {(node.level, node.position): node.hash if _is_whole(node) else b"" for node in stored}
    wrong = sorted(place for place in wanted.keys() | held.keys() if wanted.get(place) != held.get(place))
    return [
        Finding(
            "tree", _show_run(place << level, (place + 1 << level) - 1), "the tree does not hash to what was recorded"
        )
        for level, place in wrong
    ]


def _is_whole(node: Node) -> bool:
    """Say whether the hashes below a node are 256 that hash to it."""
    below = [node.below[at : at + 32] for at in range(0, len(node.below), 32)]
    return len(node.below) == 32 * WIDTH and fold(below) == node.hash


def _check_checkpoints(
    notes: Iterable[str], roots: Mapping[int, bytes], key: Ed25519PublicKey | None
) -> list[tuple[int, Finding]]:
    """Compare the signed checkpoints that are stored with the entries; the size beside each finding."""
    wrong = []
    for note in notes:
        size = _size_of(note)
        where = f"checkpoint of {size:,} entries" if size is not None else "checkpoint"
        if size is None:
            wrong.append((0, Finding("checkpoint", where, "it cannot be read")))
        elif key is not None and not is_signed(note, key):
            wrong.append((size, Finding("checkpoint", where, "its signature is not that of the ledger's key")))
        elif roots.get(size) != parse_checkpoint(note).root:
            wrong.append((size, Finding("checkpoint", where, "the entries do not have the root that was signed")))
    return wrong


def _check_private(records: Records) -> list[Finding]:
    """Check personal data against the commitments of their entries; where the person was erased, they are gone."""
    subjects = {each.subject: each for each in records.subjects()}
    wrong = []
    for each in records.openings():
        subject = subjects.get(each.subject or "")
        if each.data is None:
            said = "personal data are missing, and the person was not erased" if subject else ""
        else:
            known = commit_to(subject, each.key or "", each.data) if subject else b""
            is_same = hmac.compare_digest(known, each.commitment or b"none")
            said = "" if is_same else "the personal data are not those that the entry commits to"
        wrong += [Finding("private", f"entry {each.position}", said)] if said else []
    return wrong


def _deny(trusted: Trusted, found: Audit, upper: Iterable[int]) -> Finding:
    """Say why a trusted root is not the ledger's, and between which sizes it went wrong."""
    low = max((size for size in found.confirmed.values() if trusted.size is None or size < trusted.size), default=0)
    if trusted.size is None:
        return Finding("root", trusted.name, f"at no size from 0 to {found.size:,} did the ledger have this root")
    if trusted.size > found.size:
        said = f"the ledger has {found.size:,} entries, the root was taken of {trusted.size:,}: the last are cut off"
        return Finding("truncation", trusted.name, said)
    high = min([size for size in upper if low < size] + [trusted.size])
    said = f"the first {trusted.size:,} entries are not those it was taken of; {_show_run(low, high - 1)} changed"
    return Finding("root", trusted.name, said)


def _size_of(note: str) -> int | None:
    try:
        return parse_checkpoint(note).size
    except ValueError:
        return None


def _runs(positions: Sequence[int]) -> list[tuple[int, int]]:
    """Put rising positions together to runs, first and last."""
    runs: list[tuple[int, int]] = []
    for position in positions:
        if runs and runs[-1][1] == position - 1:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def _show_run(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"
