from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from matinee.errors import MatineeError
from matinee.measure.splits import Split, split_by_members, split_by_time, split_cold, split_inner, split_next
from matinee.tables.log import EVENTS

ORDER = ["at", "member_row", "title_row"]
PAIR = ["member_row", "title_row"]


def events_of(*rows: tuple[int, int, int]) -> pl.DataFrame:
    """Events of (member_row, title_row, at), as a log holds them."""
    return pl.DataFrame([(*row, 1.0) for row in rows], schema=EVENTS, orient="row").sort(ORDER)


def pairs(frame: pl.DataFrame) -> list[tuple[int, int]]:
    return frame.select(PAIR).sort(PAIR).rows()


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_time_trains_before_the_quantile_and_finds_from_it_on():
    events = events_of((0, 0, 1), (1, 0, 2), (0, 1, 3), (0, 2, 4), (2, 0, 5))
    split = split_by_time(events, quantile=0.75)
    assert split.now == 4
    assert pairs(split.train) == [(0, 0), (0, 1), (1, 0)]
    assert pairs(split.target) == [(0, 2)]  # member 2 was not known at 4
    assert pairs(split.history) == [(0, 0), (0, 1)]


def test_events_at_the_very_second_of_the_forecast_are_to_be_found():
    events = events_of((0, 0, 1), (1, 0, 1), (0, 1, 9), (0, 2, 9), (1, 2, 9))
    split = split_by_time(events, quantile=0.9)
    assert (split.now, split.train.height, split.target.height) == (9, 2, 3)


def test_members_held_out_are_told_in_part_and_never_trained_on():
    events = events_of(*[(member, title, title) for member in range(20) for title in range(10)])
    split = split_by_members(events, rng=rng(), share=0.25, holdout=0.2)
    counts = split.counts()
    assert (counts["test_members"], counts["train_members"]) == (5, 15)
    assert split.history_lengths().tolist() == [8] * 5
    assert split.target["member_row"].value_counts()["count"].to_list() == [2] * 5


def test_members_too_short_to_be_told_and_asked_stay_in_train():
    events = events_of(*[(0, title, 1) for title in range(4)], *[(1, title, 1) for title in range(5)])
    split = split_by_members(events, rng=rng(), share=0.9)
    assert split.member_rows.tolist() == [1]
    assert split.train["member_row"].unique().to_list() == [0]


def test_next_finds_each_members_last_event_and_passes_over_single_ones():
    split = split_next(events_of((0, 5, 1), (0, 3, 7), (0, 4, 3), (1, 3, 2)))
    assert pairs(split.target) == [(0, 3)]
    assert pairs(split.train) == [(0, 4), (0, 5), (1, 3)]
    assert pairs(split.history) == [(0, 4), (0, 5)]
    assert split.now == 3


def test_the_last_of_one_second_does_not_follow_title_numbers():
    events = events_of(*[(member, title, 1) for member in range(200) for title in range(2)])
    last = split_next(events).target["title_row"].to_numpy()
    assert 60 < last.sum() < 140


def test_cold_titles_are_ranked_among_themselves_for_members_with_a_warm_history():
    events = events_of(*[(0, title, 1) for title in range(10)], *[(1, title, 2) for title in range(0, 10, 3)])
    split = split_cold(events, rng=rng(), share=0.3)
    hidden = split.title_rows.tolist()
    assert len(hidden) == 3
    assert pairs(split.target) == [(0, title) for title in hidden]
    assert split.history_lengths().tolist() == [7]
    assert 1 in split.train["member_row"]


def test_relevant_lays_out_targets_by_test_member_and_title():
    train, target = events_of((7, 1, 1)), events_of((7, 2, 2), (3, 0, 2), (7, 0, 3))
    split = Split("time", train, train, target, None, 2)
    assert split.member_rows.tolist() == [3, 7]
    assert split.relevant(4).toarray().tolist() == [[True, False, False, False], [True, False, True, False]]
    assert split.title_rows.tolist() == [1]


def test_history_lengths_count_members_without_a_history_and_ignore_those_without_a_target():
    split = Split(
        "time", events_of((0, 0, 1)), events_of((0, 0, 1), (2, 0, 1)), events_of((0, 1, 2), (1, 1, 2)), None, 2
    )
    assert split.history_lengths().tolist() == [1, 0]


def test_counts_tell_targets_on_titles_that_training_never_saw():
    split = Split("time", events_of((0, 0, 1)), events_of((0, 0, 1)), events_of((0, 1, 2), (0, 2, 2)), None, 2)
    assert split.counts() == {
        "train_events": 1, "train_members": 1, "train_titles": 1, "test_members": 1,
        "history_events": 1, "target_events": 2, "target_events_unseen": 2, "candidate_titles": 1,
    }  # fmt: skip


@pytest.mark.parametrize("protocol", ["time", "members", "next", "cold"])
def test_the_inner_split_is_the_same_protocol_within_training(protocol):
    split = SPLITS[protocol](big_log())
    inner = split_inner(split, rng=rng(1))
    parts = pl.concat([inner.train, inner.target])
    assert inner.protocol == protocol
    assert parts.join(split.train, on=PAIR, how="anti").is_empty()
    assert inner.target.join(split.target, on=PAIR, how="semi").is_empty()


def test_the_inner_split_holds_out_five_hundred_members_where_a_tenth_is_fewer():
    events = events_of(*[(member, title, title) for member in range(1200) for title in range(5)])
    split = split_by_members(events, rng=rng())
    assert len(split.member_rows) == 120
    assert len(split_inner(split, rng=rng()).member_rows) == 500


def test_an_inner_split_that_is_given_is_the_one_used():
    outer, inner = split_next(big_log()), split_by_time(big_log())
    given_one = Split("next", outer.train, outer.history, outer.target, None, outer.now, inner)
    assert split_inner(given_one, rng=rng()) is inner


def test_a_protocol_of_its_own_has_no_inner_split():
    split = split_next(big_log())
    odd = Split("odd", split.train, split.history, split.target, None, split.now)
    with pytest.raises(ValueError, match=r"split\.protocol: got 'odd'"):
        split_inner(odd, rng=rng())


@pytest.mark.parametrize("protocol", ["time", "members", "next", "cold"])
@pytest.mark.parametrize(
    ("rows", "match"), [([], "holds no positive viewing"), ([(0, 0, 1)], "too small for the protocol")]
)
def test_a_log_too_small_to_split_says_so(protocol, rows, match):
    with pytest.raises(MatineeError, match=match):
        SPLITS[protocol](events_of(*rows))


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_a_share_outside_nothing_to_all_is_refused(wrong):
    with pytest.raises(ValueError, match="quantile: got"):
        split_by_time(big_log(), quantile=wrong)
    with pytest.raises(ValueError, match="share: got"):
        split_cold(big_log(), rng=rng(), share=wrong)


SPLITS: dict[str, Callable[[pl.DataFrame], Split]] = {
    "time": lambda events: split_by_time(events, quantile=0.7),
    "members": lambda events: split_by_members(events, rng=rng(), share=0.3),
    "next": split_next,
    "cold": lambda events: split_cold(events, rng=rng(), share=0.3),
}


def big_log() -> pl.DataFrame:
    random = np.random.default_rng(3)
    rows = {(int(random.integers(40)), int(random.integers(30))): int(random.integers(500)) for _ in range(700)}
    return events_of(*[(member, title, at) for (member, title), at in rows.items()])


@st.composite
def logs(draw):
    """Any log beside two members who watched everything, so that most logs can be split by every protocol."""
    drawn = draw(st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 9)), st.integers(0, 30), max_size=60))
    steady = [(member, title, title * 3) for member in (7, 8) for title in range(10)]
    return events_of(*steady, *[(member, title, at) for (member, title), at in drawn.items()])


def split_or_skip(protocol: str, events: pl.DataFrame) -> Split:
    try:
        return SPLITS[protocol](events)
    except MatineeError:
        assume(False)
        raise


@given(st.sampled_from(sorted(SPLITS)), logs())
def test_no_event_is_learned_or_told_and_also_to_be_found(protocol, events):
    split = split_or_skip(protocol, events)
    told = pl.concat([split.train, split.history])
    assert told.join(split.target, on=PAIR, how="semi").is_empty()
    assert split.target.join(events, on=PAIR, how="anti").is_empty()
    assert set(split.history["member_row"]) <= set(split.target["member_row"])


@given(st.sampled_from(sorted(SPLITS)), logs())
def test_no_event_is_lost_but_those_of_members_who_cannot_be_tested(protocol, events):
    split = split_or_skip(protocol, events)
    parts = pl.concat([split.train, split.history, split.target]).unique()
    lost = events.join(parts, on=PAIR, how="anti")
    assert not set(lost["member_row"]) & set(split.target["member_row"])
    assert protocol in {"time", "cold"} or lost.is_empty()


@given(logs())
def test_training_ends_before_the_forecast_is_made(events):
    split = split_or_skip("time", events)
    assert (split.train["at"] < split.now).all()
    assert (split.target["at"] >= split.now).all()


@given(logs())
def test_held_out_members_leave_training_altogether(events):
    split = split_or_skip("members", events)
    assert not set(split.train["member_row"]) & set(split.member_rows.tolist())
    assert set(split.history["member_row"]) == set(split.member_rows.tolist())


@given(logs())
def test_cold_titles_never_stand_in_training_or_history(events):
    split = split_or_skip("cold", events)
    assert not set(split.train["title_row"]) & set(split.title_rows.tolist())
    assert set(split.target["title_row"]) <= set(split.title_rows.tolist())
    assert split.history_lengths().min() >= 5


@given(st.sampled_from(sorted(SPLITS)), logs())
def test_the_same_seed_gives_the_same_split_in_the_order_of_a_log(protocol, events):
    once, again = split_or_skip(protocol, events), SPLITS[protocol](events)
    for part in ("train", "history", "target"):
        assert_frame_equal(getattr(once, part), getattr(again, part))
        assert_frame_equal(getattr(once, part), getattr(once, part).sort(ORDER))


def test_the_time_split_of_movielens_is_the_published_one(shared):
    folder = shared / "data/movielens-1m"
    named = {"user_id": "member_row", "movie_id": "title_row", "timestamp": "at"}
    positives = pl.read_parquet(folder / "ratings.parquet").filter(pl.col("rating") >= 4).rename(named)
    events = positives.select("member_row", "title_row", "at", weight=1.0).cast(EVENTS).sort(ORDER)
    split = split_by_time(events)
    counts = split.counts()
    assert (split.now, counts["train_events"], counts["test_members"]) == (977_938_855, 517_750, 1_157)
    assert (counts["target_events"], counts["target_events_unseen"]) == (52_274, 99)
    published = pl.read_parquet(folder / "splits/time.parquet").rename({
        "member_id": "member_row",
        "title_id": "title_row",
    })
    for part in ("train", "target"):
        assert pairs(getattr(split, part)) == pairs(published.filter(pl.col("part") == part))
