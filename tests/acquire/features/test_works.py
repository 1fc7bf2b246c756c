import polars as pl
import pytest

from matinee.acquire.features.works import describe_works


def describe(name, kind="season", number=None, **more):
    frame = pl.DataFrame({"name": [name], "original_name": [None], "kind": [kind], "number": [number], **more})
    return describe_works(frame.with_columns(pl.col("original_name").cast(pl.String))).row(0, named=True)


def test_a_listed_name_is_taken_apart():
    told = describe("The Glory: Season 2 // 더 글로리: 시즌 2")
    assert (told["english"], told["work_key"], told["original_key"]) == (
        "The Glory: Season 2",
        "the glory",
        "더 글로리",
    )
    assert (told["season"], told["language"], told["is_limited"]) == (2, "ko", False)


def test_the_number_of_a_season_stands_in_where_its_name_says_none():
    assert describe("You", number=3)["season"] == 3


@pytest.mark.parametrize(
    "name",
    [
        "WWE Bad Blood: 2024", "Jake Paul vs. Mike Tyson", "The 30th Annual Guild Awards", "Raw: May 5, 2025",
        "Royal Rumble 2025",
    ],
)  # fmt: skip
def test_live_listings_are_known_by_their_names(name):
    assert describe(name, "series")["is_live"]


@pytest.mark.parametrize(
    "name", ["Jo Koy: Live from Brooklyn", "Untold: Hope Solo vs. U.S. Soccer", "I Can't Live", "May 5"]
)
def test_other_names_are_not_live(name):
    assert not describe(name, "film")["is_live"]


def test_a_title_said_to_be_live_is():
    assert describe("Tuesday Night", "live")["is_live"]
