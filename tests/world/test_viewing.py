from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from matinee.tables.schemas import Views
from matinee.world import World, WorldSettings, build_world, simulate, simulate_views
from matinee.world.clock import START


def facts(world: World) -> pl.DataFrame:
    """Views beside the member, the title and the series that they are of."""
    series = pl.col("title_id").str.split("-").list.first()
    return (
        world.views
        .join(world.titles.drop("countries"), on="title_id")
        .join(world.members.rename({"country": "home"}), on="member_id")
        .with_columns(work_id=series)
    )


def test_views_keep_the_rules_of_their_table(small):
    assert Views.is_valid(small.views)
    assert small.views["started_at"].is_sorted()


def test_the_same_seed_gives_the_same_world(small):
    again = simulate(small.settings, np.random.default_rng(3))
    for table in ("members", "titles", "people", "credits", "views"):
        assert_frame_equal(getattr(small, table), getattr(again, table))


def test_another_seed_gives_another_world(small):
    other = simulate(small.settings, np.random.default_rng(4))
    assert not small.views.equals(other.views)
    assert not small.titles.equals(other.titles)


@pytest.mark.parametrize("chunk_days", [1, 17, 1_000])
def test_the_log_is_the_same_however_it_is_cut(small, chunk_days):
    frames = list(simulate_views(small, chunk_days=chunk_days))
    assert len(frames) == -(-60 // chunk_days)
    assert_frame_equal(pl.concat(frames), small.views)


def test_a_chunk_of_no_days_is_refused(small):
    with pytest.raises(ValueError, match="chunk_days is 0, wanted 1 or more"):
        next(simulate_views(small, chunk_days=0))


def test_a_world_without_its_log_has_no_views():
    world = build_world(WorldSettings(members=20, titles=30, views_per_member=3), np.random.default_rng(0))
    assert world.views.is_empty()
    assert Views.is_valid(world.views)


def test_nobody_watches_before_joining_or_before_release(small):
    seen = facts(small)
    assert len(seen) == len(small.views)
    assert (seen["started_at"] >= seen["joined_at"]).all()
    assert (seen["started_at"].dt.date() >= seen["released_on"]).all()


def test_every_view_is_within_the_log(small):
    first, last = small.views["started_at"].min(), small.views["started_at"].max()
    assert first.timestamp() >= START
    assert last.timestamp() < START + 60 * 86_400


def test_a_member_never_watches_a_film_or_an_episode_twice(small):
    assert not small.views.select("member_id", "title_id").is_duplicated().any()


def test_only_films_and_episodes_are_watched_and_never_for_longer_than_they_are(small):
    seen = facts(small)
    assert set(seen["kind"].unique()) == {"film", "episode"}
    assert (seen["seconds"] <= seen["runtime_minutes"] * 60).all()
    assert (seen["seconds"] >= 1).all()


def test_episodes_are_watched_in_order_from_the_first(small):
    rows = small.titles.with_row_index("row").select("title_id", "row")
    runs = facts(small).filter(kind="episode").join(rows, on="title_id").sort("started_at")
    runs = runs.group_by("member_id", "work_id", maintain_order=True).agg("title_id", "row")
    assert all(np.diff(run).min(initial=1) == 1 == np.diff(run).max(initial=1) for run in runs["row"].to_list())
    assert all(ids[0].endswith("-s1-e1") for ids in runs["title_id"].to_list())


def test_the_next_episode_begins_after_the_last_has_ended(small):
    runs = facts(small).filter(kind="episode").sort("member_id", "work_id", "started_at")
    waits = runs.select(
        wait=pl.col("started_at").diff().over("member_id", "work_id") - pl.duration(seconds=pl.col("seconds").shift(1))
    )["wait"].drop_nulls()
    assert (waits >= timedelta(0)).all()


def test_most_viewing_is_in_the_evening_and_at_home(mixed):
    seen = facts(mixed)
    assert seen["started_at"].dt.hour().is_between(17, 23).sum() > 0.5 * len(seen)
    assert 0.95 < (seen["country"] == seen["home"]).sum() / len(seen) < 0.99


def test_the_mean_number_of_views_is_about_the_one_asked_for(mixed, taste_ruled, freshness_ruled):
    for world in (mixed, taste_ruled, freshness_ruled):
        assert len(world.views) / len(world.members) == pytest.approx(world.settings.views_per_member, rel=0.15)


def test_too_few_titles_for_the_views_asked_for_are_refused():
    with pytest.raises(ValueError, match="views_per_member is 5000, wanted fewer: 20 titles"):
        build_world(WorldSettings(members=50, titles=20, views_per_member=5_000), np.random.default_rng(0))


def test_liked_titles_are_watched_for_longer(taste_ruled):
    films = facts(taste_ruled).filter(kind="film")
    member_rows = films.join(taste_ruled.members.with_row_index("m"), on="member_id", maintain_order="left")["m"]
    title_rows = films.join(taste_ruled.titles.with_row_index("t"), on="title_id", maintain_order="left")["t"]
    truth = taste_ruled.truth
    liking = np.einsum("nd,nd->n", truth.tastes[member_rows.to_numpy()], truth.vectors[title_rows.to_numpy()])
    share = (films["seconds"] / films["runtime_minutes"] / 60).to_numpy()
    assert share[liking > 1.5].mean() > share[liking < 0].mean() + 0.05


def test_worlds_with_one_member_or_one_day_work():
    rng = np.random.default_rng(0)
    alone = simulate(WorldSettings(members=1, titles=10, days=30, views_per_member=3), rng)
    brief = simulate(WorldSettings(members=30, titles=10, days=1, views_per_member=1), rng)
    assert Views.is_valid(alone.views)
    assert Views.is_valid(brief.views)


def test_members_who_never_come_are_no_trouble(small):
    quiet = replace(small, truth=replace(small.truth, visits=np.zeros(400, dtype=np.int64)))
    assert pl.concat(simulate_views(quiet)).is_empty()
