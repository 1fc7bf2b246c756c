from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from matinee.acquire.forecast.debuts import find_debuts, find_older, sum_weeks


def rows(*given):
    names = ["title_id", "starts_on", "ends_on", "hours", "available_from"]
    return pl.DataFrame(given, schema=names, orient="row").with_columns(category=pl.lit("TV"))


H1, H2 = (date(2023, 1, 1), date(2023, 6, 30)), (date(2023, 7, 1), date(2023, 12, 31))


def test_a_debut_came_out_within_the_first_period_that_lists_it():
    facts = rows(
        ("new", *H2, 1000.0, date(2023, 12, 22)), ("old", *H1, 10.0, date(2020, 1, 1)),
        ("old", *H2, 5.0, date(2020, 1, 1)),
        ("late", *H2, 0.0, date(2023, 2, 1)), ("undated", *H1, 7.0, None),
    )  # fmt: skip
    debuts, older = find_debuts(facts), find_older(facts)
    assert debuts.select("title_id", "days", "decided_on").rows() == [("new", 10.0, H2[0])]
    assert debuts["log_hours"][0] == pytest.approx(3)
    assert older["title_id"].to_list() == ["old", "undated", "late"]
    assert older["log_hours"][2] == pytest.approx(np.log10(5))


def test_the_first_four_weeks_of_a_chart_are_added_up():
    monday = date(2024, 1, 1)
    weeks = [(monday + timedelta(weeks=week), monday + timedelta(weeks=week, days=6)) for week in (0, 1, 3, 4)]
    facts = rows(*(("a", *week, 10.0, None) for week in weeks), ("b", *weeks[3], 99.0, None))
    summed = sum_weeks(facts, weeks[3][1])
    assert summed.select("title_id", "hours", "ends_on").rows() == [("a", 30.0, monday + timedelta(days=27))]


def test_a_title_of_a_chart_is_counted_from_its_own_first_day_where_that_is_known():
    monday, friday, before = date(2024, 1, 1), date(2024, 1, 5), date(2019, 5, 5)
    week = (monday, monday + timedelta(days=6))
    facts = rows(("a", *week, 1.0, friday), ("b", *week, 1.0, before), ("c", *week, 1.0, None))
    debuts = find_debuts(sum_weeks(facts, monday + timedelta(days=27)))
    told = debuts.select("title_id", "decided_on", "released_on", "days").rows()
    assert told == [("a", monday, friday, 24.0), ("b", monday, before, 28.0), ("c", monday, None, 28.0)]
