from datetime import UTC, datetime

import pytest

from matinee.errors import StoreError
from matinee.store.erasure import (
    NOTE,
    RECEIPTS,
    Erasure,
    check_no_erasure,
    name_receipt,
    read_erasure,
    read_receipt,
    write_erasure,
    write_receipt,
)

NOW = datetime(2026, 11, 22, 9, 30, 1, tzinfo=UTC)
ERASURE = Erasure("r.json", "2026-11-22", ["zoë"], {"views": 2}, "abc", ["run"])


def test_a_note_is_read_as_it_was_written_and_goes_with_the_receipt(tmp_path):
    write_erasure(tmp_path, ERASURE)
    assert read_erasure(tmp_path) == ERASURE
    with pytest.raises(StoreError, match="forgetting members was interrupted"):
        check_no_erasure(tmp_path)
    write_receipt(tmp_path, "r.json", {"members": 1})
    assert read_erasure(tmp_path) is None
    check_no_erasure(tmp_path)
    assert read_receipt(tmp_path, "r.json") == {"members": 1}


def test_two_receipts_of_one_second_have_names_of_their_own(tmp_path):
    names = []
    for _ in range(3):
        write_erasure(tmp_path, ERASURE)
        names.append(name_receipt(tmp_path, NOW))
        write_receipt(tmp_path, names[-1], {})
    assert names == ["20261122T093001Z.json", "20261122T093001Z-2.json", "20261122T093001Z-3.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"receipt": 1}'])
def test_a_damaged_note_or_receipt_is_one_line(tmp_path, text):
    (tmp_path / NOTE).write_text(text)
    with pytest.raises(StoreError, match="the note of an erasure is damaged"):
        read_erasure(tmp_path)
    (tmp_path / RECEIPTS).mkdir()
    (tmp_path / RECEIPTS / "r.json").write_text("{")
    with pytest.raises(StoreError, match="a receipt is damaged"):
        read_receipt(tmp_path, "r.json")
