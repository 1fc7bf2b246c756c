from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.rights.signing import ADA, AGENT, FORM, GATE, HEIR, MOTHER, NOON, PERSON, make_key, make_policy, stand

from matinee.errors import MatineeError
from matinee.rights.agreements.canonical import Damaged
from matinee.rights.agreements.register import revoke
from matinee.rights.agreements.states import Event, fold, read_event


def rules_of(outcome, effect="refuse"):
    return [finding.citation.rule for finding in outcome.findings if finding.effect == effect]


def test_an_agreement_is_offered_countered_and_signed_in_versions(office):
    first = office.propose(make_policy()).event
    second = office.propose(make_policy(version=2, count=1), stand([first])).event
    signed = office.sign(stand([first, second])).event
    assert [(each.kind, each.version) for each in (first, second, signed)] == [
        ("offered", 1),
        ("countered", 2),
        ("signed", 2),
    ]
    standing = stand([first, second, signed])
    assert standing.state(NOON, None) == "signed"
    assert standing.in_force == second
    assert stand([first, second]).state(NOON, None) == "countered"


def test_a_counter_to_a_signed_version_leaves_it_in_force_until_it_is_signed(office):
    events = office.agree()
    events.append(office.propose(make_policy(version=2, count=1), stand(events)).event)
    assert stand(events).in_force.version == 1
    events.append(office.sign(stand(events)).event)
    assert stand(events).in_force.version == 2


def test_two_hundred_dollars_for_ever_is_refused_by_rule_and_priced(office):
    form = {**FORM, "fee": {"amount": "200", "currency": "USD"}}
    policy = make_policy(form=form, project=None, until=None, count=None, pay=None)
    outcome = office.propose(policy)
    assert outcome.event is None
    assert rules_of(outcome) == [
        "us-ca.ab-2602",
        "sag-aftra.replica.description",
        "sag-aftra.replica.other-project",
        "sag-aftra.replica.days",
    ]
    assert rules_of(outcome, "flag")[0] == "replica.flat-buyout"
    assert outcome.contrast.finding.startswith("One fee of $200.00 is less than $")


def test_a_blanket_clause_without_representation_is_void_in_california(office):
    form = {name: FORM[name] for name in FORM if name not in {"represented-by", "description"}}
    assert "us-ca.ab-2602" in rules_of(office.propose(make_policy(form=form, project=None)))


@pytest.mark.parametrize(
    ("form", "rule"),
    [
        ({"apart": False}, "sag-aftra.replica.apart"),
        ({"notice-hours": 47}, "sag-aftra.replica.notice"),
        ({"in-place-of-background": True}, "sag-aftra.replica.background-count"),
    ],
)
def test_what_the_rules_refuse_is_not_kept(office, form, rule):
    outcome = office.propose(make_policy(form={**FORM, **form}))
    assert outcome.event is None
    assert rule in rules_of(outcome)


def test_nothing_is_offered_during_a_strike(office):
    assert "sag-aftra.replica.strike" in rules_of(office.but(strike=True).propose(make_policy()))


def test_an_agreement_of_an_unknown_person_is_turned_down(office):
    for person in (None, replace(PERSON, person_id="bob")):
        outcome = office.but(person=person).propose(make_policy())
        assert [str(each) for each in outcome.problems] == ["/assigner: person ada is not known; register them first"]


def test_versions_come_one_after_the_other(office):
    outcome = office.propose(make_policy(version=2))
    assert [str(each) for each in outcome.problems] == ["/uid: is version 2 of ag1; want version 1"]


@pytest.mark.parametrize("private", [GATE, HEIR])
def test_a_signature_of_somebody_else_does_not_bind(office, private):
    outcome = office.sign(stand([office.propose(make_policy()).event]), private)
    assert outcome.event is None
    assert "the signature of ag1, version 1, does not match a key of Ada Diaz" in outcome.problems[0].what


def test_a_signature_of_another_version_does_not_bind(office):
    first = office.propose(make_policy()).event
    second = office.propose(make_policy(version=2), stand([first])).event
    signed = office.sign(stand([first])).event
    standing = stand([first, second])
    assert office.person.find_signer(standing.policies[2].policy, signed.signature, NOON.date()) is None


def test_a_representative_may_sign(office):
    assert "representative" in office.agree(private=AGENT)[1].by


def test_a_key_speaks_within_its_days(office):
    late = replace(PERSON, keys=(make_key(ADA, "self", since=date(2026, 9, 2)),))
    gone = replace(PERSON, keys=(make_key(ADA, "self", until=date(2026, 8, 31)),))
    for person in (late, gone):
        outcome = office.but(person=person).sign(stand([office.propose(make_policy()).event]))
        assert outcome.event is None


def test_a_guardian_signs_for_a_minor_and_the_minor_does_not(office):
    child = replace(PERSON, born_on=date(2008, 9, 2), keys=(*PERSON.keys, make_key(MOTHER, "guardian")))
    young = office.but(person=child)
    offered = stand([young.propose(make_policy()).event])
    assert young.sign(offered).event is None
    assert young.sign(offered, MOTHER).event
    grown = young.but(now=NOON + timedelta(days=1))
    assert grown.sign(offered).event
    assert grown.sign(offered, MOTHER).event is None


def test_a_minor_without_guardian_is_refused_by_rule(office):
    child = replace(PERSON, born_on=date(2015, 1, 1))
    assert "replica.minors" in rules_of(office.but(person=child).propose(make_policy()))


def test_successors_sign_after_death(office):
    dead = office.but(person=replace(PERSON, died_on=date(2026, 8, 1)))
    offered = stand([dead.propose(make_policy()).event])
    assert dead.sign(offered).event is None
    assert dead.sign(offered, HEIR).event


def test_an_agreement_that_has_ended_is_not_signed(office):
    offered = stand([office.propose(make_policy()).event])
    outcome = office.but(now=NOON.replace(year=2028)).sign(offered)
    assert outcome.problems[0].what == "ag1 ended at 2027-09-01 00:00 UTC"


def test_what_is_revoked_stays_revoked(office):
    events = office.agree()
    events.append(revoke(stand(events), by="Ada", reason="enough", now=NOON))
    standing = stand(events)
    assert standing.state(NOON, None) == "revoked"
    assert office.propose(make_policy(version=2), standing).event is None
    assert office.sign(standing).event is None
    with pytest.raises(MatineeError, match="ag1: revoked already, at 2026-09-01 12:00 UTC"):
        revoke(standing, by="Ada", reason="again", now=NOON)


def test_events_come_back_as_they_were_kept(office):
    for event in office.agree():
        assert read_event(event.seal()) == event


@pytest.mark.parametrize(
    "events",
    [
        [("signed", 1)],
        [("offered", 2)],
        [("offered", 1), ("signed", 2)],
        [("offered", 1), ("countered", 3)],
        [("offered", 1), ("revoked", 1), ("signed", 1)],
    ],
)
def test_events_that_do_not_follow_are_damage(events):
    with pytest.raises(Damaged, match="ag1"):
        fold([Event(kind, "ag1", version, NOON, "x", policy="{}") for kind, version in events])


def test_a_policy_that_is_no_policy_is_a_list_of_problems(office):
    assert [str(each) for each in office.propose({"a": 1.5}).problems] == [
        "cannot be signed: value/a: got 1.5, want a text, a whole number to 2^53, a boolean, null, list, object"
    ]
    assert office.propose({}).problems


def test_training_is_asked_for_by_itself(office):
    policy = make_policy(actions=["train-model"], of=["face", "voice"])
    assert rules_of(office.propose(policy)) == []
    assert "sag-aftra.training-notice" in rules_of(office.propose(policy), "flag")
