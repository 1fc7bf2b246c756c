import pytest

from matinee.recommend.pages.maturity import read_age


@pytest.mark.parametrize(
    ("rating", "age"),
    [("PG-13", 13), ("FSK 16", 16), ("12A", 12), ("16+", 16), ("all", 0), ("TV-MA", 18), ("nc-17", 18), ("7", 7)],
)
def test_known_ratings_are_ages(rating, age):
    assert read_age(rating) == age


@pytest.mark.parametrize("rating", [None, "", "Unrated", "spicy", "99", "1999", "no 12 here 13"])
def test_unknown_ratings_are_none(rating):
    assert read_age(rating) is None
