from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from matinee.acquire.who.since import GONE, find_last, find_since, share_there
from matinee.tables.schemas import TABLES


def test_a_window_tells_before_the_day_of_release_and_the_earlier_year_against_it():
    columns = {"title_id": ["window", "day", "later", "none"], "year": [2001, None, 2001, 2001]}
    titles = pl.DataFrame(columns | {"released_on": [date(2001, 3, 1)] * 2 + [date(2002, 3, 1), None]})
    opened = [date(2003, 1, 1), date(2002, 5, 1)]
    windows = pl.DataFrame({"title_id": ["window"] * 2, "starts_on": opened}, schema_overrides={"starts_on": pl.Date})
    expected = [datetime(*day, tzinfo=UTC).timestamp() for day in ((2002, 5, 1), (2001, 3, 1), (2001, 12, 31))]
    assert find_since(titles, windows).tolist() == [*expected, -np.inf]
    assert find_since(titles, TABLES["windows"].create_empty())[0] == expected[1]


def test_what_members_who_had_left_watched_is_missing_but_for_a_little():
    events = pl.DataFrame({"member_row": [0, 0, 1], "at": [10, 20, 30]})
    last = find_last(events, 3)
    assert last.tolist() == [20, 30, np.inf]
    weights = np.array([3.0, 1.0, 0.0])
    shares = share_there(last, np.array([-np.inf, 20.0, 21.0, 31.0]), weights)
    assert shares.tolist() == pytest.approx([1, 1, (3 * GONE + 1) / 4, GONE])
