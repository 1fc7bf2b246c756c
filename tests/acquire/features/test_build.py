from datetime import date

import numpy as np
import polars as pl
import pytest

from matinee.acquire.features.build import build_features
from matinee.acquire.forecast.debuts import find_debuts


def column(features, name):
    return features.values[:, features.names.index(name)]


@pytest.fixture(scope="module")
def debuts(facts):
    return find_debuts(facts)


def test_facts_from_the_decision_on_change_nothing(facts, debuts):
    day = date(2023, 7, 1)
    works = debuts.filter(pl.col("decided_on") == day)
    is_later = pl.col("ends_on") >= day
    shifted = facts.with_columns(hours=pl.when(is_later).then(pl.col("hours") * 100 + 7).otherwise("hours"))
    for changed in (shifted, facts.filter(~is_later)):
        np.testing.assert_array_equal(build_features(works, facts).values, build_features(works, changed).values)


def test_facts_before_the_decision_do_count(facts, debuts):
    works = debuts.filter(pl.col("decided_on") == date(2023, 7, 1))
    without = build_features(works, facts.clear())
    assert np.isfinite(column(build_features(works, facts), "family_best")).all()
    assert np.isnan(column(without, "family_best")).all()


def test_a_season_knows_how_the_one_before_did(facts, debuts):
    works = debuts.filter(pl.col("title_id") == "t1-001")
    before = facts.filter((pl.col("title_id") == "t0-001") & (pl.col("starts_on") == date(2023, 1, 1)))
    features = build_features(works, facts)
    assert column(features, "season_before_recent")[0] == pytest.approx(np.log10(before["hours"][0]))
    assert column(features, "series_titles")[0] == pytest.approx(np.log1p(1))


def test_the_order_of_works_is_kept(facts, debuts):
    shuffled = debuts.sample(fraction=1, shuffle=True, seed=1)
    straight, mixed = build_features(debuts, facts), build_features(shuffled, facts)
    rows = [debuts["title_id"].to_list().index(title_id) for title_id in shuffled["title_id"]]
    np.testing.assert_array_equal(straight.values[rows], mixed.values)


def test_other_works_change_nothing(facts, debuts):
    together = build_features(debuts, facts)
    alone = [build_features(debuts[[row]], facts).values for row in range(debuts.height)]
    np.testing.assert_allclose(np.concatenate(alone), together.values, rtol=1e-12)


def test_what_is_unknown_is_nan_and_not_zero(facts, debuts):
    works = debuts.head(1).with_columns(
        runtime_minutes=pl.lit(None, pl.Float64), released_on=pl.lit(None, pl.Date), worldwide=pl.lit(None, pl.Boolean)
    )
    features = build_features(works, facts)
    assert np.isnan([column(features, name)[0] for name in ("runtime", "weekday", "worldwide")]).all()


def test_a_work_that_was_listed_before_knows_how_it_did(facts, debuts):
    again = debuts.filter(pl.col("title_id") == "t0-001").with_columns(decided_on=pl.lit(date(2024, 1, 1)))
    hours = facts.filter(pl.col("title_id") == "t0-001").sort("starts_on")["hours"]
    features = build_features(again, facts)
    assert column(features, "series_itself_recent")[0] == pytest.approx(np.log10(hours[1]))
    assert column(features, "series_itself_trend")[0] == pytest.approx(np.log10(hours[1] / hours[0]))
    assert column(features, "out_for")[0] == pytest.approx(np.log1p((date(2024, 1, 1) - again["released_on"][0]).days))
    assert np.isnan(column(build_features(debuts, facts), "series_itself_recent")).all()
