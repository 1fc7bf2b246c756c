import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.measure.interleaving import Interleaved, credit, interleave
from matinee.world import WorldSettings, choice_probabilities, true_utility
from matinee.world.clock import START
from matinee.world.service import build_world

RANKINGS = st.lists(st.integers(0, 12), max_size=10, unique=True).map(lambda rows: np.array(rows, dtype=np.int64))
SEEDS = st.integers(0, 2**32)


@given(RANKINGS, RANKINGS, st.integers(1, 12), SEEDS)
def test_teams_draft_in_turns_and_nobody_twice(first, second, k, seed):
    page = interleave(first, second, k, rng=np.random.default_rng(seed))
    assert len(set(page.title_rows.tolist())) == len(page.title_rows) <= k
    sizes = np.bincount(page.teams, minlength=2)
    assert abs(sizes[0] - sizes[1]) <= 1
    for end in range(2, len(page.teams) + 1, 2):
        assert page.teams[:end].sum() == end // 2


@given(RANKINGS, RANKINGS, SEEDS)
def test_every_title_is_the_best_that_its_team_had_left(first, second, seed):
    page = interleave(first, second, 12, rng=np.random.default_rng(seed))
    for place, (row, team) in enumerate(zip(page.title_rows, page.teams, strict=True)):
        ranking = (first, second)[team]
        assert row == ranking[~np.isin(ranking, page.title_rows[:place])][0]


def test_a_page_ends_where_a_ranking_is_used_up():
    page = interleave(np.array([1, 2, -1]), np.array([2, 1, 3, 4]), 10, rng=np.random.default_rng(0))
    assert sorted(page.title_rows) == [1, 2]


def test_a_coin_decides_who_is_first():
    firsts = [
        interleave(np.array([1]), np.array([2]), 1, rng=np.random.default_rng(seed)).teams[0] for seed in range(400)
    ]
    assert 160 < sum(firsts) < 240


def test_credit_counts_the_titles_of_each_team():
    page = Interleaved(np.array([5, 3, 8, 1]), np.array([0, 1, 1, 0]))
    assert credit(page, np.array([3, 8, 1, 77])) == (1, 2)
    assert credit(page, np.array([], dtype=np.int64)) == (0, 0)


def test_equal_rankings_get_equal_credit_even_from_members_who_look_at_the_first_place_only():
    rng, ranking = np.random.default_rng(0), np.arange(6)
    pages = [interleave(ranking, ranking, 6, rng=rng) for _ in range(2_000)]
    wins = sum(credit(page, page.title_rows[:1])[0] for page in pages)
    assert 1_000 - 3 * 22.4 < wins < 1_000 + 3 * 22.4


def test_in_a_known_world_the_true_ranking_wins_against_the_popular_one():
    world = build_world(WorldSettings(members=400, titles=120, days=60, freshness=0.0), np.random.default_rng(3))
    rng, members, at = np.random.default_rng(0), np.arange(400), START + 30 * 86_400
    best = np.argsort(-true_utility(world.truth, members, np.arange(120), at), axis=1)
    chances = choice_probabilities(world.truth, members, at)
    popular = np.argsort(-chances.mean(axis=0))
    wins = np.zeros(2)
    for member in members:
        page = interleave(best[member], popular, 10, rng=rng)
        shown = page.title_rows[rng.random(len(page.title_rows)) < chances[member, page.title_rows]]
        wins += credit(page, shown)
    assert wins[0] > 2 * wins[1] > 0


@pytest.mark.parametrize(
    ("first", "k", "match"), [(np.array([1, 1]), 3, "first: got a title twice"), (np.array([1]), 0, "k: got 0")]
)
def test_what_is_no_ranking_or_no_page_is_refused(first, k, match):
    with pytest.raises(ValueError, match=match):
        interleave(first, np.array([1, 2]), k, rng=np.random.default_rng(0))
