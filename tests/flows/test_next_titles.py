"""The next title of a service whose members walk around a circle of titles: served, kept through updates, forgotten."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from matinee.errors import BadModel, UnknownId
from matinee.flows.imports import import_table
from matinee.flows.learned import Learned
from matinee.flows.live import load_stored
from matinee.flows.next_titles import USUAL, recommend_next
from matinee.flows.pages import PageOptions, make_page
from matinee.flows.serving import load_recommender, recommend_member
from matinee.flows.training import train
from matinee.flows.updating import forget_in_models, prove_model, update_model
from matinee.store.models import load_model
from matinee.store.service import create_service, open_service

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TITLES, MEMBERS, LENGTH = 25, 120, 9
PLAIN = {"personalised": False}


def put(service, table, rows):
    path = service.path.parent / f"{table}.parquet"
    pl.DataFrame(rows).write_parquet(path)
    import_table(service, table, path)


def walk(member, start, length=LENGTH, seconds=6_000):
    """Views of a member from a title on, one a day."""
    days = [datetime(2025, 1, 1 + place, tzinfo=UTC) for place in range(length)]
    return [
        {"member_id": member, "title_id": f"t{(start + place) % TITLES}", "started_at": day, "seconds": seconds}
        for place, day in enumerate(days)
    ]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A service, trained; m0 has watched t0 to t8, `plain` asked not to be profiled, `fresh` has watched nothing."""
    service = create_service(tmp_path_factory.mktemp("walks") / "service")
    put(service, "titles", [
        {"title_id": f"t{row}", "name": f"Title {row}", "runtime_minutes": 100, "maturity": str(row % 2 * 18)}
        for row in range(TITLES)
    ])  # fmt: skip
    members = [{"member_id": f"m{number}", "personalised": True} for number in range(MEMBERS)]
    put(service, "members", [*members, {"member_id": "plain"} | PLAIN, {"member_id": "fresh", "personalised": True}])
    views = [view for number in range(MEMBERS) for view in walk(f"m{number}", number * 7)]
    put(service, "views", views + walk("plain", 3))
    assert train(service, now=NOW)["next"]["serves"]
    return service


@pytest.fixture
def service(trained, tmp_path):
    """A copy that a test may change."""
    return open_service(Path(shutil.copytree(trained.path, tmp_path / "service")))


def erase(service, keep):
    for file in (service.path / "tables" / "views").rglob("*.parquet"):
        pl.read_parquet(file).filter(keep).write_parquet(file)


def next_arrays(service):
    return {name: np.array(array) for name, array in load_model(service.path)[0].items() if name.startswith("next_")}


def add_up(title):
    return sum(part["share"] for part in title["because"])


def test_what_follows_comes_first_with_reasons_that_add_up(trained):
    page = recommend_next(load_recommender(trained), "m0", k=5)
    assert (page["member_id"], page["note"], page["outdated"]) == ("m0", None, False)
    assert page["titles"][0]["title_id"] == "t9"
    assert len(page["titles"]) == 5
    for title in page["titles"]:
        assert add_up(title) == pytest.approx(title["score"], abs=1e-4)
        assert {part["kind"] for part in title["because"]} == {"watched", "popular"}
    assert page["titles"][0]["because"][0]["title_id"] == "t8"


def test_nothing_that_was_started_comes_next(service):
    put(service, "views", walk("m0", 9, length=1, seconds=20))  # t9 was begun, and given up at once
    titles = recommend_next(load_recommender(service), "m0", k=100)["titles"]
    assert {title["title_id"] for title in titles} == {f"t{row}" for row in range(10, TITLES)}


@pytest.mark.parametrize("member", ["plain", "fresh"])
def test_who_has_no_history_that_may_be_used_gets_the_usual_list(trained, member):
    recommender = load_recommender(trained)
    page = recommend_next(recommender, member)
    assert page == recommend_member(recommender, member)
    assert page["note"] is not None
    assert "next" not in [row["key"] for row in make_page(recommender, member, now=NOW)["rows"]]


def test_where_no_next_title_serves_the_usual_list_is_given_and_said_to_be_it(trained):
    recommender = replace(load_recommender(trained), following=None)
    page = recommend_next(recommender, "m0")
    assert page["note"] == USUAL
    assert page["titles"] == recommend_member(recommender, "m0")["titles"]
    assert "next" not in [row["key"] for row in make_page(recommender, "m0", now=NOW)["rows"]]


def test_an_unknown_member_has_no_next_title(trained):
    with pytest.raises(UnknownId, match="no member 'nobody'"):
        recommend_next(load_recommender(trained), "nobody")


def find_row(service, **wishes):
    page = make_page(load_recommender(service), "m0", PageOptions(**wishes), now=NOW)
    everything = [title["title_id"] for row in page["rows"] for title in row["titles"]]
    assert len(everything) == len(set(everything))
    return next(row for row in page["rows"] if row["key"] == "next")


def test_a_page_says_what_comes_after_the_title_that_was_finished_last(trained):
    row = find_row(trained)
    assert (row["name"], row["about"]) == ("Up next, after Title 8", "t8")
    for title in row["titles"]:
        assert add_up(title) == pytest.approx(title["score"], abs=1e-4)
    scores = {title["title_id"]: title["score"] for title in recommend_next(load_recommender(trained), "m0")["titles"]}
    assert all(title["score"] == pytest.approx(scores[title["title_id"]], abs=1e-4) for title in row["titles"])


def test_a_page_goes_on_from_what_was_finished_not_from_what_was_begun(service):
    put(service, "views", [
        {"member_id": "m0", "title_id": "t20", "started_at": datetime(2025, 3, 1, tzinfo=UTC), "seconds": 4_000}
    ])  # fmt: skip
    assert find_row(service)["about"] == "t8"


def test_a_row_does_not_name_a_watched_title_above_the_ceiling(service):
    put(service, "views", [{"member_id": "m0", "title_id": "t9", "started_at": datetime(2025, 2, 1, tzinfo=UTC)}])
    row = find_row(service, max_age=12)
    assert (row["name"], row["about"]) == ("Up next", None)
    named = {part["title_id"] for title in row["titles"] for part in title["because"]} - {None}
    assert all(int(title_id[1:]) % 2 == 0 for title_id in named)


def test_an_update_keeps_the_next_title_although_titles_come_and_go(service):
    before = next_arrays(service)
    put(service, "titles", [{"title_id": "a-new", "name": "New"}])
    put(service, "views", [{"member_id": "m0", "title_id": "a-new", "started_at": datetime(2025, 2, 1, tzinfo=UTC)}])
    titles = service.path / "tables" / "titles"
    for file in titles.rglob("*.parquet"):
        pl.read_parquet(file).filter(pl.col("title_id") != "t12").write_parquet(file)
    manifest = update_model(service, now=LATER)
    assert (manifest["update"]["titles_added"], manifest["update"]["titles_removed"]) == (1, 1)
    assert manifest["next"]["serves"]
    assert not manifest["next"]["is_of_this_log"]
    after = next_arrays(service)
    assert all((after[name] == array).all() for name, array in before.items())
    ids = [title["title_id"] for title in recommend_next(load_recommender(service), "m0", k=100)["titles"]]
    assert set(ids) == {f"t{row}" for row in range(9, TITLES)} - {"t12"}


def test_the_next_title_is_learned_again_without_the_forgotten(service):
    erase(service, pl.col("member_id") != "m3")
    assert prove_model(service)["next"] > 1e-6  # there is something to forget
    update_model(service, now=LATER)
    assert prove_model(service)["next"] > 1e-6  # and an update does not
    manifest = forget_in_models(service, now=LATER)
    assert manifest["next"]["is_of_this_log"]
    assert prove_model(service)["next"] == 0
    assert forget_in_models(service, now=LATER)["update"] is None  # once is enough


def test_what_was_stored_beside_the_blend_is_what_was_trained(trained):
    learned = load_stored(trained).learned
    assert learned.kinds >= {"next"}
    assert Learned().lay_out() == {}
    assert learned.lay_out().keys() >= set(next_arrays(trained))


def test_a_damaged_next_title_says_what_to_do(service):
    run = next((service.path / "models").glob("2*"))
    text = (run / "manifest.json").read_text()
    (run / "manifest.json").write_text(text.replace('"next_lift"', '"other"'))
    with pytest.raises(BadModel, match=r"not a model that can recommend \(a NextTitle needs the arrays"):
        load_recommender(service)
