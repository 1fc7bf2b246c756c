import pytest

from matinee.recommend.popular import HALF_LIVES
from matinee.recommend.recipe import name_popular
from matinee.report.words import describe_model, describe_protocol, describe_recipe, describe_split, list_parts


@pytest.mark.parametrize(
    "name",
    [*map(name_popular, HALF_LIVES), "ease-1000", "linear", "factors", "cold", "blend", "ranker", "next"],
)
def test_every_model_that_evaluate_compares_is_described(name):
    assert describe_model(name)


def test_a_model_or_protocol_from_elsewhere_is_named_not_described():
    assert describe_model("mine") == ""
    assert "mine" in describe_protocol("mine")
    assert describe_split({"held_out": 3}) == [("held out", 3)]


def test_parts_have_their_own_weight_and_score(evaluation):
    parts = list_parts(evaluation["recipe"])
    assert parts[0] == ("linear", 0.5, 0.2)
    assert parts[-1] == ("blend", None, 0.25)
    assert len(parts) == 2 + len(HALF_LIVES)


def test_factors_have_settings_of_their_own(evaluation):
    recipe = evaluation["recipe"] | {"factors": {"embedding_size": 64, "reg": 0.01, "unobserved": 0.0167}}
    facts = dict(describe_recipe(recipe))
    assert (facts["factors, numbers a title"], facts["factors, weight of a title not watched"]) == ("64", "0.0167")
    assert "item model, regularisation" not in facts
    assert list_parts(recipe)[0][:2] == ("factors", 0.5)


def test_a_power_of_the_audience_is_told_in_words():
    without, with_one = (dict(describe_recipe({"linear": {"audience_power": power}})) for power in (0.0, 0.2))
    assert without["a title of many viewers"] == "as any other"
    assert with_one["a title of many viewers"] == "what speaks for it counts by (number of viewers) ^ -0.2"


def test_an_endless_half_life_means_that_all_count_alike(evaluation):
    facts = dict(describe_recipe(evaluation["recipe"]))
    assert facts["a member's weight"] == "alike for all"
    assert facts["popularity for members without history"] == "halves every 3 days"
