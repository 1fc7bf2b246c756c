from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.recommend.logs import SmallLog, change_of, draw_log

from matinee.recommend.changes import find_change

LOG = SmallLog({(0, 0): (1, 2), (0, 1): (1, 2), (1, 1): (2, 2), (2, 0): (1, 1)}, frozenset({0, 1, 2}), {0: "BE"})

views = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 5)), st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=20
)
logs = st.builds(SmallLog, views, st.frozensets(st.integers(0, 5)))


def name_events(log):
    there = log.numbered()
    rows = there.events.iter_rows()
    return {(there.member_ids[m], there.title_ids[t], at, weight) for m, t, at, weight in rows}


@given(old=logs, new=logs)
def test_it_counts_what_is_in_one_log_alone(old, new):
    change = change_of(old, new)
    before, after = name_events(old), name_events(new)
    assert change.added == len(after - before)
    assert change.removed == len(before - after)
    concerned = {event[0] for event in before ^ after}
    assert change.members == len(concerned)
    assert change.before.height == sum(event[0] in concerned for event in before)
    assert change.after.height == sum(event[0] in concerned for event in after)


@given(old=logs, new=logs)
def test_titles_with_another_event_are_to_be_counted_again(old, new):
    change, titles = change_of(old, new), new.numbered().title_ids
    touched = {event[1] for event in name_events(old) ^ name_events(new)}
    assert set(titles.filter(change.recount)) == touched & set(titles)


def test_the_same_log_is_no_change():
    change = change_of(LOG, LOG)
    assert change.is_empty
    assert change.added == change.removed == change.members == 0


def test_rows_that_are_gone_lie_beyond_those_of_now():
    new = SmallLog({(1, 1): (2, 2), (5, 4): (1, 1)}, frozenset({1, 3, 4}))
    change = change_of(LOG, new)
    assert change.places.tolist() == [-1, 0, -1]
    assert change.before["title_row"].to_list() == [3, 0, 3]
    assert change.before["member_row"].to_list() == [2, 2, 4]
    assert change.after.rows() == [(1, 2, 10 * 86_400 + 3_600, 0.5)]
    assert not change.has_same_titles


def test_a_title_more_is_a_change_without_a_single_event():
    change = change_of(LOG, replace(LOG, titles=frozenset({0, 1, 2, 3})))
    assert change.places.tolist() == [0, 1, 2]
    assert not change.is_empty
    assert change.members == 0


def test_a_member_in_another_country_has_their_titles_counted_again():
    change = change_of(LOG, replace(LOG, countries={0: "FR"}))
    assert change.recount.tolist() == [True, True, False]
    assert change.members == 0
    assert change_of(LOG, replace(LOG, countries={})).recount.any()


def test_logs_in_another_order_of_ids_are_compared_alike():
    log = draw_log(20, 8)
    log = replace(log, views={cell: (1, weight) for cell, (_, weight) in log.views.items()})  # all at once
    old, rows = log.numbered(), np.random.default_rng(2).permutation(20)
    place = np.empty(20, dtype=np.uint32)
    place[rows] = np.arange(20)
    events = old.events.with_columns(member_row=place[old.events["member_row"].to_numpy()])
    shuffled = replace(
        old,
        events=events.sort("at", "member_row", "title_row").cast(old.events.schema),
        member_ids=old.member_ids.gather(rows),
        member_countries=old.member_countries.gather(rows),
    )
    assert find_change(shuffled, old).is_empty
    assert find_change(old, shuffled).is_empty
