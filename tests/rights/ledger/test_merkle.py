import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from matinee.errors import StoreError
from matinee.rights.ledger.merkle import (
    EMPTY_ROOT,
    WIDTH,
    Frontier,
    find_root,
    grow,
    hash_leaf,
    hash_node,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

MOST = 1_100


class Rows:
    """Hashes of a tree in memory, grown in steps."""

    def __init__(self, contents, steps=()):
        self.rows: dict[int, list[bytes]] = {0: []}
        self.size = 0
        for stop in [*sorted(steps), len(contents)]:
            self.add([hash_leaf(each) for each in contents[self.size : stop]])

    def add(self, hashes):
        nodes = grow(self, self.size, hashes)
        self.rows[0] += hashes
        self.size += len(hashes)
        for node in nodes:
            row = self.rows.setdefault(node.level, [])
            assert node.position == len(row)
            row.append(node.hash)
            assert node.below == b"".join(
                self.rows[node.level - 8][WIDTH * node.position : WIDTH * (node.position + 1)]
            )

    def tile(self, level, index):
        return self.rows.get(level, [])[WIDTH * index : WIDTH * (index + 1)]


def contents(size):
    return [b"leaf %d" % number for number in range(size)]


@pytest.fixture(scope="module")
def oracle():
    tree = InmemoryTree()
    tree.append_entries(contents(MOST))
    return tree


ROWS = Rows(contents(MOST))
sizes = st.integers(1, MOST)


def test_the_hashes_are_those_of_rfc_6962():
    # test vectors of Certificate Transparency's reference tree (github.com/google/certificate-transparency)
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = Rows([bytes.fromhex(each) for each in inputs])
    assert find_root(tree, 0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert find_root(tree, 1).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert find_root(tree, 8).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_a_leaf_cannot_pass_for_a_node():
    left, right = hash_leaf(b"a"), hash_leaf(b"b")
    assert hash_leaf(left + right) != hash_node(left, right) == hashlib.sha256(b"\x01" + left + right).digest()


@given(sizes)
def test_roots_are_the_oracles(oracle, size):
    assert find_root(ROWS, size) == oracle.get_root(size)


@given(sizes, st.data())
def test_inclusion_proofs_are_the_oracles_and_verify(oracle, size, data):
    position = data.draw(st.integers(0, size - 1))
    path = prove_inclusion(ROWS, position, size)
    known = oracle.prove_inclusion(position + 1, size).path
    assert [hash_leaf(b"leaf %d" % position), *path] == known
    assert verify_inclusion(known[0], position, size, path, oracle.get_root(size))


def literal_subproof(old, hashes, is_whole):
    """SUBPROOF as RFC 6962 writes it, section 2.1.2."""
    if old == len(hashes):
        return [] if is_whole else [literal_root(hashes)]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    if old <= k:
        return [*literal_subproof(old, hashes[:k], is_whole), literal_root(hashes[k:])]
    return [*literal_subproof(old - k, hashes[k:], False), literal_root(hashes[:k])]


def literal_root(hashes):
    k = 1 << ((len(hashes) - 1).bit_length() - 1) if len(hashes) > 1 else 0
    return hash_node(literal_root(hashes[:k]), literal_root(hashes[k:])) if k else hashes[0]


@given(sizes, st.data())
def test_consistency_proofs_are_the_rfcs_and_verify_between_the_oracles_roots(oracle, new, data):
    old = data.draw(st.integers(0, new))
    path = prove_consistency(ROWS, old, new)
    assert path == (literal_subproof(old, ROWS.rows[0][:new], True) if old else [])
    assert verify_consistency((old, oracle.get_root(old)), (new, oracle.get_root(new)), path)


@given(st.integers(2, MOST), st.data())
def test_a_proof_of_anything_else_does_not_verify(size, data):
    position = data.draw(st.integers(0, size - 1))
    leaf, root = ROWS.rows[0][position], find_root(ROWS, size)
    path = prove_inclusion(ROWS, position, size)
    place = data.draw(st.integers(0, len(path) - 1))
    broken = [*path[:place], hash_leaf(b"else"), *path[place + 1 :]]
    assert not verify_inclusion(leaf, position, size, broken, root)
    assert not verify_inclusion(hash_leaf(b"else"), position, size, path, root)
    assert not verify_inclusion(leaf, position, size, path[:-1], root)
    assert not verify_inclusion(leaf, position, size, [*path, root], root)
    assert not verify_inclusion(leaf, size, size, path, root)


@given(st.integers(2, MOST), st.data())
def test_a_fork_is_not_consistent(size, data):
    old = data.draw(st.integers(1, size - 1))
    path, now = prove_consistency(ROWS, old, size), (size, find_root(ROWS, size))
    assert not verify_consistency((old, hash_leaf(b"fork")), now, path)
    assert not verify_consistency((old, find_root(ROWS, old)), (size, hash_leaf(b"fork")), path)
    assert not verify_consistency((old, find_root(ROWS, old)), now, path[:-1])
    assert not verify_consistency((size, now[1]), (old, find_root(ROWS, old)), path)


@given(st.lists(st.integers(0, 700), max_size=6))
def test_a_tree_grown_in_steps_holds_what_one_grown_at_once_holds(steps):
    whole = Rows(contents(700))
    assert Rows(contents(700), steps).rows == whole.rows
    assert len(whole.rows[8]) == 700 // WIDTH


def test_the_edge_knows_every_root_and_every_stored_node():
    edge, nodes = Frontier(), dict[tuple[int, int], bytes]()
    assert edge.root() == EMPTY_ROOT
    for size, leaf in enumerate(ROWS.rows[0], start=1):
        nodes |= edge.push(leaf)
        assert edge.root() == find_root(ROWS, size)
    assert nodes == {(8, place): each for place, each in enumerate(ROWS.rows[8])}


def test_a_tree_of_many_levels_stores_nodes_of_nodes():
    tree = Rows(contents(WIDTH * WIDTH + 3), steps=[100, 60_000])
    assert [len(tree.rows[level]) for level in (0, 8, 16)] == [65_539, 256, 1]
    path, root = prove_inclusion(tree, 65_000, tree.size), find_root(tree, tree.size)
    assert verify_inclusion(tree.rows[0][65_000], 65_000, tree.size, path, root)


def test_missing_hashes_are_said_to_be_missing():
    tree = Rows(contents(600))
    del tree.rows[8][1:]
    with pytest.raises(StoreError, match="hashes of the ledger's tree are missing at level 8, from 0"):
        find_root(tree, 600)


@pytest.mark.parametrize("position", [-1, 5])
def test_no_proof_of_a_leaf_outside_the_tree(position):
    with pytest.raises(ValueError, match=f"position: got {position}, want 0 to 4"):
        prove_inclusion(ROWS, position, 5)
