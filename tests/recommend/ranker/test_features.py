import numpy as np
import polars as pl
import pytest

from matinee.recommend.popular import DAY, HALF_LIVES
from matinee.recommend.ranker.features import (
    FEATURES,
    MEMBER_FEATURES,
    TITLE_FEATURES,
    describe_members,
    describe_titles,
    lay_out,
)
from matinee.tables.log import EVENTS

NOW = 100 * DAY
EVENTS_OF_THREE = pl.DataFrame(
    [(2, 0, 90 * DAY, 1.0), (2, 1, 97 * DAY, 0.5), (5, 1, 99 * DAY, 1.0)], schema=EVENTS, orient="row"
)
COUNTS = np.arange(len(HALF_LIVES) * 3, dtype=np.float32).reshape(len(HALF_LIVES), 3)
FACTS = describe_titles(EVENTS_OF_THREE, COUNTS, now=NOW)


def column(name):
    return FACTS.table[:, TITLE_FEATURES.index(name)]


def member(name, rows=(2, 5)):
    return describe_members(FACTS, EVENTS_OF_THREE, np.array(rows))[:, MEMBER_FEATURES.index(name)]


def test_titles_age_from_their_first_event_and_idle_since_their_last():
    np.testing.assert_allclose(column("age"), np.log1p([10, 3, 0]), rtol=1e-6)
    np.testing.assert_allclose(column("idle"), np.log1p([10, 1, 0]), rtol=1e-6)
    np.testing.assert_allclose(column("share"), [1, 0.75, 0])


def test_a_rise_is_what_a_short_half_life_says_beyond_a_long_one():
    np.testing.assert_allclose(column("rise-1d"), COUNTS[1] - COUNTS[4])
    np.testing.assert_allclose(column("popular-3d"), COUNTS[2])


def test_members_are_described_by_what_they_watched_and_how_new_it_was_then():
    np.testing.assert_allclose(member("length"), np.log1p([2, 1]), rtol=1e-6)
    np.testing.assert_allclose(member("since"), np.log1p([3, 1]), rtol=1e-6)
    np.testing.assert_allclose(member("usual_age"), [0, np.log1p(2)], rtol=1e-6)
    np.testing.assert_allclose(member("usual_share"), [0.75, 1])
    np.testing.assert_allclose(member("usual_popular"), [COUNTS[-1, :2].mean(), COUNTS[-1, 1]])


@pytest.mark.parametrize("rows", [(), (0, 3, 9)])
def test_members_without_events_are_zeros(rows):
    assert describe_members(FACTS, EVENTS_OF_THREE, np.array(rows, np.int64)).tolist() == [[0.0] * 5] * len(rows)


def test_one_member_alone_is_described_as_in_a_batch():
    both = describe_members(FACTS, EVENTS_OF_THREE, np.array([2, 5]))
    np.testing.assert_array_equal(describe_members(FACTS, EVENTS_OF_THREE, np.array([5])), both[1:])


def test_what_a_ranker_sees_has_a_name_for_each_column():
    members = describe_members(FACTS, EVENTS_OF_THREE, np.array([2, 5]))
    scores = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
    x = lay_out(FACTS, members, scores, 10 * scores, (np.array([1, 0]), np.array([0, 2])))
    seen = dict(zip(FEATURES, x.T, strict=True))
    assert (seen["linear"].tolist(), seen["blend"].tolist()) == ([4, 3], [40, 30])
    np.testing.assert_allclose(seen["newer"], seen["age"] - seen["usual_age"])
    np.testing.assert_allclose(seen["known"], seen["popular"] - seen["usual_popular"])
