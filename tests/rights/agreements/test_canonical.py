import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.rights.agreements.canonical import Damaged, seal, unseal, write_canonical
from matinee.tables.consent import Record

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_keys_are_ordered_by_utf_16_as_rfc_8785_shows():
    keys = ["€", "\r", "\ufb33", "1", "😀", "\u0080", "ö"]
    assert list(json.loads(write_canonical(dict.fromkeys(keys, 1)))) == ["\r", "1", "\u0080", "ö", "€", "😀", "\ufb33"]


def test_texts_are_escaped_as_rfc_8785_shows():
    assert write_canonical('€$\u000f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@given(VALUES)
def test_a_value_comes_back_and_has_one_text(value):
    text = write_canonical(value)
    assert json.loads(text) == value
    assert write_canonical(json.loads(text)) == text


@pytest.mark.parametrize("value", [0.5, 2**53 + 1, {1: 2}, {"a": [float("nan")]}, {1, 2}, "\ud800", {"\ud800": 1}])
def test_what_has_no_canonical_text_is_refused(value):
    with pytest.raises(ValueError, match=r"value.*got"):
        write_canonical(value)


@given(st.text(min_size=1), st.data())
def test_any_change_of_a_record_is_seen(text, data):
    record = seal({"said": text})
    place = data.draw(st.integers(0, len(record.text) - 1))
    other = data.draw(st.characters(exclude_characters=record.text[place]))
    with pytest.raises(Damaged, match="does not fit its digest"):
        unseal(Record(record.text[:place] + other + record.text[place + 1 :], record.digest))
    assert unseal(record) == {"said": text}
