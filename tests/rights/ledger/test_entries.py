from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.ledger.entries import commit_to, count_micros, time_at
from matinee.tables.ledger import Leaf, Subject, canonical_json

texts = st.text(max_size=20)
leaves = st.builds(
    Leaf,
    position=st.integers(0, 9),
    kind=texts,
    key=texts,
    at=st.integers(0, 9),
    subject=st.none() | texts,
    body=texts,
    commitment=st.none() | st.binary(max_size=4),
    reverses=st.none() | texts,
    transfers=st.lists(st.tuples(texts, texts, st.integers(1, 9), texts), max_size=2).map(tuple),
)


@given(leaves, leaves)
def test_entries_that_differ_are_hashed_from_different_bytes(one, other):
    assert (one.content() == other.content()) == (one == other)


@given(leaves, st.data())
def test_every_field_is_in_what_is_hashed(leaf, data):
    changes = {
        "position": leaf.position + 1,
        "kind": leaf.kind + "x",
        "key": leaf.key + "x",
        "at": leaf.at + 1,
        "subject": (leaf.subject or "") + "x",
        "body": leaf.body + "x",
        "commitment": (leaf.commitment or b"") + b"x",
        "reverses": (leaf.reverses or "") + "x",
        "transfers": (*leaf.transfers, ("a", "b", 1, "USD")),
    }
    name = data.draw(st.sampled_from(sorted(changes)))
    assert replace(leaf, **{name: changes[name]}).content() != leaf.content()


@given(st.dictionaries(texts, st.integers() | texts | st.booleans() | st.none() | st.lists(st.integers())))
def test_json_is_written_in_one_way_only(value):
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


@given(st.binary(min_size=32, max_size=32), texts, texts, st.binary(min_size=32, max_size=32), texts, texts)
def test_a_commitment_is_to_one_key_one_entry_and_one_text(key, name, data, key2, name2, data2):
    if "\0" in name + name2:
        return
    is_same = (key, name, data) == (key2, name2, data2)
    one, other = Subject("s", "p", key), Subject("s", "p", key2)
    assert (commit_to(one, name, data) == commit_to(other, name2, data2)) == is_same


@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1)), st.integers(-14, 14))
def test_a_time_comes_back_in_utc_from_its_microseconds(at, hours):
    abroad = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    again = time_at(count_micros(abroad))
    assert (again, again.tzinfo) == (abroad, UTC)
