"""The Merkle tree of RFC 6962: hashes, roots, proofs and their verification.

Covers trees of any size whose hashes of complete subtrees of 1, 256, 65,536, … leaves are at hand in rows of 256
(`Tiles`), so that a proof reads two rows a level, not the whole tree. It does not know what a leaf says (`entries`).

    leaf = SHA-256(0x00 || content)      node = SHA-256(0x01 || left || right)      empty tree = SHA-256()

Source: RFC 6962, section 2.1; the algorithms of verification are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from matinee.errors import StoreError
from matinee.tables.ledger import Node

STRIDE = 8
"""Levels from one stored row of hashes to the next."""

WIDTH = 1 << STRIDE

EMPTY_ROOT = hashlib.sha256().digest()


class Tiles(Protocol):
    """Where the hashes of complete subtrees are read from."""

    def tile(self, level: int, index: int) -> Sequence[bytes]:
        """Read the hashes of the complete subtrees of 2 ** `level` leaves, from the (256 x `index`)-th on, 256 at most.

        Args:
            level: 0 (leaves), 8, 16, …
            index: number of the row, from 0.
        """


def hash_leaf(content: bytes) -> bytes:
    """Hash the content of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def find_root(tiles: Tiles, size: int) -> bytes:
    """Find the root of the first `size` leaves."""
    return find_range(tiles, 0, size) if size else EMPTY_ROOT


def prove_inclusion(tiles: Tiles, position: int, size: int) -> list[bytes]:
    """Prove that a leaf is in the tree of the first `size` leaves.

    Args:
        tiles: the hashes.
        position: of the leaf, from 0.
        size: leaves in the tree, above `position`.

    Returns:
        PATH(position, D[size]) of RFC 6962: from the leaf's sibling to the top.

    Raises:
        ValueError: there is no such leaf in a tree of that size.
    """
    if not 0 <= position < size:
        raise ValueError(f"position: got {position}, want 0 to {size - 1}")
    start, end, ranges = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if position < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return [find_range(tiles, *each) for each in reversed(ranges)]


def prove_consistency(tiles: Tiles, old: int, new: int) -> list[bytes]:
    """Prove that the first `old` leaves of the tree of `new` leaves are the tree of that earlier size.

    Returns:
        PROOF(old, D[new]) of RFC 6962; empty where the sizes are equal or `old` is 0.

    Raises:
        ValueError: `old` is not from 0 to `new`.
    """
    if not 0 <= old <= new:
        raise ValueError(f"old: got {old}, want 0 to {new}")
    start, end, is_left, ranges = 0, new, True, []
    while 0 < old - start != end - start:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, is_left = middle, False
    if not is_left:
        ranges.append((start, end))
    return [find_range(tiles, *each) for each in reversed(ranges)]


def verify_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether a path leads from the hash of a leaf to the root of the tree of `size` leaves."""
    if not 0 <= position < size:
        return False
    here, last, found = position, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = hash_node(each, found)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = hash_node(found, each)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Say whether a path proves that a tree has grown out of an earlier one.

    Args:
        old: size and root then.
        new: size and root now.
        path: what `prove_consistency` gave.
    """
    (before, old_root), (after, new_root) = old, new
    if before == 0 or before >= after:
        is_same = old == new if before else old_root == EMPTY_ROOT and after >= 0
        return is_same and not path
    hashes = [old_root, *path] if before & (before - 1) == 0 else list(path)
    if not hashes:
        return False
    here, last = before - 1, after - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    was = now = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            was, now = hash_node(each, was), hash_node(each, now)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            now = hash_node(now, each)
        here, last = here >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


def grow(tiles: Tiles, size: int, hashes: Sequence[bytes], *, level: int = 0) -> list[Node]:
    """List the subtrees that become complete when leaves are added, at the levels that are stored.

    Args:
        tiles: the hashes before.
        size: subtrees of 2 ** `level` leaves that there are.
        hashes: of those that are added.
        level: 0 = leaves.
    """
    if size % WIDTH + len(hashes) < WIDTH:
        return []
    begun = tiles.tile(level, size // WIDTH)[: size % WIDTH] if size % WIDTH else []
    row, first = [*begun, *hashes], size // WIDTH
    parts = [row[at : at + WIDTH] for at in range(0, len(row) - WIDTH + 1, WIDTH)]
    whole = [fold(part) for part in parts]
    nodes = [
        Node(level + STRIDE, first + place, found, b"".join(part))
        for place, (found, part) in enumerate(zip(whole, parts, strict=True))
    ]
    return nodes + grow(tiles, first, whole, level=level + STRIDE)


def find_range(tiles: Tiles, start: int, end: int) -> bytes:
    """Find the root of the leaves from `start` to `end` - 1: a node of the tree, or its right edge."""
    width = end - start
    if width & (width - 1) == 0:
        return _find_subtree(tiles, width.bit_length() - 1, start // width)
    middle = start + _split(width)
    return hash_node(find_range(tiles, start, middle), find_range(tiles, middle, end))


def fold(hashes: Sequence[bytes]) -> bytes:
    """Hash 1, 2, 4, 8, … subtrees of one size into one."""
    row = list(hashes)
    while len(row) > 1:
        row = [hash_node(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def _find_subtree(tiles: Tiles, level: int, index: int) -> bytes:
    above = level % STRIDE
    first, count = index << above, 1 << above
    found = tiles.tile(level - above, first // WIDTH)[first % WIDTH : first % WIDTH + count]
    if len(found) < count:
        what = f"hashes of the ledger's tree are missing at level {level - above}, from {first:,}"
        raise StoreError(what, todo="run `matinee ledger verify`")
    return fold(found)


def _split(width: int) -> int:
    """Find the largest power of two below `width`, 2 or more."""
    return 1 << ((width - 1).bit_length() - 1)


class Frontier:
    """The right edge of a tree that grows leaf by leaf: enough to know its root at every size.

    Attributes:
        size: leaves so far.
        edge: (level, hash) of the complete subtrees from left to right, their levels falling.
    """

    def __init__(self) -> None:
        self.size = 0
        self.edge: list[tuple[int, bytes]] = []

    def push(self, leaf: bytes) -> dict[tuple[int, int], bytes]:
        """Add the hash of a leaf; return (level, position) -> hash of the stored subtrees that it completes."""
        edge, level, found, nodes = self.edge, 0, leaf, dict[tuple[int, int], bytes]()
        while edge and edge[-1][0] == level:
            found = hash_node(edge.pop()[1], found)
            level += 1
            if level % STRIDE == 0:
                nodes[level, self.size >> level] = found
        edge.append((level, found))
        self.size += 1
        return nodes

    def root(self) -> bytes:
        """Hash the edge into the root of the tree so far."""
        if not self.edge:
            return EMPTY_ROOT
        found = self.edge[-1][1]
        for _, left in reversed(self.edge[:-1]):
            found = hash_node(left, found)
        return found
