import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.acquire.names import franchise, normalise, read_name, split_listing


@pytest.mark.parametrize(
    ("text", "stem", "number", "part"),
    [
        ("The Glory: Season 1", "The Glory", 1, ""),
        ("더 글로리: 시즌 1", "더 글로리", 1, ""),
        ("進撃の巨人: シーズン3 パート2", "進撃の巨人", 3, "パート2"),
        ("流星花園: 第 1 季", "流星花園", 1, ""),
        ("彼岸之嫁: 第一季", "彼岸之嫁", 1, ""),
        ("銀魂: 第1期 1年目", "銀魂", 1, "1年目"),
        ("Kulüp: 1. Sezon", "Kulüp", 1, ""),
        ("O Escolhido: 2ª temporada", "O Escolhido", 2, ""),
        ("Better Than Us: 1 сезон", "Better Than Us", 1, ""),
        ("ट्रायल: सीज़न 2", "ट्रायल", 2, ""),
        ("Braqueurs : La série: Saison\xa02", "Braqueurs : La série", 2, ""),
        ("Money Heist: Part 5", "Money Heist", 5, ""),
        ("KENGAN ASHURA: Part ll", "KENGAN ASHURA", 2, ""),
        ("Avatar: The Last Airbender (2005): Book 1", "Avatar: The Last Airbender", 1, ""),
        ("MeatEater: Season 9 Part 2", "MeatEater", 9, "part 2"),
        ("BAKI: Season 1: Part 1", "BAKI", 1, "part 1"),
        ("The Sinner: Season 1: Cora", "The Sinner", 1, ""),
        ("Griselda: Limited Series", "Griselda", 1, ""),
        ("Hold Tight: Miniserial", "Hold Tight", 1, ""),
        ("Love Is Blind: S8: Minneapolis", "Love Is Blind", 8, ""),
        ("Love Is Blind S8: Minneapolis", "Love Is Blind", 8, ""),
        ("Love Is Blind: S08 Part 2", "Love Is Blind", 8, "part 2"),
        ("Love Is Blind – S8", "Love Is Blind", 8, ""),
        ("Suits (2011), S4", "Suits", 4, ""),
        ("Dragon Sakura S2: Season 2", "Dragon Sakura S2", 2, ""),
    ],
)
def test_a_season_is_told_by_its_word_in_any_language(text, stem, number, part):
    name = read_name(text)
    assert name.season is not None
    assert (name.stem, name.season.number, normalise(name.season.part)) == (stem, number, normalise(part))


@pytest.mark.parametrize(
    "text",
    [
        "Season of the Witch",
        "Queen Charlotte: A Bridgerton Story",
        "Wake Up Ladies: The Series",
        ": Season 1",
        "Part 1",
        "S8",
        "Open Season 2",
        "Galaxy S24X",
        "Agent S5 Returns",
        "Love Is Blind S8E1",
    ],
)
def test_a_word_for_seasons_alone_makes_no_season(text):
    assert read_name(text).season is None


def test_a_word_that_films_use_too_is_not_sure():
    seasons = [read_name(text).season for text in ("Kill Bill: Vol. 1", "Dark: Staffel 1")]
    assert [season and season.is_sure for season in seasons] == [False, True]


def test_a_year_in_parentheses_is_no_part_of_the_stem():
    assert (read_name("Suits (2011): Season 4").stem, read_name("Suits (2011): Season 4").year) == ("Suits", 2011)
    assert read_name("(2011)").year is None


@pytest.mark.parametrize(
    ("text", "name", "original"),
    [
        ("Dark // Dunkel", "Dark", "Dunkel"),
        ("Dragon // 武俠 // 武侠", "Dragon", "武俠"),
        ("BAD LANDS // Bad  Lands", "BAD LANDS", None),
        ("The  Union", "The Union", None),
        ("Face/Off", "Face/Off", None),
    ],
)
def test_the_original_name_stands_behind_slashes(text, name, original):
    assert split_listing(text) == (name, original)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cowboy Bebop", "COWBOY  BEBOP!"),
        ("Élite", "Elite"),
        ("Don’t Look Up", "Don't Look Up"),
        ("Fast & Furious", "Fast and Furious"),
        ("시즌", "시즌"),
    ],
)
def test_names_that_differ_in_case_accents_or_marks_are_one(one, other):
    assert normalise(one) == normalise(other)


def test_letters_of_other_scripts_are_kept_whole():
    assert normalise("สามก๊ก") != normalise("สามกก")
    assert normalise("***") == "***"


@given(st.text(min_size=1))
def test_normalising_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(min_size=1).filter(str.strip))
def test_every_name_can_be_read_and_has_a_franchise(text):
    assert read_name(text).stem
    assert franchise(text)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Rebel Moon - Part Two: The Scargiver", "rebel moon"),
        ("Toy Story 3", "toy story"),
        ("The Godfather: Part II", "the godfather"),
        ("Shrek", "shrek"),
        ("Malcolm X", "malcolm x"),
        ("1917", "1917"),
        ("The Witcher: Season 3", "the witcher"),
    ],
)
def test_a_franchise_is_what_is_left_without_sequel_and_subtitle(text, group):
    assert franchise(text) == group
