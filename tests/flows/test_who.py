"""Who would watch, and who may be asked: members who asked not to be profiled are counted and never scored."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from matinee.errors import NothingToLearn
from matinee.flows.held_back import hold_back
from matinee.flows.imports import import_table
from matinee.flows.offers import read_offers
from matinee.flows.who import ask_log, watch
from matinee.flows.worlds import import_world
from matinee.store.service import create_service
from matinee.tables.log import find_roots
from matinee.world import WorldSettings

NOW = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A service of 300 members, some of whom asked not to be profiled, and two of its titles as candidates."""
    folder = tmp_path_factory.mktemp("who")
    service = create_service(folder / "svc")
    import_world(service, WorldSettings(members=300, titles=80, days=90, views_per_member=20), seed=3)
    offers, _ = read_offers(service, hold_back(service, folder / "held.parquet", count=2), now=NOW)
    return service, offers, ask_log(service, offers)


def _refused(service):
    return service.read("members").filter(~pl.col("personalised"))["member_id"]


def test_who_asked_not_to_be_profiled_is_not_scored(asked):
    service, _, log = asked
    refused = _refused(service)
    assert len(refused) == log.others > 0
    assert set(log.member_ids).isdisjoint(refused)
    assert watch(log).chances.shape == (300 - len(refused), 2)


def test_every_event_stays_with_its_member(asked):
    service, _, log = asked
    used = log.evidence.events.select(
        member_id=log.member_ids.gather(log.evidence.events["member_row"]),
        title_id=log.evidence.titles["title_id"].gather(log.evidence.events["title_row"]),
    )
    roots = find_roots(service.read("titles"))
    views = service.read("views").join(roots, on="title_id").select("member_id", title_id="root_id")
    assert used.height == used.unique().height > 0
    assert used.join(views, on=["member_id", "title_id"], how="anti").is_empty()
    assert set(used["member_id"]).isdisjoint(_refused(service))


def test_who_asked_not_to_be_profiled_counts_at_the_average_chance(asked):
    watchers = watch(asked[2])
    told = watchers.to_dict()
    assert (told["members"], told["not_profiled"]) == (300, watchers.others)
    audiences = [each["audience"] for each in told["candidates"]]
    assert audiences == pytest.approx((watchers.chances.mean(axis=0) * 300).tolist())


def test_people_whom_a_candidate_names_tell_who_would_watch(asked):
    service, offers, _ = asked
    credits = service.read("credits").join(service.read("people"), on="person_id")
    names = credits.filter(role="actor").group_by("name").len().top_k(3, by="len")["name"].to_list()
    nameless = offers[:1].with_columns(title_id=pl.lit(None, pl.String))
    named = nameless.with_columns(actors=pl.Series([names]))
    nobody, stars = (ask_log(service, each) for each in (nameless, named))
    is_offer = pl.col("title_id").str.starts_with("candidate:")
    assert [each.evidence.credits.filter(is_offer).height for each in (nobody, stars)] == [0, 3]
    assert not np.allclose(watch(nobody).chances, watch(stars).chances)


def test_an_old_title_in_the_file_changes_nothing_of_a_new_one(asked):
    service, offers, _ = asked
    new = offers[:1].with_columns(title_id=pl.lit(None, pl.String))
    of_1950 = {"year": pl.lit(1950, pl.Int32), "released_on": pl.lit(date(1950, 5, 1))}
    old = new.with_columns(candidate_id=pl.lit("old"), **of_1950)
    alone, beside = (watch(ask_log(service, each)).chances[:, 0] for each in (new, pl.concat([new, old])))
    np.testing.assert_allclose(alone, beside, rtol=0.02)


def test_a_candidate_is_described_as_titles_of_the_log_are(asked):
    service, offers, _ = asked
    bare = dict.fromkeys(("title_id", "year", "released_on", "window_starts_on"))
    kinds, opens = ["film", "season", "film"], pl.Series([None, None, date(2031, 5, 1)])
    given = pl.concat([offers[:1]] * 3).with_columns(
        **bare, candidate_id=pl.Series(["a", "b", "c"]), runtime_minutes=400.0
    )
    given = given.with_columns(kind=pl.Series(kinds).cast(offers.schema["kind"]), window_starts_on=opens)
    told = ask_log(service, given.cast(offers.schema)).evidence.titles.tail(3)
    assert told["kind"].to_list() == ["film", "series", "film"]
    assert told["runtime_minutes"].to_list() == [400.0, None, 400.0]
    assert told["year"].to_list() == [2024, 2024, 2031]
    assert told["released_on"].to_list() == [None, None, date(2031, 5, 1)]


def test_a_service_of_members_who_all_refused_says_so(asked, tmp_path):
    _, offers, _ = asked
    service = create_service(tmp_path / "svc")
    import_world(service, WorldSettings(members=30, titles=30, days=30, views_per_member=10), seed=1)
    service.read("members").with_columns(personalised=pl.lit(value=False)).write_parquet(tmp_path / "all.parquet")
    import_table(service, "members", tmp_path / "all.parquet")
    with pytest.raises(NothingToLearn, match="every member who watched asked not to be profiled"):
        ask_log(service, offers)
