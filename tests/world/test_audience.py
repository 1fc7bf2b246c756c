import numpy as np

from matinee.tables.schemas import Members
from matinee.world.clock import to_times


def test_members_keep_the_rules_of_their_table(small):
    assert Members.is_valid(small.members)


def test_about_one_in_fifty_asks_not_to_be_profiled(mixed):
    assert 0.01 < 1 - mixed.members["personalised"].mean() < 0.03


def test_the_share_of_members_who_join_during_the_log_is_the_one_asked_for(mixed):
    share = (mixed.members["joined_at"] >= to_times(np.array([0]))[0]).mean()
    assert abs(share - mixed.settings.new_members) < 0.05


def test_members_live_in_the_countries_of_the_settings(mixed):
    found = mixed.members["country"].value_counts(sort=True)["country"].to_list()
    assert found == list(mixed.settings.countries)
