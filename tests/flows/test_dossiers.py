import json
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from tests.acquire.conftest import make_tables

from matinee.acquire.slate.worth import COLUMNS
from matinee.errors import NothingToLearn, UnknownId, UsageError
from matinee.flows.diverting import Diverted, Holdout
from matinee.flows.dossier_pages import write_dossier
from matinee.flows.dossiers import lay_out_forecasts, make_dossier, slate_offers
from matinee.flows.held_back import hold_back
from matinee.flows.imports import import_table
from matinee.flows.slates import Wishes
from matinee.flows.who import ask_log
from matinee.store.service import create_service
from matinee.world import WorldSettings, show_newest, simulate

NOW = datetime(2024, 9, 1, tzinfo=UTC)
OFFERS = """candidate_id,name,kind,runtime_minutes,genres,price,currency,window_starts_on,window_ends_on
a,River Storm 8 4,film,100,Drama,4000000,EUR,,
b,Title Fight,live,120,Sport,1000000,EUR,,
c,Winter Glass 9,film,95,Drama,3000000,EUR,2999-01-01,2999-02-28
"""


@pytest.fixture(scope="module")
def offers(tmp_path_factory):
    path = tmp_path_factory.mktemp("offers") / "offers.csv"
    path.write_text(OFFERS, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """A service that knows reports and no views."""
    folder = tmp_path_factory.mktemp("outside")
    service = create_service(folder / "svc")
    for table, frame in zip(("titles", "audience"), make_tables(debuts=30), strict=True):
        frame.write_parquet(folder / f"{table}.parquet")
        import_table(service, table, folder / f"{table}.parquet")
    return service


@pytest.fixture(scope="module")
def outside(reported, offers):
    return make_dossier(reported, offers, now=NOW, wishes=Wishes("50000"))


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    """A service of 300 members, two of whose titles are candidates; what is told while half, and when all is shown."""
    folder = tmp_path_factory.mktemp("inside")
    service = create_service(folder / "svc")
    settings = WorldSettings(members=300, titles=80, days=90, views_per_member=20)
    world = simulate(settings, np.random.default_rng(3))
    shown = pl.concat(show_newest(world))
    tables = {each: getattr(world, each) for each in ("members", "titles", "people", "credits", "views")}

    def tell(name, frame):
        frame.write_parquet(folder / f"{name}.parquet")
        import_table(service, name, folder / f"{name}.parquet")

    for name, frame in (tables | {"exposures": shown[::2]}).items():
        tell(name, frame)
    path = hold_back(service, folder / "held.parquet", count=2)
    half = make_dossier(service, path, now=NOW)
    tell("exposures", shown)
    return service, half, make_dossier(service, path, now=NOW)


def test_an_hour_costs_the_price_over_the_hours_of_the_longest_horizon(outside):
    title = outside.to_dict()["titles"][0]
    cost, hours = title["price_per_hour"], title["horizons"][-1]["hours"]
    assert cost["middle"] == pytest.approx(40_000 / hours["p50"])
    assert cost["low"] == pytest.approx(40_000 / hours["p90"])
    assert (cost["days"], cost["is_incremental"]) == (182, False)


def test_the_slate_says_why_a_title_has_no_forecast(outside):
    verdicts = {each.candidate_id: each for each in outside.plan.verdicts}
    assert verdicts["b"].why.startswith("no forecast: a live event")
    assert outside.to_dict()["titles"][1]["price_per_hour"] is None
    assert outside.unknown["who"] == "the service has no views of its own"
    assert outside.unknown["diversion"].endswith("every hour counts as added, diverted ones too")


def test_the_page_and_its_numbers_are_written_together(outside, tmp_path):
    told = write_dossier(outside, tmp_path / "out.html", now=NOW, command="matinee forecast")
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == told
    assert "River Storm 8 4" in (tmp_path / "out.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match=r"no name for a \.html file"):
        write_dossier(outside, tmp_path / "out.pdf", now=NOW, command="matinee forecast")


def test_a_holdout_of_one_title_sets_how_much_is_added_by_all(inside):
    service, dossier, _ = inside
    path, views = service.path.parent / "held.parquet", service.read("views")
    watched = views.filter(~pl.col("title_id").is_in(dossier.offers["title_id"].implode()))["title_id"].mode().min()
    added = {}
    for share in (0.2, 0.6):
        told = make_dossier(service, path, now=NOW, holdout=Holdout(watched, share))
        added[share] = [each.incremental for each in told.members.diverted]
    assert added[0.2] == pytest.approx([0.2, 0.2], abs=0.1)
    assert added[0.6] == pytest.approx([0.6, 0.6], abs=0.1)
    with pytest.raises(UnknownId, match="no title 'x'"):
        make_dossier(service, path, now=NOW, holdout=Holdout("x", 0.5))


def test_titles_held_back_are_asked_about_as_if_nobody_had_watched(inside):
    told = inside[1].to_dict()
    assert told["unknown"]["forecast"].endswith("or `own-audience`")
    assert all(title["who"]["watched"] > 0 for title in told["titles"])
    replaced = {each["title_id"] for title in told["titles"] for each in title["diverted"]["titles"]}
    assert replaced.isdisjoint({title["candidate_id"] for title in told["titles"]})


def test_views_of_a_title_that_an_offer_names_are_hidden(inside):
    service, dossier, _ = inside
    asked = ask_log(service, dossier.offers)
    ids = dossier.offers["title_id"].to_list()
    hidden = asked.evidence.titles["title_id"].filter(pl.Series(asked.hidden)).to_list()
    assert sorted(hidden) == sorted([*ids, *(f"candidate:{each}" for each in ids)])
    assert asked.evidence.titles["title_id"][int(asked.rows[0])] == f"candidate:{ids[0]}"


def test_a_window_shorter_than_the_days_that_count_is_noted(outside):
    assert outside.forecast.notes[-1].startswith("c: the window is shorter than 182 days")


def test_what_is_added_is_known_only_where_visits_are(inside):
    _, half, known = inside
    assert [each.incremental for each in half.members.diverted] == [None, None]
    assert "only a holdout can tell" in half.unknown["diversion"]
    assert all(each.incremental is not None and 0 < each.incremental < 1 for each in known.members.diverted)
    assert "diversion" not in known.unknown


def test_the_share_that_is_added_reaches_the_slate(outside):
    shares = [Diverted(share, []) for share in (0.5, 0.2, None)]
    table = lay_out_forecasts(outside.forecast, shares)
    assert table["candidate_id"].to_list() == ["a", "c"]
    assert table["incremental"].to_list() == [0.5, None]
    assert lay_out_forecasts(outside.forecast, []).columns == [*COLUMNS]


def test_a_budget_of_nothing_is_said_before_anything_is_learned(tmp_path, offers):
    with pytest.raises(UsageError, match="a budget of 0 EUR buys nothing"):
        make_dossier(create_service(tmp_path / "svc"), offers, now=NOW, wishes=Wishes("0"))


def test_where_nothing_is_known_at_all_that_is_an_error(tmp_path, offers):
    service = create_service(tmp_path / "svc")
    with pytest.raises(NothingToLearn, match=r"0 titles came out .*; the service has no views of its own"):
        make_dossier(service, offers, now=NOW)
    with pytest.raises(NothingToLearn, match="0 titles came out"):
        slate_offers(service, offers, Wishes("5"), now=NOW)
    with pytest.raises(NothingToLearn, match="no film or series with a year"):
        hold_back(service, tmp_path / "held.parquet")


def test_a_slate_by_reach_needs_members_and_no_hours(inside, tmp_path):
    service = inside[0]
    (tmp_path / "few.csv").write_text(
        "candidate_id,name,kind,genres,price,currency\n"
        "a,Storm,film,Drama,100000,EUR\nb,River,film,Comedy,200000,EUR\nc,Glass,film,Drama,900000,EUR\n"
    )
    plan, said = slate_offers(service, tmp_path / "few.csv", Wishes("3000", objective="reach"), now=NOW)
    assert {each.candidate_id for each in plan.verdicts if each.is_in} == {"a", "b"}
    assert 0 < plan.worth < service.counts()["members"]
    assert all("every hour counts" not in each for each in said)


def test_without_a_log_there_is_no_reach(reported, offers):
    with pytest.raises(NothingToLearn, match="reach cannot be counted: the service has no views of its own"):
        slate_offers(reported, offers, Wishes("3000", objective="reach"), now=NOW)
