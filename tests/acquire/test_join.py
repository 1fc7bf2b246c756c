from datetime import date

import polars as pl
import pytest

from matinee.acquire.join import LEAST, Work, join_works, works_of
from matinee.acquire.names import read_name

JUNE, MAY = (date(2023, 6, 1),) * 2, (date(2023, 5, 1),) * 2


def work(name, original=None, kind="film", **more):
    said = read_name(name)
    return Work(said, read_name(original) if original else None, kind, more.pop("year", said.year), **more)


def join_one(listed, *known):
    (match,) = join_works([listed], known)
    return match.place, match.confidence


def test_the_same_name_kind_and_season_are_one_title():
    known = [work("Dark: Season 2", kind="season"), work("DARK: Season 1", kind="season"), work("Dark")]
    place, confidence = join_one(work("Dark: Season 1", kind="season"), *known)
    assert place == 1
    assert LEAST <= confidence < 1


@pytest.mark.parametrize(
    ("more_sure", "less_sure"),
    [
        (work("Heat", year=1995), work("Heat")),
        (work("Heat"), work("Heat", kind=None)),
        (work("Heat", "Fuego"), work("Heat", "Hitze")),
        (work("Heat", available=JUNE), work("Heat")),
        (work("Heat", "Fuego"), work("Fuego")),
    ],
)
def test_what_agrees_raises_the_confidence(more_sure, less_sure):
    listed = work("Heat", "Fuego", year=1995, available=JUNE)
    assert join_one(listed, more_sure)[1] > join_one(listed, less_sure)[1]


@pytest.mark.parametrize(
    ("listed", "known"),
    [
        (work("Monster"), work("Monster", kind="series")),
        (work("Monster", "怪物"), work("Monster", "モンスター")),
        (work("Sahara", year=2005), work("Sahara", year=2017)),
        (work("Dark: Season 1", kind="season"), work("Dark: Season 2", kind="season")),
        (work("MeatEater: Season 9 Part 1", kind="season"), work("MeatEater: Season 9 Part 2", kind="season")),
        (work("Pulang"), work("Affliction", "Pulang")),
        (work("Mean Girls (2004)"), work("Mean Girls (2024)")),
        (work("Heat"), work("Ran")),
    ],
)
def test_what_contradicts_keeps_works_apart(listed, known):
    assert join_one(listed, known)[0] is None


def test_a_publisher_who_gives_every_original_name_says_something_by_giving_none():
    def listed(original, **more):
        return work("The King", original, has_all_originals=True, **more)

    assert join_one(listed("Kungen"), listed(None))[0] is None
    assert join_one(listed("Kungen"), work("The King"))[0] == 0
    assert join_one(listed(None, available=JUNE), listed(None, available=MAY))[0] is None


def test_one_publisher_may_leave_the_first_season_unsaid_or_move_a_special():
    def listed(name, original, kind):
        return work(name, original, kind, has_all_originals=True)

    season = listed("Mr. Queen: Season 1", "철인왕후: 시즌 1", "season")
    assert join_one(season, listed("Mr. Queen", "철인왕후", None))[0] == 0
    assert join_one(listed("Trolls Holiday", None, "film"), listed("Trolls Holiday", None, "series"))[0] == 0
    assert join_one(listed("The Gentlemen: Season 1", None, "season"), listed("The Gentlemen", None, None))[0] is None


def test_of_equally_likely_titles_none_is_taken_unless_one_is_spelt_the_same():
    known = [work("Love Is War"), work("Love is War?")]
    assert join_one(work("Love Is War!"), *known)[0] is None
    assert join_one(work("Love is War?"), *known)[0] == 1


def test_a_title_is_joined_once_and_to_the_likeliest():
    listed = [work("The Killer"), work("The Killer", available=JUNE)]
    matches = join_works(listed, [work("The Killer", available=JUNE)])
    assert [match.place for match in matches] == [None, 0]
    assert matches[0].why == "another row is more likely the title of that name"


def test_a_season_of_the_catalogue_is_known_by_its_series():
    titles = pl.DataFrame({
        "title_id": ["d", "d1", "d2"],
        "name": ["Dark", "Staffel 1", "Dark: Season 2"],
        "original_name": [None, None, None],
        "kind": ["series", "season", "season"],
        "parent_id": [None, "d", "d"],
        "number": [None, 1, 2],
        "year": [2017, None, None],
        "released_on": [None, None, None],
        "available_from": [None, None, None],
        "is_listed": [False, False, False],
    })  # fmt: skip
    works = works_of(titles)
    assert [(each.name.key, each.name.season and each.name.season.number) for each in works] == [
        ("dark", None), ("dark", 1), ("dark", 2),
    ]  # fmt: skip
