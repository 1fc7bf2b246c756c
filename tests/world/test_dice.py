import numpy as np
import pytest

from matinee.world.dice import roll


def test_a_number_depends_on_member_and_counter_alone_not_on_the_order_of_the_work():
    members, counters = np.repeat(np.arange(50), 20), np.tile(np.arange(20), 50)
    together = roll(7, members, counters, 3)
    order = np.random.default_rng(0).permutation(len(members))
    assert np.array_equal(together[order], roll(7, members[order], counters[order], 3))


@pytest.mark.parametrize("other", [(8, 3, 0), (7, 4, 0), (7, 3, 1)])
def test_other_seeds_purposes_and_counters_give_independent_numbers(other):
    members = np.arange(20_000)
    seed, purpose, counter = other
    first, second = roll(7, members, 0, 3), roll(seed, members, counter, purpose)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def test_numbers_are_uniform():
    numbers = roll(1, np.repeat(np.arange(300), 300), np.tile(np.arange(300), 300), 0)
    counts = np.histogram(numbers, bins=100, range=(0, 1))[0]
    chi_square = ((counts - 900.0) ** 2 / 900.0).sum()
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert 50 < chi_square < 160  # 99 degrees of freedom
