from dataclasses import replace

import numpy as np
import pytest

from matinee.world import Truth
from matinee.world.watching import RETURN_DAYS, Rows, expected_parts, merge_rows, watch

DAY = 86_400
END = 30 * DAY


def one_series(truth: Truth, liking: float) -> Truth:
    """The members of `truth` and one series of 12 episodes, rows 1 to 12, that all of them like as much."""
    count = len(truth.tastes)
    return replace(
        truth,
        tastes=np.full((count, 1), liking),
        vectors=np.ones((1, 1)),
        first_parts=np.array([1]),
        parts=np.array([12]),
    )


def begin(truth: Truth, *, day: int, season_two: int) -> Rows:
    """Everybody begins the series at noon of `day`; its last six episodes come out on day `season_two`."""
    members = np.arange(len(truth.tastes))
    choices = (members, np.zeros_like(members), np.full_like(members, day * DAY + DAY // 2))
    releases = np.array([0] * 7 + [season_two] * 6)
    return watch(truth, choices, releases=releases, runtimes=np.full(13, 1_800.0), end=END)


def test_who_has_seen_all_there_is_goes_on_once_there_is_more(small):
    rows = begin(one_series(small.truth, 20.0), day=2, season_two=12)
    assert (rows.at[rows.titles > 6] >= 12 * DAY).all()
    for member in range(400):
        titles = rows.titles[rows.members == member]
        assert titles.tolist() == list(range(1, len(titles) + 1))
    waited = rows.at[rows.titles == 7] // DAY - 12
    assert waited.min() == 0
    days = {title: dict(zip(rows.members[rows.titles == title], rows.at[rows.titles == title] // DAY, strict=True))
            for title in (7, 8)}  # fmt: skip
    gaps = np.array([day - days[7][member] for member, day in days[8].items()])
    assert gaps.max() <= 4  # three days at most, and past midnight
    assert len(waited) / 400 == pytest.approx(1 - np.exp(-18 / RETURN_DAYS), abs=0.06)  # the log ends on day 30


def test_who_begins_late_does_not_wait(small):
    late = begin(one_series(small.truth, 20.0), day=13, season_two=12)
    never = begin(one_series(small.truth, 20.0), day=13, season_two=0)
    assert np.array_equal(late.at, never.at)


def test_nothing_is_watched_after_the_log_ends(small):
    rows = begin(one_series(small.truth, 20.0), day=25, season_two=0)
    assert (rows.at < END).all()
    assert 1 < len(rows.at) / 400 < 12


@pytest.mark.parametrize("liking", [-1.0, 0.5, 2.0])
def test_runs_are_as_long_as_expected(small, liking):
    truth = one_series(small.truth, liking)
    lengths = np.concatenate([
        np.bincount(begin(replace(truth, seed=seed), day=0, season_two=0).members, minlength=400) for seed in range(10)
    ])
    wanted = expected_parts(truth, np.array([[liking]]))[0, 0]
    assert lengths.mean() == pytest.approx(wanted, abs=4 * lengths.std() / np.sqrt(lengths.size))


def test_merged_rows_are_in_order_of_time_and_lose_nothing(small):
    truth = one_series(small.truth, 1.0)
    parts = [begin(truth, day=3, season_two=0), begin(truth, day=1, season_two=0)]
    merged = merge_rows(parts)
    assert (np.diff(merged.at.astype(np.int64)) >= 0).all()
    assert merged.seconds.sum() == sum(part.seconds.sum() for part in parts)
