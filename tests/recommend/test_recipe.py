from dataclasses import replace

import pytest

from matinee.recommend import recipe as recipes
from matinee.recommend.factors import FactorsSettings, start_factors
from matinee.recommend.recipe import Recipe, scale_recipe, start_recipe


def test_item_weights_are_dense_up_to_a_size_and_factors_beyond(monkeypatch):
    assert start_recipe(50_000) == Recipe()
    assert start_recipe(50_001).item_model == "factors"
    monkeypatch.setattr(recipes, "MOST_DENSE", 9)
    assert [start_recipe(titles).item_model for titles in (9, 10)] == ["linear", "factors"]


def test_unwatched_titles_of_a_large_catalogue_do_not_weigh_more_together():
    assert start_factors(100) == FactorsSettings()
    assert start_factors(60_000).unobserved * 60_000 == pytest.approx(1_000)
    assert start_factors(120_000).unobserved * 120_000 == pytest.approx(1_000)


def test_a_recipe_for_a_part_of_a_log_weighs_members_and_unwatched_titles_as_the_whole_does():
    whole = replace(Recipe(), factors=FactorsSettings(unobserved=0.01))
    part = scale_recipe(whole, members=0.5, titles=0.2)
    assert part.linear.reg == whole.linear.reg / 2
    assert part.factors == FactorsSettings(unobserved=0.01 / 0.2)
    assert scale_recipe(Recipe(), members=1.0, titles=0.5) == Recipe()


def test_the_item_model_that_is_used_says_whether_events_have_weights():
    recipe = replace(Recipe(), linear=replace(Recipe().linear, weighted=True))
    assert recipe.is_weighted
    assert not replace(recipe, factors=FactorsSettings()).is_weighted
