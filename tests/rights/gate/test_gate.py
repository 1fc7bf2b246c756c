from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.rights.signing import AGENT, HEIR, MOTHER, NOON, PERSON, make_key, make_policy

from matinee.rights.agreements.register import revoke
from matinee.tables.consent import Record


def test_a_use_that_is_agreed_is_permitted_with_its_price_and_versions(door):
    answer = door.ask()
    assert [reason.text for reason in answer.reasons] == ["urn:matinee:agreement:ag1:1#permission-1 permits it"]
    assert (str(answer.price), answer.nth, answer.version) == ("$250.00", 1, 1)
    assert answer.dues[0].text == "1 use × $250.00 a use = $250.00"
    said = answer.as_json()
    assert said["decision"] == "permit"
    assert said["agreement"]["sha256"] == answer.digest
    assert door.desk.attempts[0].is_permitted


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"project": "other"}, "terms"),
        ({"medium": "game"}, "terms"),
        ({"territories": ["US", "MX"]}, "terms"),
        ({"duration": 31}, "terms"),
        ({"kind": "body"}, "terms"),
        ({"action": "replicate-voice", "kind": "voice"}, "terms"),
        ({"action": "train-model"}, "terms"),
        ({"producer_id": "rival"}, "producer"),
        ({"person_id": "bob"}, "person"),
        ({"agreement_id": "ag2"}, "agreement"),
        ({"currency": "EUR"}, "currency"),
        ({"unit": "day"}, "unit"),
        ({"amount": 2}, "unit"),
        ({"at": (NOON - timedelta(hours=2)).isoformat()}, "dated"),
        ({"at": (NOON + timedelta(hours=2)).isoformat()}, "dated"),
    ],
)
def test_a_use_that_was_not_agreed_is_refused(door, changes, code):
    assert code in door.codes(**changes)
    assert not door.desk.attempts[0].is_permitted


def test_a_part_of_a_country_is_in_it(door):
    assert door.codes(territories=["US-CA", "CA"]) == []


@pytest.mark.parametrize("name", ["use_id", "kind", "model", "duration", "media_hash", "at", "currency", "territories"])
@pytest.mark.parametrize("value", [..., None, "", "\ud800", [], 1.5, True, -1, "x" * 300])
def test_an_attribute_that_is_missing_or_strange_refuses(door, name, value):
    if (name, value) == ("model", "x" * 300):
        value = "x" * 201
    assert door.codes(**{name: value}) in (["attribute"], ["agreement"])


def test_an_unknown_attribute_refuses(door):
    assert door.codes(urgent=True) == ["attribute"]


@pytest.mark.parametrize("said", [None, [], "u1", 7, {}, {1: 2}])
def test_what_is_no_request_is_refused(door, said):
    answer = door.gate.request(said)
    assert not answer.is_permitted
    assert answer.is_recorded


def test_the_count_runs_out(door):
    assert [door.codes() for _ in range(4)] == [[], [], [], ["count", "terms"]]
    assert [attempt.nth for attempt in door.desk.attempts] == [1, 2, 3, None]


def test_a_use_is_permitted_once(door):
    assert door.codes(use_id="same") == []
    assert door.codes(use_id="same") == ["taken"]


def test_a_revoked_agreement_permits_nothing(door):
    door.desk.add_event(revoke(door.standing(), by="Ada", reason="enough", now=NOON))
    assert door.codes() == ["revoked"]


def test_an_agreement_that_is_only_offered_permits_nothing(bare, office):
    bare.desk.add_event(office.propose(make_policy()).event)
    assert bare.codes() == ["unsigned"]


def test_an_agreement_ends(door):
    door.now = NOON.replace(year=2027)
    assert door.codes() == ["expired", "terms"]


def test_an_agreement_does_not_begin_before_its_day(bare):
    bare.agree(make_policy(**{"from": date(2026, 9, 2)}))
    assert bare.codes() == ["terms"]


def test_a_clock_that_goes_back_refuses(door):
    assert door.codes() == []
    door.now -= timedelta(microseconds=1)
    assert door.codes() == ["clock"]
    door.now += timedelta(seconds=1)
    assert door.codes() == []


def test_a_strike_refuses_and_so_does_not_knowing(door):
    door.desk.add_union("SAG-AFTRA", is_on_strike=True)
    assert "strike" in door.codes()
    door.desk._unions.clear()
    assert "strike" in door.codes()


def test_the_death_of_a_person_asks_for_their_successor(door, office):
    dead = replace(PERSON, died_on=NOON.date())
    door.desk.add_person(dead)
    assert "successor" in door.codes()
    door.desk.add_event(office.but(person=dead).sign(door.standing(), HEIR).event)
    assert door.codes() == []


def test_a_minor_needs_a_guardian(bare, office):
    child = replace(PERSON, born_on=date(2015, 1, 1), keys=(*PERSON.keys, make_key(MOTHER, "guardian")))
    bare.desk.add_person(child)
    bare.agree(office=office.but(person=child), private=MOTHER)
    assert bare.codes() == []
    bare.desk.add_person(replace(child, keys=PERSON.keys))
    assert {"guardian", "signature"} <= set(bare.codes())


def test_a_person_of_unknown_age_counts_as_a_minor(door):
    door.desk.add_person(replace(PERSON, born_on=None))
    assert "guardian" in door.codes()


def test_a_signature_whose_key_is_withdrawn_before_its_day_does_not_count(door):
    door.desk.add_person(replace(PERSON, keys=(make_key(AGENT, "representative"),)))
    assert "signature" in door.codes()


def test_an_advance_has_to_be_paid_in_full_and_in_the_same_currency(bare):
    bare.agree(make_policy(advance={"amount": "500", "currency": "USD"}))
    assert "advance" in bare.codes()
    bare.desk.add_payment("ag1", 50_000, "EUR")
    bare.desk.add_payment("ag1", 49_999, "USD")
    assert "advance" in bare.codes()
    bare.desk.add_payment("ag1", 1, "USD")
    assert bare.codes() == []


@pytest.mark.parametrize("shelf", ["_events", "_people", "_unions"])
@pytest.mark.parametrize("spoil", [lambda text: text.replace("a", "b", 1), lambda text: text[:-1], lambda _text: ""])
def test_a_damaged_record_refuses(door, shelf, spoil):
    def damage(record):
        return Record(spoil(record.text), record.digest)

    kept = getattr(door.desk, shelf)
    for name, records in kept.items():
        kept[name] = [damage(each) for each in records] if isinstance(records, list) else damage(records)
    assert door.codes() == ["damaged"]


def test_what_is_owed_besides_money_is_said(bare):
    bare.agree(make_policy(inform=True, attribute=True, **{"delete-after-days": 30}))
    assert bare.ask().owed == ("inform", "attribute", "delete after 30 days")


@pytest.mark.parametrize(
    ("per", "request_", "price", "text"),
    [
        ("day", {"unit": "day", "amount": 3}, "$750.00", "3 days × $250.00 a day = $750.00"),
        ("second", {"unit": "second", "amount": 12}, "$3,000.00", "12 seconds × $250.00 a second = $3,000.00"),
        ("thousand views", {}, "$0.00", "$250.00 a thousand views, settled from the audience"),
    ],
)
def test_prices_by_unit(bare, per, request_, price, text):
    bare.agree(make_policy(pay=[{"amount": "250", "currency": "USD", "per": per}]))
    answer = bare.ask(**request_)
    assert (str(answer.price), answer.dues[0].text) == (price, text)


def test_seconds_paid_are_seconds_made(bare):
    bare.agree(make_policy(pay=[{"amount": "5", "currency": "USD", "per": "second"}]))
    assert bare.codes(unit="second", amount=11) == ["unit"]


def test_a_use_whose_prices_come_to_more_than_a_ledger_can_hold_is_refused(bare):
    prices = [{"amount": "9e16", "currency": "USD", "per": per} for per in ("use", "second")]
    bare.agree(make_policy(pay=prices))
    answer = bare.ask(unit="second", amount=1, duration=1)
    assert not answer.is_permitted
    assert "more than a ledger can hold" in answer.reasons[0].text


def test_a_store_that_fails_refuses_and_the_refusal_stands_without_being_kept(door, monkeypatch):
    def fail(_agreement_id):
        raise OSError("no disk")

    monkeypatch.setattr(door.desk, "turn", fail)
    answer = door.ask()
    assert [reason.code for reason in answer.reasons] == ["store"]
    assert not answer.is_recorded


def test_an_attempt_is_about_whom_it_names_unless_an_agreement_of_somebody_else_is_told_by_it(door):
    door.desk.add_person(replace(door.office.person, person_id="ben"))
    door.ask(agreement_id="none")
    door.ask(person_id="ben")
    door.ask(agreement_id="none", person_id="nobody")
    assert [each.person_id for each in door.desk.attempts] == ["ada", None, None]
