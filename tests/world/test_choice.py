from dataclasses import replace

import numpy as np
import pytest

from matinee.world import choice_probabilities
from matinee.world.choice import BAND_STEP, NOTHING, band_edges, choose, draw_choices, list_visits
from matinee.world.clock import START
from matinee.world.truth import fresh_bonus


@pytest.mark.parametrize("freshness", [0.0, 0.3, 5.0])
def test_draws_follow_the_choice_probabilities(small, freshness):
    truth, day, draws = replace(small.truth, freshness=freshness, half_life_days=7.0), 40, 200_000
    members, rows = np.array([17, 5]), np.ones(draws, dtype=np.int64)
    edges = band_edges(truth, 60)
    found = choose(truth, members, rows, np.arange(draws), np.full(draws, day), edges=edges)
    wanted = choice_probabilities(truth, [5], START + day * 86_400)[0]
    expected = draws * np.append(wanted, 1 - wanted.sum())
    counts = np.bincount(np.where(found == NOTHING, 120, found), minlength=121)
    is_large = expected > 5
    chi_square = ((counts - expected)[is_large] ** 2 / expected[is_large]).sum()
    freedom = is_large.sum() - 1
    assert counts[expected == 0].sum() == 0
    assert abs(chi_square - freedom) < 4 * np.sqrt(2 * freedom)


def test_freshness_changes_little_within_a_band(mixed):
    edges = band_edges(mixed.truth, 120)
    drop = fresh_bonus(mixed.truth, edges[:-1]) - fresh_bonus(mixed.truth, np.minimum(edges[1:], 10_000) - 1)
    assert edges[0] == 0
    assert drop.max() <= BAND_STEP + 1e-9


def test_a_member_chooses_a_work_once_at_most(small):
    for members, titles, _ in draw_choices(small.truth, 60):
        assert len(np.unique(members * 120 + titles)) == len(members)


def test_a_member_chooses_the_same_whoever_else_there_is(small):
    truth, few = small.truth, slice(7)
    alone = replace(
        truth,
        tastes=truth.tastes[few],
        countries=truth.countries[few],
        first_days=truth.first_days[few],
        visits=truth.visits[few],
    )
    members, titles, at = (np.concatenate(parts) for parts in zip(*draw_choices(truth, 60), strict=True))
    ((members_alone, titles_alone, at_alone),) = draw_choices(alone, 60)
    assert np.array_equal(members_alone, members[members < 7])
    assert np.array_equal(titles_alone, titles[members < 7])
    assert np.array_equal(at_alone, at[members < 7])


def test_members_of_different_blocks_come_at_different_times(mixed):
    blocks = [at for _, _, at in draw_choices(mixed.truth, 120)]
    at = np.concatenate(blocks)
    assert len(blocks) > 1
    assert len(np.unique(at)) > 0.95 * len(at)


def test_visits_are_listed_also_where_they_end_with_nothing(small):
    members, at = list_visits(small.truth, 60)
    assert np.array_equal(np.bincount(members, minlength=400), small.truth.visits)
    chosen = [np.stack([chooser, moment]) for chooser, _, moment in draw_choices(small.truth, 60)]
    choices = set(zip(*np.concatenate(chosen, axis=1).tolist(), strict=True))
    visits = set(zip(members.tolist(), at.tolist(), strict=True))
    assert choices < visits
