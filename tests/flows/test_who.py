"""Who would watch, and who may be asked: members who asked not to be profiled are counted and never scored."""

from datetime import UTC, datetime

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


def test_a_service_of_members_who_all_refused_says_so(asked, tmp_path):
    _, offers, _ = asked
    service = create_service(tmp_path / "svc")
    import_world(service, WorldSettings(members=30, titles=30, days=30, views_per_member=10), seed=1)
    service.read("members").with_columns(personalised=pl.lit(value=False)).write_parquet(tmp_path / "all.parquet")
    import_table(service, "members", tmp_path / "all.parquet")
    with pytest.raises(NothingToLearn, match="every member who watched asked not to be profiled"):
        ask_log(service, offers)
