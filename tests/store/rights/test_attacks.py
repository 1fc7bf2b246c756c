from contextlib import contextmanager

import numpy as np
import pytest
from bench.attacks import ATTACKS, HANDS, attack, drop_guards
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from tests.store.rights.uses import PAID, use

from matinee.rights.ledger.audit import Trusted, audit
from matinee.rights.ledger.entries import append
from matinee.rights.ledger.notes import parse_checkpoint
from matinee.rights.ledger.receipts import take_checkpoint
from matinee.store.rights.ledger import LedgerReader, write_ledger

SIZE, REPEATS = 300, 4
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def kept(engine):
    """Two checkpoints of a ledger of 300 entries, kept elsewhere."""
    with write_ledger(engine) as book:
        append(book, [use(number, person_id="ann", private={"n": number}, transfers=PAID) for number in range(200)])
        early = take_checkpoint(book, KEY)
        append(book, [use(number) for number in range(200, SIZE)])
        return [early, take_checkpoint(book, KEY)]


@contextmanager
def attacked(engine):
    """A transaction without guards that is undone in the end."""
    with engine.connect().execution_options(is_writer=True) as connection:
        connection.begin()
        drop_guards(connection)
        try:
            yield connection
        finally:
            connection.rollback()


def roots(notes):
    read = [parse_checkpoint(note) for note in notes]
    return [Trusted(each.root, each.size, f"of {each.size}") for each in read]


def findings(connection, trusted, key=None):
    found = audit(LedgerReader(connection), trusted, key)
    return [(each.what, each.where, each.said) for each in found.findings]


def test_a_ledger_that_nobody_touched_is_in_order(engine, kept):
    with write_ledger(engine) as book:
        found = audit(book, roots(kept), KEY.public_key())
    assert found.findings == []
    assert found.confirmed == {"of 200": 200, "of 300": 300}


@pytest.mark.parametrize("hand", HANDS)
@pytest.mark.parametrize("kind", ATTACKS)
def test_every_attack_is_found_against_a_root_kept_elsewhere(engine, kept, kind, hand):
    rng = np.random.default_rng([*kind.encode(), *hand.encode()])
    for _ in range(REPEATS):
        with attacked(engine) as connection:
            attack(connection, kind, hand, KEY, rng)
            assert {"root", "truncation"} & {what for what, _, _ in findings(connection, roots(kept[1:]))}
            if hand != "thorough":
                assert findings(connection, [], KEY.public_key()) != []
            else:
                assert findings(connection, [], KEY.public_key()) == []


@pytest.mark.parametrize(("statement", "wanted"), [
    ("UPDATE leaves SET body = '[]' WHERE position = 7", ("edit", "entry 7", "does not hash to what was recorded")),
    ("UPDATE transfers SET amount = 1 WHERE position IN (5, 6)", ("edit", "entries 5 to 6", "does not hash")),
    ("UPDATE leaves SET at = at + 1 WHERE position = 299", ("edit", "entry 299", "does not hash")),
    ("DELETE FROM leaves WHERE position BETWEEN 10 AND 12", ("gap", "entries 10 to 12", "missing")),
    ("DELETE FROM leaves WHERE position = 9", ("transfer", "position 9", "transfers of an entry that does not exist")),
    ("DELETE FROM leaves WHERE position > 250", ("truncation", "of 300", "has 251 entries, the root was taken of 300")),
    ("UPDATE nodes SET position = 4", ("tree", "entries 0 to 255", "the tree does not hash to what was recorded")),
    ("UPDATE nodes SET hash = (SELECT hash FROM leaves LIMIT 1)", ("tree", "entries 0 to 255", "the tree does")),
    ("DELETE FROM checkpoints WHERE size = 200", None),
    ("UPDATE checkpoints SET note = 'x' WHERE size = 200", ("checkpoint", "checkpoint", "it cannot be read")),
    ("UPDATE private SET data = '{}' WHERE position = 3", ("private", "entry 3", "not those that the entry")),
    ("DELETE FROM private WHERE position = 3", ("private", "entry 3", "missing, and the person was not erased")),
])  # fmt: skip
def test_a_finding_says_what_and_where(engine, kept, statement, wanted):
    with attacked(engine) as connection:
        connection.execute(text(statement))
        found = findings(connection, roots(kept), KEY.public_key())
    if wanted is None:  # checkpoints may go: the ledger stands without
        assert found == []
    else:
        assert any((what, where) == wanted[:2] and wanted[2] in said for what, where, said in found), found


def test_hashes_below_a_node_that_were_changed_are_found(engine, kept):
    with attacked(engine) as connection:
        below = connection.execute(text("SELECT below FROM nodes")).scalar()
        changed = bytes(32) + bytes(below)[32:]
        connection.execute(text("UPDATE nodes SET below = :changed"), {"changed": changed})
        found = findings(connection, roots(kept))
    assert found == [("tree", "entries 0 to 255", "the tree does not hash to what was recorded")]


def test_an_early_root_narrows_the_place_of_a_late_change(engine, kept):
    with attacked(engine) as connection:
        connection.execute(text("UPDATE leaves SET body = '{}' WHERE position = 250"))
        said = {where: said for what, where, said in findings(connection, roots(kept)) if what == "root"}
    assert said == {"of 300": "the first 300 entries are not those it was taken of; entries 200 to 299 changed"}


def test_a_root_without_its_size_is_looked_for_at_every_size(engine, kept):
    early = roots(kept)[0]
    with write_ledger(engine) as book:
        found = audit(book, [Trusted(early.root, None, "early"), Trusted(bytes(32), None, "other")])
    assert found.confirmed == {"early": 200}
    assert [each.said for each in found.findings] == ["at no size from 0 to 300 did the ledger have this root"]


@pytest.mark.usefixtures("kept")
def test_a_checkpoint_of_another_key_is_found(engine):
    with write_ledger(engine) as book:
        other = Ed25519PrivateKey.generate().public_key()
        assert {each.said for each in audit(book, [], other).findings} == {
            "its signature is not that of the ledger's key"
        }
