from datetime import date

import polars as pl
import pytest

from matinee.acquire.features.build import build_features
from matinee.acquire.forecast.backtest import LIVE, Origin, list_origins, run_backtest
from matinee.acquire.forecast.baselines import BASELINES


def test_every_report_with_enough_before_it_is_an_origin(debuts):
    assert [origin.label for origin in list_origins(debuts.works)] == ["2023H2", "2024H1"]
    assert Origin(date(2024, 1, 1), date(2024, 3, 1)).label == "2024-01-01 to 2024-03-01"


def test_a_chart_is_tested_on_its_last_years(debuts):
    weekly = debuts.works.with_columns(ends_on=pl.col("released_on") + pl.duration(days=27), starts_on="released_on")
    labels = [origin.label for origin in list_origins(weekly.with_columns(decided_on="starts_on"))]
    assert len(labels) == 1
    assert labels[0].startswith("2023-")


@pytest.fixture(scope="module")
def scores(debuts, older):
    return [*run_backtest(debuts, older, seed=0, origins=[Origin(date(2024, 1, 1), date(2024, 6, 30))])]


def test_all_models_are_scored_with_and_without_live_listings(scores):
    assert [(each.listings, each.n) for each in scores] == [("all", 70), ("without-live", 70)]
    assert {*scores[0].models} == {*BASELINES, LIVE}
    assert scores[0].models[LIVE].rmse < scores[0].models["mean by group"].rmse


def test_the_test_period_cannot_touch_a_forecast(facts, debuts, older, scores):
    day = date(2024, 1, 1)
    is_test = pl.col("starts_on") >= day
    changed = debuts.works.with_columns(log_hours=pl.when(is_test).then(0.0).otherwise("log_hours"))
    later = older.with_columns(log_hours=pl.when(pl.col("ends_on") >= day).then(0.0).otherwise("log_hours"))
    twisted = build_features(changed, facts)
    again = [*run_backtest(twisted, later, seed=0, origins=[Origin(day, date(2024, 6, 30))])]
    assert again[0].models[LIVE].width == scores[0].models[LIVE].width
    assert again[0].models[LIVE].rmse != scores[0].models[LIVE].rmse
