import pytest
from tests.report.dossiers import TERMS, make_dossier, make_title, make_verdict

from matinee.report.offers import (
    join_words,
    list_deal,
    say_drivers,
    say_headline,
    say_hour,
    say_learned,
    say_loss,
    say_price,
    say_verdict,
    show_money,
)


@pytest.mark.parametrize(
    ("units", "currency", "said"),
    [(123_000_000, "EUR", "1,230,000 EUR"), (150, "USD", "1.50 USD"), (1_500, "JPY", "1,500 JPY"), (None, None, "–")],
)
def test_money_is_shown_in_whole_units_with_its_currency(units, currency, said):
    assert show_money(units, currency) == said


def test_an_hour_that_may_be_diverted_is_said_to_be():
    cost = make_title("a", "A")["price_per_hour"] | {"is_incremental": False}
    assert "an hour, diverted ones too" in say_price(make_title("a", "A", price_per_hour=cost))
    assert not say_price(make_title("a", "A", price_per_hour=None))


def test_what_is_added_is_not_known_without_visits():
    diverted: dict[str, object] = {"incremental": None, "titles": []}
    said = say_loss(make_title("a", "A", diverted=diverted), "only a holdout can tell")
    assert said == "How much of its audience would be added is not known: only a holdout can tell."


def test_what_a_holdout_set_is_said_to_be():
    said = say_loss(make_title("a", "A"), None, {"title_id": "42", "share": 0.3})
    assert "set by the holdout of 42, of whose plays 30% replaced nothing" in said
    assert "a holdout can tell" in say_loss(make_title("a", "A"), None)


def test_a_title_that_no_slate_can_do_without_stays_at_any_price():
    assert "at any price" in say_verdict(make_verdict("a", "A", changes_at=None), TERMS)


def test_nothing_to_buy_and_nothing_known_are_said():
    told = make_dossier()
    none = told["slate"] | {"verdicts": [each | {"is_in": False} for each in told["slate"]["verdicts"]]}
    assert say_headline(told | {"slate": none}) == "For 2,500,000 EUR none of the titles can be bought."
    nothing = told | {"slate": None, "titles": told["titles"][2:]}
    assert say_headline(nothing) == "Nothing known says what these titles would draw."
    asked = told | {"slate": None, "titles": [make_title("a", "A", horizons=[])]}
    assert say_headline(asked) == "Of these titles A would be watched most: by 321 of 3,012 members."
    assert "12 titles" in say_learned(told | {"learned_from": 0, "unknown": {"forecast": "12 titles came out"}})


def test_only_what_is_known_of_an_offer_is_listed():
    told = dict(list_deal(make_title("a", "A")["offer"]))
    assert told["window"] == "2027-01-15 to open"
    assert {"countries", "licence"}.isdisjoint(told)


def test_words_are_joined_as_one_speaks():
    assert [join_words(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_of_many_titles_to_buy_the_first_are_named_and_the_others_counted():
    told = make_dossier()
    chosen = [make_verdict(f"c{place}", f"T{place}") for place in range(8)]
    said = say_headline(told | {"slate": told["slate"] | {"verdicts": chosen}})
    assert "buy T0, T1, T2, T3, T4 and 3 more:" in said


def test_what_moves_a_forecast_most_is_said_whichever_way_it_moves():
    drivers = [{"what": "runtime", "factor": 0.5}, {"what": "language", "factor": 0.8}, {"what": "kind", "factor": 1.0}]
    said = say_drivers(make_title("a", "A", drivers=drivers))
    assert said == "Against the usual title, most is made by runtime ×0.50 and language ×0.80."


def test_hours_of_another_service_are_said_to_be():
    told = make_dossier()
    assert "not those of your members" in say_learned(told | {"source": "report"})
    assert "not those of your members" not in say_learned(told | {"source": "own"})


def test_an_hour_has_its_currency():
    assert say_hour(make_title("a", "A")).endswith(" EUR")
    assert say_hour(make_title("a", "A", price_per_hour=None)) == "–"
