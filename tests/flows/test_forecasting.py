from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from tests.acquire.conftest import NOBODY, make_tables

from matinee.acquire.features.facts import gather_facts
from matinee.errors import NothingToLearn, UsageError
from matinee.flows.forecasting import (
    HORIZONS,
    backtest,
    backtest_to_dict,
    forecast,
    forecast_candidates,
    forecast_to_dict,
    learn,
    note_limits,
)
from matinee.flows.imports import import_table
from matinee.store.service import create_service
from matinee.tables.schemas import TABLES

NOW = datetime(2024, 9, 1, tzinfo=UTC)
HEADER = "candidate_id,name,kind,runtime_minutes,price,currency\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecasting")
    service = create_service(folder / "svc")
    for table, frame in zip(("titles", "audience"), make_tables(), strict=True):
        path = folder / f"{table}.parquet"
        frame.write_parquet(path)
        assert import_table(service, table, path).problems == 0
    return service


@pytest.fixture(scope="module")
def found(service, tmp_path_factory):
    path = tmp_path_factory.mktemp("candidates") / "candidates.csv"
    lines = ("c1,River Storm 8 4,film,100,,", "c2,No Kind,,100,,", "c3,Priced,film,90,5,", "c4,Title Fight,live,9,,")
    path.write_text(HEADER + "\n".join([*lines, "c5,No Runtime,film,,,"]) + "\n", encoding="utf-8")
    return forecast(service, path, now=NOW)


def test_more_days_never_mean_fewer_hours(found):
    title = found.titles[0]
    assert [each.days for each in title.horizons] == [*HORIZONS]
    for name in ("p10", "p50", "p90"):
        hours = [each.hours[name] for each in title.horizons]
        assert hours == sorted(hours)
    views, hours = title.horizons[0].views, title.horizons[0].hours
    assert views is not None
    assert views["p50"] == pytest.approx(hours["p50"] * 60 / 100)


def test_a_candidate_that_cannot_be_forecast_is_one_line_and_the_others_go_on(found):
    assert [title.candidate_id for title in found.titles] == ["c1", "c4", "c5"]
    assert len(forecast_to_dict(found)["problems"]) == 2
    assert str(found.titles[1].abstains).startswith("a live event")
    assert found.titles[1].horizons == []


def test_without_a_runtime_there_are_hours_and_no_views(found):
    assert found.titles[2].horizons[0].views is None
    assert any("c5: no runtime" in note for note in found.notes)


def test_old_facts_and_old_titles_are_said():
    offers = pl.DataFrame({
        "candidate_id": ["new", "old", "unknown"], "year": [2025, 2019, None], "released_on": [None] * 3,
        "window_starts_on": [date(2025, 2, 1), None, None], "licence": ["SVOD", "EST", None],
    }, schema={name: TABLES["candidates"].create_empty().schema[name]
               for name in ("candidate_id", "year", "released_on", "window_starts_on", "licence")})  # fmt: skip
    old = note_limits(offers, "report", date(2023, 6, 30), today=date(2024, 9, 1))
    assert old[0].startswith("the newest totals end on 2023-06-30, 14 months ago")
    assert old[1].startswith("old: came out years before the window")
    (sold,) = note_limits(offers, "own", date(2024, 6, 30), today=date(2024, 9, 1))
    assert sold.startswith("old: sold or rented by the title")


def test_the_backtest_is_json_of_the_agreed_form(service):
    source, scores = backtest(service)
    plain = backtest_to_dict(scores)
    assert source == "report"
    assert [(each["test"], each["listings"]) for each in plain["origins"]] == [
        ("2023H2", "all"), ("2023H2", "without-live"), ("2024H1", "all"), ("2024H1", "without-live"),
    ]  # fmt: skip
    assert {*plain["origins"][0]["models"][plain["live"]]} == {"rmse", "spearman", "p@10", "coverage", "width"}


def test_nothing_to_learn_and_a_wrong_source_are_said(service, tmp_path):
    with pytest.raises(NothingToLearn, match="0 titles came out"):
        backtest(create_service(tmp_path / "empty"))
    with pytest.raises(UsageError, match="no source tv"):
        backtest(service, source="tv")
    with pytest.raises(UsageError, match="no candidates"):
        forecast(service, None, now=NOW)


def test_a_chart_alone_can_be_learned_from_and_says_the_language(tmp_path):
    titles, audience = make_tables(debuts=40)
    first = audience.filter(pl.col("available_from") >= pl.col("starts_on"))
    weeks = first.with_columns(
        origin=pl.lit("netflix-top10"), category=pl.lit("TV (Non-English)"), starts_on="available_from",
        ends_on=pl.col("available_from") + pl.duration(days=6), available_from=pl.lit(None, pl.Date),
    )  # fmt: skip
    facts = gather_facts(weeks, titles, *NOBODY)
    assert set(facts["language"]) == {"other"}
    service = create_service(tmp_path / "svc")
    for table, frame in (("titles", titles), ("audience", weeks)):
        frame.write_parquet(tmp_path / f"{table}.parquet")
        import_table(service, table, tmp_path / f"{table}.parquet")
    path = tmp_path / "c.csv"
    path.write_text(f"{HEADER}c1,River Storm,film,100,,\n", encoding="utf-8")
    found = forecast(service, path, now=NOW)
    assert found.source == "chart"
    assert np.isfinite(found.titles[0].horizons[0].hours["p50"])


def test_a_worldwide_candidate_is_forecast_by_the_debuts_of_a_chart_whose_terms_a_report_names(tmp_path):
    titles, audience = make_tables(debuts=50)
    first = audience.filter(pl.col("available_from") >= pl.col("starts_on"))
    weeks = first.with_columns(
        origin=pl.lit("netflix-top10"), category=pl.lit("TV (English)"), starts_on="available_from",
        ends_on=pl.col("available_from") + pl.duration(days=6), available_from=pl.lit(None, pl.Date),
        worldwide=pl.lit(None, pl.Boolean),
    )  # fmt: skip
    service = create_service(tmp_path / "svc")
    for table, frame in (("titles", titles), ("audience", pl.concat([weeks, first.head(110)]))):
        frame.write_parquet(tmp_path / f"{table}.parquet")
        import_table(service, table, tmp_path / f"{table}.parquet")
    learned = learn(service, today=NOW.date(), source="chart")
    assert learned.untold is not None
    assert learned.forecaster.known.works.height < learned.untold.known.works.height
    everywhere = [a + b for a in "ABCDE" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    columns = {"candidate_id": ["c1", "c2", "c3"], "name": ["River Storm"] * 3, "kind": ["film"] * 3}
    asked = pl.DataFrame(columns | {"territories": [["GB"], everywhere, None], "released_on": [NOW.date()] * 3})
    wanted = pl.concat([TABLES["candidates"].create_empty(), asked], how="diagonal_relaxed")
    told = [each.horizons for each in forecast_candidates(learned, wanted, today=NOW.date())]
    assert told[0] == told[2] != told[1]
    assert told[1][0].hours == told[1][-1].hours


def test_own_totals_of_the_first_days_are_debuts(tmp_path):
    titles, audience = make_tables(debuts=40)
    first = audience.filter(pl.col("available_from") >= pl.col("starts_on"))
    lengths = [
        first.with_columns(origin=pl.lit("views"), starts_on="available_from", ends_on=pl.col("available_from") + days)
        for days in (timedelta(days=27), timedelta(days=30), timedelta(days=89))
    ]
    service = create_service(tmp_path / "svc")
    for table, frame in (("titles", titles), ("audience", pl.concat(lengths))):
        frame.write_parquet(tmp_path / f"{table}.parquet")
        import_table(service, table, tmp_path / f"{table}.parquet")
    learned = learn(service, today=NOW.date(), source="own")
    assert set(learned.forecaster.known.works["days"]) == {28.0, 90.0}
