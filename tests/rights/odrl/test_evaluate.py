from datetime import UTC, datetime
from decimal import Decimal

import pytest

from matinee.rights.odrl import Fact, Request, World, evaluate
from matinee.rights.odrl.model import DutyRecord
from matinee.rights.odrl.names import odrl

EX = "http://example.org/"
COUNT = odrl("count")
PURPOSE = odrl("purpose")


def until(moment, operator="lt"):
    return when("dateTime", operator, {"@value": moment, "@type": "xsd:dateTime"})


def when(operand, operator, right, **more):
    return {"leftOperand": operand, "operator": operator, "rightOperand": right, **more}


OPEN = until("2026-12-31T00:00:00Z")
OVER = until("2026-01-01T00:00:00Z")
UNKNOWN = when("purpose", "eq", "news")


@pytest.mark.parametrize(
    ("asked", "ruled", "allows", "forbids"),
    [
        ("read", "read", True, True),
        ("read", "use", True, True),
        ("use", "read", False, True),
        ("sell", "use", False, False),
        ("display", "use", True, True),
        ("write", "modify", True, True),
        ("modify", "write", False, True),
    ],
)
def test_actions_include_each_other(judge, asked, ruled, allows, forbids):
    report = judge({"permission": {"action": ruled}, "prohibition": {"action": ruled}}, action=asked)
    assert [rule.is_active for rule in report.rules] == [allows, forbids]


def test_who_may_share_needs_what_sharing_implies(load):
    policy = {"@id": "ex:policy", "@type": "Set", "permission": {"action": "ex:share"}, "conflict": "prohibit"}
    words = {"@id": "ex:share", "@type": "Action", "includedIn": "use", "implies": "distribute"}
    for forbidden, permitted in [("distribute", False), ("use", False), ("print", True)]:
        loaded = load({"@graph": [policy | {"prohibition": {"action": forbidden}}, words]})
        assert evaluate(loaded, Request(f"{EX}share"), World()).is_permitted is permitted


@pytest.mark.parametrize("missing", ["action", "assignee", "target"])
def test_what_a_request_leaves_out_never_permits(judge, missing):
    rule = {"action": "read", "assignee": "ex:alice", "target": "ex:x"}
    report = judge({"permission": rule, "prohibition": rule}, **{missing: None})
    assert [rule.is_active for rule in report.rules] == [False, True]
    assert f"{missing}: the request names none" in report.rules[0].because


def test_collections_reach_through_each_other(judge):
    policy = {"permission": {"target": {"@type": "AssetCollection", "uid": "ex:archive"}}}
    assert not judge(policy).is_permitted
    parts = {f"{EX}x": frozenset({f"{EX}season"}), f"{EX}season": frozenset({f"{EX}archive"})}
    assert judge(policy, parts=parts).is_permitted


def test_a_policy_may_say_itself_what_is_part_of_what(judge):
    archive = {"uid": "ex:archive", "@type": "AssetCollection"}
    policy = {"@graph": [
        {"uid": "ex:policy", "@type": "Set", "permission": {"target": archive}},
        {"uid": "ex:x", "@type": "Asset", "partOf": "ex:archive"},
    ]}  # fmt: skip
    assert judge(policy).is_permitted


def test_a_collection_goes_by_its_source_too(judge):
    members = {"@type": "PartyCollection", "source": "ex:guild", "refinement": when("industry", "eq", "film")}
    policy = {"permission": {"assignee": members}}
    parts = {f"{EX}alice": frozenset({f"{EX}guild"})}
    film = {f"{EX}alice": {odrl("industry"): Fact(("film",))}}
    games = {f"{EX}alice": {odrl("industry"): Fact(("games",))}, "": {odrl("industry"): Fact(("film",))}}
    assert judge(policy, parts=parts, facts_of=film).is_permitted
    assert not judge(policy, parts=parts, facts_of=games).is_permitted
    assert not judge(policy, parts=parts).is_permitted


def test_asking_for_a_collection_meets_the_prohibition_of_a_part(judge):
    policy = {"permission": {"action": "use"}, "prohibition": {"target": "ex:x"}, "conflict": "prohibit"}
    parts = {f"{EX}x": frozenset({f"{EX}archive"})}
    assert judge(policy, target="archive").is_permitted
    assert not judge(policy, target="archive", parts=parts).is_permitted


def test_who_may_read_a_part_may_not_read_the_whole(judge):
    parts = {f"{EX}x": frozenset({f"{EX}archive"})}
    assert judge({"permission": {"target": "ex:x"}}, parts=parts).is_permitted
    assert not judge({"permission": {"target": "ex:x"}}, target="archive", parts=parts).is_permitted


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ({"and": {"@list": [OPEN, OVER]}}, False),
        ({"and": {"@list": [OPEN, UNKNOWN]}}, None),
        ({"and": {"@list": [UNKNOWN, OVER]}}, False),
        ({"or": {"@list": [OVER, OPEN]}}, True),
        ({"or": {"@list": [OVER, UNKNOWN]}}, None),
        ({"or": {"@list": [UNKNOWN, OPEN]}}, True),
        ({"or": {"@list": [OVER]}}, False),
        ({"xone": {"@list": [OPEN, OVER]}}, True),
        ({"xone": {"@list": [OPEN, until("2027-01-01T00:00:00Z")]}}, False),
        ({"xone": {"@list": [OPEN, UNKNOWN]}}, None),
        ({"andSequence": {"@list": [until("2026-01-01T00:00:00Z", "gt"), OPEN]}}, True),
        ({"andSequence": {"@list": [OPEN, UNKNOWN]}}, None),
    ],
)
def test_constraints_taken_together(judge, rule, state):
    report = judge({"permission": {"constraint": rule}, "prohibition": {"constraint": rule}})
    assert [rule.is_active for rule in report.rules] == [state is True, state is not False]
    assert report.rules[0].findings[0].holds is state


def test_count_is_what_it_would_be_after_the_use(judge):
    policy = {"permission": {"uid": "ex:rule", "constraint": when("count", "lteq", 2)}}
    for done, permitted in [(0, True), (1, True), (2, False)]:
        assert judge(policy, facts_of={f"{EX}rule": {COUNT: Fact((done,))}}).is_permitted is permitted
    assert not judge(policy).is_permitted


def test_the_policy_may_keep_the_count_itself(judge):
    policy = {"permission": {"constraint": when("count", "lteq", 2, status=1)}}
    assert judge(policy).is_permitted
    assert not judge(policy, facts_of={"": {COUNT: Fact((2,))}}).is_permitted


def test_a_request_is_heard_on_its_purpose_but_not_on_the_clock_or_the_count(judge):
    claims = {PURPOSE: Fact(("news",)), COUNT: Fact((0,)), odrl("dateTime"): Fact((datetime(2020, 1, 1, tzinfo=UTC),))}
    assert judge({"permission": {"constraint": UNKNOWN}}, facts=claims).is_permitted
    assert not judge({"permission": {"constraint": when("count", "lt", 5)}}, facts=claims).is_permitted
    assert not judge({"permission": {"constraint": OVER}}, facts=claims).is_permitted
    assert not judge({"permission": {"constraint": OVER}}, facts=claims, now=None).is_permitted


def test_the_world_is_believed_before_the_request(judge):
    world = {"": {PURPOSE: Fact(("advertising",))}}
    policy = {"permission": {"constraint": UNKNOWN}}
    assert not judge(policy, facts={PURPOSE: Fact(("news",))}, facts_of=world).is_permitted


def test_amounts_of_different_units_are_not_compared(judge):
    policy = {"permission": {"constraint": when("payAmount", "gteq", 5, unit="EUR")}}
    for unit, permitted in [("EUR", True), ("USD", False), (None, False)]:
        facts = {"": {odrl("payAmount"): Fact((Decimal(6),), unit)}}
        report = judge(policy, facts_of=facts)
        assert report.is_permitted is permitted
    assert "units differ (6)" in report.rules[0].because


def test_a_right_operand_elsewhere_is_unknown(judge):
    said = {"leftOperand": "purpose", "operator": "eq", "rightOperandReference": "ex:list"}
    report = judge({"permission": {"constraint": said}}, facts={PURPOSE: Fact(("news",))})
    assert "its right side would have to be looked up" in report.rules[0].because


def test_a_refinement_narrows_an_action(judge):
    narrow = {"rdf:value": {"@id": "odrl:print"}, "refinement": when("resolution", "lteq", 1200)}
    policy = {"permission": {"action": narrow}}
    for dpi, permitted in [(600, True), (2400, False)]:
        assert judge(policy, action="print", facts={odrl("resolution"): Fact((dpi,))}).is_permitted is permitted
    assert not judge(policy, action="print").is_permitted


@pytest.mark.parametrize(
    ("conflict", "permitted", "words"),
    [
        ("perm", True, "permissions go first"),
        ("prohibit", False, "prohibitions go first"),
        ("invalid", False, "makes the whole policy void"),
    ],
)
def test_conflict_strategies(judge, conflict, permitted, words):
    policy = {"conflict": conflict, "permission": {"action": "use"}, "prohibition": {"action": "read"}}
    report = judge(policy)
    assert (report.is_permitted, words in report.because) == (permitted, True)
    assert judge(policy, action="print").is_permitted


def test_an_offer_grants_nothing(judge):
    report = judge({"@type": "Offer", "permission": {"action": "use"}})
    assert report.rules[0].is_active
    assert not report.is_permitted


def duty_states(judge, duty, *, record=None, now=None):
    duty = {"uid": "ex:pay", "action": "compensate", **duty}
    world = {"duties": {f"{EX}pay": record} if record else {}} | ({"now": now} if now else {})
    report = judge({"permission": {"duty": duty}}, **world)
    return report.is_permitted, report.rules[0].duties[0][1]


def test_a_duty_stops_a_permission_once_it_is_violated(judge):
    assert duty_states(judge, {}) == (True, "open")
    assert duty_states(judge, {}, record=DutyRecord("open")) == (True, "open")
    assert duty_states(judge, {}, record=DutyRecord("fulfilled", True)) == (True, "fulfilled")
    assert duty_states(judge, {}, record=DutyRecord("violated")) == (False, "violated")


def test_a_duty_before_use_stops_a_permission_until_it_is_fulfilled(judge):
    before = {"constraint": when("event", "lt", {"@id": "odrl:policyUsage"})}
    assert duty_states(judge, before) == (False, "open")
    assert duty_states(judge, before, record=DutyRecord("fulfilled", True)) == (True, "fulfilled")


def test_a_duty_whose_last_time_has_passed_is_violated(judge):
    assert duty_states(judge, {"constraint": OPEN}) == (True, "open")
    assert duty_states(judge, {"constraint": OVER}) == (False, "violated")
    assert duty_states(judge, {"constraint": {"and": {"@list": [OVER]}}}) == (False, "violated")
    assert duty_states(judge, {"constraint": OVER}, record=DutyRecord("fulfilled", True)) == (True, "fulfilled")


def test_a_duty_that_does_not_bind_is_idle(judge):
    assert duty_states(judge, {"constraint": until("2026-06-01T00:00:00Z", "gt")}) == (True, "idle")


def test_a_duty_done_too_late_is_mended_by_its_consequences(judge):
    policy = {"permission": {"duty": {
        "uid": "ex:pay", "action": "compensate", "consequence": {"uid": "ex:fine", "action": "compensate"},
    }}}  # fmt: skip
    late = DutyRecord("violated", True)
    never = DutyRecord("violated")
    paid = DutyRecord("fulfilled", True)
    for pay, fine, permitted in [(late, None, False), (late, paid, True), (never, paid, False), (paid, None, True)]:
        duties = {f"{EX}pay": pay} | ({f"{EX}fine": fine} if fine else {})
        assert judge(policy, duties=duties).is_permitted is permitted


def test_without_a_clock_a_duty_with_a_last_time_stops_a_permission(judge):
    duty = {"uid": "ex:pay", "action": "compensate", "constraint": OPEN}
    report = judge({"permission": {"duty": duty}}, now=None)
    assert (report.is_permitted, report.rules[0].duties[0][1]) == (False, "unknown")


def test_an_obligation_binds_its_party_whatever_is_asked_for(judge):
    policy = {"obligation": {"uid": "ex:pay", "action": "compensate", "target": "ex:y", "assignee": "ex:alice"}}
    report = judge(policy, duties={f"{EX}pay": DutyRecord("violated")})
    assert report.rules[0].is_active
    assert "duty http://example.org/pay is violated" in report.rules[0].because
    assert not judge(policy, assignee="bob").rules[0].is_active


def test_remedies_are_reported_beside_their_prohibition(judge):
    policy = {"prohibition": {"action": "use", "remedy": {"uid": "ex:delete", "action": "delete"}}}
    assert judge(policy).rules[0].duties == ((f"{EX}delete", "open"),)


def test_a_clock_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="now: got 2026-01-31T00:00:00, want a time with a zone"):
        World(now=datetime(2026, 1, 31))
