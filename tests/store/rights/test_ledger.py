from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from tests.store.rights.uses import AT, PAID, record, use

from matinee.errors import Refused, StoreError
from matinee.rights.ledger.audit import audit
from matinee.rights.ledger.entries import Entry, reverse, time_of
from matinee.rights.ledger.merkle import find_root
from matinee.store.rights import ledger
from matinee.store.rights.database import open_database, writing
from matinee.store.rights.ledger import erase_person, read_ledger
from matinee.tables.ledger import Private, Transfer


def change(engine, *statements):
    with writing(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))


def findings(engine):
    with read_ledger(engine) as records:
        return [(each.what, each.where) for each in audit(records).findings]


def test_what_was_recorded_is_read_back(engine):
    made = record(engine, use(1), use(2, person_id="ann", private={"scene": "12"}, transfers=PAID))
    with read_ledger(engine) as book:
        assert list(book.leaves()) == made
        assert book.find(["use-2", "none"]) == {"use-2": made[1]}
        assert book.find_private(1) == Private(1, made[1].subject, '{"scene":"12"}')
    assert time_of(made[0]) == AT


def test_who_it_is_about_stands_outside_the_entry(engine):
    made = record(engine, use(1, person_id="ann", private={"scene": "12"}, transfers=PAID))[0]
    assert b"ann" not in made.content()
    assert b"scene" not in made.content()
    assert made.transfers[0][1] == f"payable:{made.subject}"
    with read_ledger(engine) as book:
        assert {each.subject for each in book.subjects()} == {made.subject}
        assert [leaf.key for leaf in book.leaves(made.subject)] == ["use-1"]


def test_entries_of_one_kind_are_read_alone(engine, monkeypatch):
    monkeypatch.setattr(ledger, "PAGE", 2)
    record(engine, *(use(number) if number % 2 else Entry(kind="note", key=f"n{number}", at=AT) for number in range(9)))
    with read_ledger(engine) as book:
        assert [leaf.key for leaf in book.leaves(kind="use")] == ["use-1", "use-3", "use-5", "use-7"]
        assert [leaf.position for leaf in book.leaves()] == list(range(9))


def test_recording_a_key_twice_records_it_once(engine):
    same: dict[str, Any] = {"person_id": "ann", "private": {"a": 1}, "transfers": PAID}
    first = record(engine, use(1, **same), use(1, **same))
    later = Entry(kind="use", key="use-1", at=datetime(2027, 1, 1, tzinfo=UTC), body={"decision": "refuse"}, **same)
    assert record(engine, later) == first[:1]
    with read_ledger(engine) as book:
        assert book.size() == 1


@pytest.mark.parametrize(
    "said", [{"transfers": PAID, "person_id": "ann"}, {"person_id": "ann"}, {"private": {"a": 2}, "person_id": "ann"}]
)
def test_a_known_key_with_other_content_is_refused_and_nothing_is_recorded(engine, said):
    record(engine, use(1, person_id="ann", private={"a": 1}))
    with pytest.raises(Refused, match="'use-1' is recorded with other content, as entry 0; take that entry back"):
        record(engine, use(2), use(1, **said))
    with read_ledger(engine) as book:
        assert book.size() == 1


def test_a_reversal_undoes_the_balance_and_stays_with_the_subject(engine):
    paid = record(engine, use(1, person_id="ann", transfers=PAID))[0]
    back = record(engine, reverse(paid, key="undo-1", at=AT, why="paid twice"))[0]
    with read_ledger(engine) as book:
        assert set(book.balances().values()) == {0}
    assert (back.subject, back.reverses) == (paid.subject, "use-1")


def test_a_reversal_is_of_something_whole_and_once(engine):
    paid = record(engine, use(1, person_id="ann", transfers=PAID))[0]
    half = Entry(
        kind="reversal",
        key="half",
        at=AT,
        reverses="use-1",
        transfers=(Transfer(paid.transfers[0][1], "expense:uses", 9_350, "USD"),),
    )
    with pytest.raises(Refused, match="entry 'half': its transfers are not those of 'use-1' the other way round"):
        record(engine, half)
    record(engine, reverse(paid, key="undo-1", at=AT, why="paid twice"))
    with pytest.raises(Refused, match="'use-1' was taken back before, by 'undo-1'"):
        record(engine, reverse(paid, key="undo-2", at=AT, why="again"))
    with pytest.raises(Refused, match="it takes back 'use-9', which is not recorded"):
        record(engine, Entry(kind="reversal", key="undo-3", at=AT, reverses="use-9"))


def test_balances_add_up_to_zero_in_every_currency(engine):
    record(
        engine,
        use(1, transfers=(Transfer("a", "b", 5, "USD"), Transfer("b", "c", 2, "USD"), Transfer("a", "b", 7, "JPY"))),
    )
    with read_ledger(engine) as book:
        assert book.balances() == {
            ("a", "JPY"): 7,
            ("a", "USD"): 5,
            ("b", "JPY"): -7,
            ("b", "USD"): -3,
            ("c", "USD"): -2,
        }


def test_a_ledger_of_several_rows_of_hashes_is_in_order(engine):
    for start in (0, 200, 255, 256, 300):
        record(engine, *(use(number) for number in range(start, 700)))
    assert findings(engine) == []
    with read_ledger(engine) as book:
        assert audit(book).root == find_root(book, 700)
        assert [node.level for node in book.nodes()] == [8, 8]


def test_erasing_a_person_leaves_the_ledger_in_order_and_no_trace(engine, tmp_path):
    record(
        engine,
        use(1, person_id="ann-marie", private={"scene": "the one on the stairs"}, transfers=PAID),
        use(2, person_id="bob", private={"x": 1}),
    )
    with read_ledger(engine) as book:
        before = audit(book).root
    assert (erase_person(engine, "ann-marie"), erase_person(engine, "ann-marie")) == (1, None)
    with read_ledger(engine) as book:
        assert (audit(book).root, audit(book).findings) == (before, [])
        assert (book.find_private(0), book.find_subject("ann-marie")) == (None, None)
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert not any(b"ann-marie" in held or b"stairs" in held for held in files)


@pytest.mark.parametrize("statement", [
    "UPDATE leaves SET body = '{}'", "DELETE FROM leaves", "UPDATE transfers SET amount = 1", "DELETE FROM transfers",
    "UPDATE nodes SET level = 1", "DELETE FROM nodes", "UPDATE checkpoints SET note = ''", "DELETE FROM checkpoints",
    "UPDATE subjects SET person_id = 'eve'", "UPDATE private SET data = '{}'",
    "INSERT INTO leaves SELECT 300, kind, 'new', at, subject, body, commitment, NULL, hash FROM leaves LIMIT 1",
    "INSERT INTO transfers VALUES (0, 1, 'a', 'b', 0, 'USD')",
    "INSERT INTO transfers VALUES (0, 1, 'a', 'a', 1, 'USD')",
    "INSERT INTO transfers VALUES (500, 0, 'a', 'b', 1, 'USD')",
])  # fmt: skip
def test_the_database_refuses_to_change_what_is_recorded(engine, statement):
    record(engine, use(0, person_id="ann", private={"a": 1}, transfers=PAID), *map(use, range(1, 256)))
    change(engine, "INSERT INTO checkpoints VALUES (1, 'note')")
    with pytest.raises(StoreError, match=r"the database said: .*(append-only|constraint)"):
        change(engine, statement)


def test_sqlite_does_not_replace_a_row_in_passing(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'rights.db'}")
    record(engine, use(0))
    columns = "kind, key, at, subject, '{}', commitment, reverses, hash"
    for position in (0, 1):
        statement = f"INSERT OR REPLACE INTO leaves SELECT {position}, {columns} FROM leaves"
        with pytest.raises(StoreError, match="leaves is append-only"):
            change(engine, "PRAGMA recursive_triggers = OFF", statement)


@pytest.mark.parametrize(("said", "wanted"), [
    ({"key": ""}, "key: got '', want 1 to 200"), ({"kind": "a\nb"}, "kind: got"),
    ({"at": datetime(2026, 1, 1)}, "at: got"),
    ({"private": {"a": 1}}, "private: got personal data of nobody"), ({"transfers": PAID}, "want a person_id"),
])  # fmt: skip
def test_an_entry_that_cannot_be_is_refused_at_once(said, wanted):
    with pytest.raises(ValueError, match=wanted):
        Entry(**{"kind": "use", "key": "k", "at": AT} | said)


@pytest.mark.parametrize("body", [{"share": 0.5}, {1: "a"}, {"at": AT}])
def test_a_body_holds_nothing_that_can_be_written_two_ways(engine, body):
    with pytest.raises(ValueError, match="JSON: got"):
        record(engine, Entry(kind="use", key="k", at=AT, body=body))
