from datetime import UTC, datetime

import pytest

from matinee.recommend.pages.pins import parse_edits


def test_a_file_of_pins_and_boosts_is_read():
    pin, boost = parse_edits(
        '[[pin]]\ntitle = "t1"\nrow = "new"\nplace = 2\nuntil = 2026-12-24\n'
        '[[boost]]\ntitle = "t2"\nby = -1\nuntil = 2026-12-24T18:00:00\n'
    )
    assert (pin.kind, pin.title_id, pin.row, pin.place, pin.until) == (
        "pin",
        "t1",
        "new",
        2,
        datetime(2026, 12, 25, tzinfo=UTC),
    )
    assert (boost.kind, boost.by, boost.until) == ("boost", -1.0, datetime(2026, 12, 24, 18, tzinfo=UTC))


def test_a_pin_stands_first_in_top_picks_unless_said_otherwise():
    (pin,) = parse_edits('pin = [{title = "t1", until = 2026-12-24}]')
    assert (pin.row, pin.place) == ("top", 1)


def test_a_pin_until_the_last_day_of_all_holds_for_ever():
    (pin,) = parse_edits('pin = [{title = "t1", until = 9999-12-31}]')
    assert pin.until > datetime(9999, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[pin]", "not TOML"),
        ("[[pins]]\n", "unknown 'pins'"),
        ("[pin]\n", "two brackets"),
        ('[[pin]]\ntitle = "t"\n', "pin 1: no `until`"),
        ("[[pin]]\ntitle = 7\nuntil = 2026-12-24\n", "title = 7 is not text"),
        ('[[pin]]\ntitle = "t"\nplace = true\nuntil = 2026-12-24\n', "place = True is not a whole number"),
        ('[[boost]]\ntitle = "t"\nuntil = "soon"\nby = 1\n', "until = 'soon' is not a date"),
        ('[[boost]]\ntitle = "t"\nplace = 1\nuntil = 2026-12-24\n', "boost 1: unknown 'place'; boost 1: no `by`"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(ValueError, match=said.replace("[", r"\[")):
        parse_edits(text)
