import csv
import html
import io
import json
from datetime import UTC, date, datetime

import pytest
from tests.acquire.conftest import make_tables

from matinee.acquire.forecast.backtest import LIVE, Origin, OriginScores
from matinee.cli.forecasts import show_backtest
from matinee.flows.imports import import_table
from matinee.measure.forecasts import ForecastScores
from matinee.store.service import create_service

NEXT = datetime.now(UTC).year + 1
OFFERS = f"""candidate_id,name,kind,runtime_minutes,genres,price,currency,window_starts_on,window_ends_on,exclusive
good,River Storm 3,film,100,Drama,4000000,EUR,{NEXT}-01-01,{NEXT}-12-31,yes
kindless,No Kind,,90,Drama,4000000,EUR,,,
untimed,No Runtime,film,,Drama,2000000,EUR,,,
strange,Winter Glass 9,film,95,Dramedy,3000000,EUR,,,
unpriced,No Currency,film,90,Drama,5000000,,,,
twice,River Storm 3,film,100,Drama,5000000,EUR,{NEXT}-06-01,{NEXT}-12-31,yes
past,Too Late,film,90,Drama,5000000,EUR,2001-01-01,2002-01-01,
"""
"""What sellers send: two good offers, two that lack something, and five that are wrong in a way each."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecasts")
    service = create_service(folder / "svc")
    for table, frame in zip(("titles", "audience"), make_tables(debuts=40), strict=True):
        frame.write_parquet(folder / f"{table}.parquet")
        import_table(service, table, folder / f"{table}.parquet")
    lines = ["candidate_id,name,kind,runtime_minutes", "c1,River Storm 3,film,100", "c2,Title Fight,live,120"]
    (folder / "candidates.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "offers.csv").write_text(OFFERS, encoding="utf-8")
    return folder


def test_forecasts_for_people_json_and_csv_agree(command, folder, tmp_path):
    words = ("forecast", folder / "candidates.csv", "--service", folder / "svc", "--csv", tmp_path / "out.csv")
    said = command(*words)
    assert said.code == 0
    assert "Title Fight: no forecast: a live event" in said.out
    assert "×" in said.out
    assert "Learned from " in said.out
    assert "counted by What We Watched" in said.out
    title = command(*words, "--json").json["titles"][0]
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 3 + 1
    assert float(lines[1].split(",")[3]) == pytest.approx(title["horizons"][0]["hours"]["p10"], abs=0.005)
    assert len(title["comps"]) == 15


def test_the_backtest_shows_every_model(command, folder):
    said = command("backtest", "--service", folder / "svc")
    assert said.code == 0
    assert all(model in said.out for model in ("mean by group", "comps", "ridge", "lightgbm", "stack"))
    assert "RMSE: usual error in log10 hours" in said.out


def test_a_backtest_has_no_second_table_without_live_ones_and_says_what_is_ahead(capsys):
    better, worse = (ForecastScores(rmse, 0.5, 0.5, 0.8, 1.0) for rmse in (0.4, 0.5))
    origin = Origin(date(2024, 7, 1), date(2024, 12, 31))
    same = [OriginScores(origin, which, 9, {"ridge": better, LIVE: worse}) for which in ("all", "without-live")]
    show_backtest(same, "report")
    said = capsys.readouterr().out
    assert ("all listings" in said, "without live ones" in said) == (True, False)
    assert "Ahead of it here, by RMSE: ridge (0.400 against 0.500)." in said


def test_misuse_is_one_line_and_code_2(command, folder):
    said = command("forecast", "--service", folder / "svc")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert "there are no candidates" in said.err
    assert command("backtest", "--source", "tv", "--service", folder / "svc").code == 2


def test_every_wrong_offer_is_one_line_and_the_others_go_on_to_a_slate(command, folder, tmp_path):
    words = ("forecast", folder / "offers.csv", "--service", folder / "svc", "--budget", "65000", "--json")
    said = command(*words, "--html", tmp_path / "out.html", "--csv", tmp_path / "out.csv")
    assert said.code == 0
    told = said.json
    assert [each["candidate_id"] for each in told["titles"]] == ["good", "untimed", "strange"]
    wrong = {"kind": "line 3", "price": "line 6", "window_starts_on": "line 7", "window_ends_on": "line 8"}
    assert len(told["problems"]) == len(wrong)
    for column, line in wrong.items():
        assert any(f"{line}, {column}" in each for each in told["problems"]), (column, told["problems"])
    assert any("untimed: no runtime" in each for each in told["notes"])
    assert sum(each["is_in"] for each in told["slate"]["verdicts"]) >= 1
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == told
    page = html.unescape((tmp_path / "out.html").read_text(encoding="utf-8"))
    assert all(each in page for each in told["problems"])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    middle = told["titles"][0]["price_per_hour"]["middle"]
    assert [(row["days"], row["price_per_hour"], row["currency"]) for row in rows[:2]] == [
        ("28", "", ""),
        ("90", "", ""),
    ]
    assert float(rows[2]["price_per_hour"]) == pytest.approx(middle)
    assert rows[2]["currency"] == "EUR"
    assert {row["slate"] for row in rows} <= {"in", "out"}


def test_a_slate_takes_its_forecasts_from_forecast(command, folder):
    said = command("slate", folder / "offers.csv", "--service", folder / "svc", "--budget", "65000")
    assert said.code == 0
    assert "Proved: no slate adds more" in said.out
    assert "line 3, kind" in said.err
    assert "every hour counts as added, diverted ones too" in said.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--budget", "0"), "--budget: a budget of 0 EUR buys nothing"),
        (("--budget", "lots"), "--budget: 'lots' is no sum"),
        (("--currency", "EUR"), "--currency: a currency without a budget"),
        (("--holdout", "0.3"), "--holdout: '0.3' is no holdout"),
        (("--html", "page.pdf"), "page.pdf: no name for a .html file"),
    ],
)
def test_a_wish_that_cannot_be_is_one_line_before_the_work(command, folder, words, said):
    ended = command("forecast", folder / "offers.csv", "--service", folder / "svc", *words)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert said in ended.err
