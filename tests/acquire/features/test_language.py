import pytest

from matinee.acquire.features.language import LANGUAGES, tell_language


@pytest.mark.parametrize(
    ("original", "code"),
    [
        ("더 글로리: 시즌 1", "ko"), ("イクサガミ", "ja"), ("查無此心", "zh"), ("ดอยบอย", "th"), ("Berlín", "other"),
        ("La casa de papel: Temporada 1", "es"), ("Não há amor", "pt"), ("Dunkel: Staffel 1", "de"),
        ("En Del Av Dig: Säsong 1", "sv"), ("Bir Başkadır", "tr"), ("Zabij mnie, nie dziś", "pl"),
    ],
)  # fmt: skip
def test_a_language_is_told_from_script_season_word_and_small_words(original, code):
    assert tell_language(original) == code


def test_without_an_original_name_the_first_spoken_language_counts():
    assert [tell_language(None, spoken) for spoken in (None, ["en-GB"], ["ko", "en"], ["da"], ["ta"], ["und"])] == [
        "en", "en", "ko", "sv", "hi", "other",
    ]  # fmt: skip


def test_every_code_is_listed():
    assert {"en", "other", "ko", "sv", "hi"} <= set(LANGUAGES)
