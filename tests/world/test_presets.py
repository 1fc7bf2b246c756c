"""Each preset is ruled by what its name says, by measures that need no model."""

import numpy as np
import polars as pl

from matinee.world import World, affinity, choice_probabilities, true_utility
from matinee.world.clock import START


def choices(world: World) -> list[np.ndarray]:
    """First view of each work by each member: member rows, title rows and unix seconds."""
    works = world.titles.head(len(world.truth.quality)).with_row_index("title_row")
    members = world.members.with_row_index("member_row")
    seen = (
        world.views
        .with_columns(pl.col("title_id").str.split("-").list.first())
        .join(works.select("title_id", "title_row"), on="title_id")
        .join(members.select("member_id", "member_row"), on="member_id")
        .group_by("member_row", "title_row")
        .agg(pl.col("started_at").min().dt.epoch("s"))
    )
    return [seen[name].to_numpy() for name in ("member_row", "title_row", "started_at")]


def day_numbers(at: np.ndarray) -> np.ndarray:
    days: np.ndarray = (at - START) // 86_400
    return days


def ages(world: World) -> np.ndarray:
    _, title_rows, at = choices(world)
    days: np.ndarray = day_numbers(at) - world.truth.released[title_rows]
    return days


def liking(world: World) -> np.ndarray:
    member_rows, title_rows, _ = choices(world)
    everything = affinity(world.truth, np.arange(len(world.members)), np.arange(len(world.truth.quality)))
    return np.asarray(everything[member_rows, title_rows])


def test_where_taste_rules_members_watch_what_is_to_their_taste(taste_ruled):
    assert liking(taste_ruled).mean() > 1.0
    assert (ages(taste_ruled) < 28).mean() < 0.1


def test_where_freshness_rules_members_watch_what_is_weeks_old(freshness_ruled):
    assert (ages(freshness_ruled) < 28).mean() > 0.7
    assert liking(freshness_ruled).mean() < 0.5


def test_where_both_matter_members_watch_by_taste_and_by_age(mixed):
    assert 0.3 < (ages(mixed) < 28).mean() < 0.7
    assert liking(mixed).mean() > 0.7


def test_true_utility_ranks_high_what_is_then_watched(taste_ruled, freshness_ruled, mixed):
    day = 100
    for world in (taste_ruled, freshness_ruled, mixed):
        member_rows, title_rows, at = choices(world)
        is_today = day_numbers(at) == day
        works = np.arange(len(world.truth.quality))
        utility = true_utility(world.truth, member_rows[is_today], works, START + day * 86_400)
        watched = utility[np.arange(is_today.sum()), title_rows[is_today]]
        better = (utility > watched[:, None]).sum(1) / np.isfinite(utility).sum(1)
        assert np.mean(better) < 0.15


def test_watching_nothing_has_odds_of_about_a_third(mixed):
    found = choice_probabilities(mixed.truth, np.arange(500), START + 60 * 86_400)
    assert 0.15 < np.median(1 - found.sum(1)) < 0.35
