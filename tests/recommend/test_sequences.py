import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.recommend.sequences import (
    Sequences,
    build_recent,
    build_sequences,
    has_order,
    sum_followers,
    sum_normal,
)
from matinee.tables.log import EVENTS

TITLES = 5
DECAYS = np.array([[1, 0, 0, 0], [1, 0.5, 0.25, 0], [1, 0.9, 0.8, 0.7]], dtype=np.float32)

lines_of_titles = st.lists(st.lists(st.integers(0, TITLES - 1), min_size=1, max_size=9), min_size=1, max_size=4)


def line_up(lines):
    starts = np.cumsum([0, *map(len, lines)])
    return Sequences(starts.astype(np.int64), np.concatenate(lines).astype(np.int32))


def walk(lines):
    """Each prefix that something follows, as plain features, with the title that follows."""
    for line in lines:
        for end in range(len(line) - 1):
            f = np.zeros((len(DECAYS), TITLES))
            for age, title in enumerate(reversed(line[: end + 1])):
                if age < DECAYS.shape[1]:
                    f[:, title] += DECAYS[:, age]
            yield f.ravel(), line[end + 1]


@given(lines_of_titles)
def test_the_normal_matrix_is_the_sum_over_all_prefixes(lines):
    expected = sum((np.outer(f, f) for f, _ in walk(lines)), np.zeros((15, 15)))
    np.testing.assert_allclose(sum_normal(line_up(lines), TITLES, DECAYS), np.triu(expected), rtol=1e-6, atol=1e-5)


@given(lines_of_titles)
def test_followers_are_what_stood_before_each_event(lines):
    expected = np.zeros((TITLES, 15))
    for f, title in walk(lines):
        expected[title] += f
    np.testing.assert_allclose(sum_followers(line_up(lines), TITLES, DECAYS), expected, rtol=1e-6, atol=1e-5)


def test_sequences_are_in_order_of_time_by_member():
    log = pl.DataFrame([(7, 1, 30, 1.0), (2, 4, 20, 1.0), (7, 0, 10, 1.0), (2, 3, 5, 1.0)], schema=EVENTS, orient="row")
    sequences = build_sequences(log)
    assert sequences.starts.tolist() == [0, 2, 4]
    assert sequences.titles.tolist() == [3, 4, 0, 1]


def test_recent_titles_come_most_recent_first_and_are_filled_up_with_nothing():
    rows = [(2, t, 10 * t, 1.0) for t in range(4)] + [(5, 9, 1, 1.0), (8, 1, 1, 1.0)]
    recent = build_recent(pl.DataFrame(rows, schema=EVENTS, orient="row"), np.array([2, 4, 5]), 3)
    assert recent.tolist() == [[3, 2, 1], [-1, -1, -1], [9, -1, -1]]
    assert recent.dtype == np.int32


@pytest.mark.parametrize("shift", [0, 1])
def test_events_of_one_second_are_not_in_the_order_of_titles(shift):
    rows = [(m, t, 100, 1.0) for m in range(50) for t in range(4)]
    sequences = build_sequences(pl.DataFrame(rows[:: 1 - 2 * shift], schema=EVENTS, orient="row"))
    orders = {tuple(sequences.titles[s : s + 4].tolist()) for s in sequences.starts[:-1]}
    assert len(orders) > 10


@pytest.mark.parametrize(
    ("times", "said"), [([1, 2, 3, 3], True), ([1, 3, 3, 3], False), ([3, 1, 3, 2], True), ([5], True), ([], True)]
)
def test_times_give_an_order_where_neighbours_mostly_differ(times, said):
    rows = [(member, title, at, 1.0) for member in (0, 1) for title, at in enumerate(times)]
    assert has_order(pl.DataFrame(rows, schema=EVENTS, orient="row")) == said
