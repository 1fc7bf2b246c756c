from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.settings import Settings, parse_settings, settings_text


def test_no_text_gives_the_defaults():
    assert parse_settings("") == Settings(min_rating=4.0, seed=0)


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(min_value=0, max_value=2**63 - 1),
    st.text().filter(str.isprintable),
)
def test_settings_written_are_settings_read(min_rating, seed, database_url):
    settings = Settings(min_rating=min_rating, seed=seed, database_url=database_url)
    assert parse_settings(settings_text(settings)) == settings


def test_a_whole_number_is_a_number():
    assert parse_settings("min_rating = 3").min_rating == 3


def test_everything_wrong_is_named_at_once():
    with pytest.raises(ValueError, match=r"unknown setting 'color', min_rating = 'high' is no number, seed = -1 is"):
        parse_settings('color = 1\nmin_rating = "high"\nseed = -1')


@pytest.mark.parametrize("text", ["seed = true", "seed = 1.5", "min_rating = nan", "database_url = 1"])
def test_a_value_of_the_wrong_kind_is_refused(text):
    with pytest.raises(ValueError, match="known settings: min_rating, seed, database_url"):
        parse_settings(text)


def test_text_that_is_no_toml_is_refused_with_its_line():
    with pytest.raises(ValueError, match=r"not TOML: .*line 1"):
        parse_settings("seed 7")


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError, match="seed"):
        Settings().seed = 1  # type: ignore[misc]
