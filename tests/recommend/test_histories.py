import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from matinee.recommend.histories import build_histories, encode_histories
from matinee.tables.log import EVENTS


def events(*rows):
    return pl.DataFrame(rows, schema=EVENTS, orient="row")


LOG = events((7, 2, 10, 0.5), (3, 0, 11, 1.0), (7, 1, 12, 0.25), (5, 1, 13, 1.0))


def test_members_come_in_the_order_wanted_and_others_are_left_out():
    histories = build_histories(LOG, np.array([3, 4, 7]), 3)
    assert histories.toarray().tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 1]]
    assert histories.dtype == np.float32


def test_weighted_entries_are_the_weights_of_the_events():
    histories = build_histories(LOG, np.array([3, 7]), 3, weighted=True)
    assert histories.toarray().tolist() == [[1, 0, 0], [0, 0.25, 0.5]]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), unique=True), st.sets(st.integers(0, 40)))
def test_every_event_of_a_member_wanted_has_its_place(pairs, wanted):
    rows = np.array(sorted(wanted), np.int64)
    histories = build_histories(events(*((member, title, 0, 1.0) for member, title in pairs)), rows, 6).toarray()
    assert histories.sum() == sum(member in wanted for member, _ in pairs)
    assert all(histories[rows.searchsorted(member), title] for member, title in pairs if member in wanted)


def test_columns_ascend_in_each_row():
    histories = build_histories(LOG, np.array([7]), 3)
    assert histories.indices.tolist() == [1, 2]


def test_no_members_and_no_events_give_empty_matrices():
    assert build_histories(LOG, np.array([], dtype=np.int64), 3).shape == (0, 3)
    assert build_histories(LOG.clear(), np.array([3, 7]), 3).toarray().tolist() == [[0, 0, 0], [0, 0, 0]]


def test_ids_become_rows_once_each_and_unknown_ids_are_left_out():
    histories = encode_histories([["b", "a", "b"], [], ["gone", "c"]], ["a", "b", "c"])
    assert histories.toarray().tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]
    assert histories.dtype == np.float32


def test_nobody_is_a_matrix_without_rows():
    assert encode_histories([], ["a", "b"]).shape == (0, 2)
