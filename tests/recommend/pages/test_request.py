from datetime import UTC, datetime, timedelta

import pytest

from matinee.recommend.pages.request import Boost, PageRequest, Pin, find_conflicts

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SOON = NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("pins", "boosts", "said"),
    [
        ([Pin(1, "top", 1, SOON), Pin(2, "top", 1, SOON)], [], "place 1 of row 'top' is pinned to t1 and t2"),
        ([Pin(1, "top", 1, SOON), Pin(1, "new", 2, SOON)], [], "t1 is pinned twice"),
        ([Pin(1, "top10", 1, SOON)], [], "row 'top10' takes no pins, only top and new"),
        ([Pin(1, "top", 0, SOON)], [], "place 0 of row 'top' is below 1"),
        ([], [Boost(1, 1, SOON), Boost(1, 2, SOON)], "t1 is boosted twice"),
        ([], [Boost(1, float("nan"), SOON)], "t1 is boosted by nan"),
    ],
)
def test_conflicts_are_named(pins, boosts, said):
    assert find_conflicts(pins, boosts, NOW, name="t{}".format) == [said]
    with pytest.raises(ValueError, match="pins must not conflict"):
        PageRequest(now=NOW, pins=pins, boosts=boosts)


def test_what_has_expired_conflicts_with_nothing():
    assert find_conflicts([Pin(1, "top", 1, SOON), Pin(2, "top", 1, NOW)], [], NOW) == []


def test_a_pin_and_a_boost_of_one_title_do_not_conflict():
    assert find_conflicts([Pin(1, "top", 1, SOON)], [Boost(1, 1, SOON)], NOW) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"diversity": 1.1}, "diversity must be in"),
        ({"calibration": float("nan")}, "calibration must be in"),
        ({"length": 0}, "length must be >= 1"),
        ({"now": datetime(2026, 6, 1)}, "now must have a zone"),
    ],
)
def test_a_dial_out_of_range_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        PageRequest(**({"now": NOW} | wrong))
