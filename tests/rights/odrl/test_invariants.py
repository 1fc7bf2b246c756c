"""What holds for every policy, whatever it says."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.rights.odrl import (
    Constraint,
    Fact,
    Logical,
    Policy,
    Request,
    Rule,
    World,
    evaluate,
    load_policies,
    load_request,
    load_world,
    read_json_ld,
)
from matinee.rights.odrl.model import Action, DutyRecord, Scope, Shared, Value
from matinee.rights.odrl.names import odrl
from matinee.rights.odrl.vocabulary import COMPARING, COUNT, DATE_TIME, OF_SETS

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PURPOSE, EVENT = odrl("purpose"), odrl("event")
TIMES = [NOON + timedelta(days=days) for days in range(-2, 3)]
VALUES: dict[str, list[tuple[Value, ...]]] = {
    DATE_TIME: [(time,) for time in TIMES],
    COUNT: [(0,), (2,), (4,), ("urn:a",)],
    PURPOSE: [("urn:a",), ("urn:b",), ("urn:ab",), ("urn:a", "urn:b"), (2,)],
    EVENT: [("urn:a",)],
}
MANY = settings(max_examples=400)
ORDERING = ("lt", "lteq", "gt", "gteq")


def constraint(operand, operator, values):
    return Constraint("urn:constraint", operand, operator, values)


def together(conditions, operators):
    parts = st.lists(conditions, min_size=1, max_size=3).map(tuple)
    return st.builds(Logical, uid=st.just("urn:logical"), operator=st.sampled_from(operators), parts=parts)


# Drawn from lists made once: building each part anew is slow enough to trip the health checks of a busy machine.
ACTIONS = st.sampled_from([odrl(name) for name in ("use", "read", "play", "display", "sell", "write")])
NAMES = st.sampled_from(["urn:a", "urn:b", "urn:c", "urn:ab"])
OPERANDS = st.sampled_from(list(VALUES))
CONSTRAINTS = st.sampled_from([
    constraint(operand, operator, values)
    for operand in VALUES
    for operator in COMPARING + OF_SETS
    for values in VALUES[operand]
])
CONDITIONS = CONSTRAINTS | together(CONSTRAINTS, ["and", "or", "xone", "andSequence"])
SEVERAL = st.lists(CONDITIONS, max_size=1).map(tuple)
FEW = st.lists(CONSTRAINTS, max_size=1).map(tuple)
SCOPES = st.builds(Scope, ids=NAMES.map(lambda name: (name,)), refinements=FEW)
SHARED = st.builds(
    Shared,
    actions=st.lists(st.builds(Action, ACTIONS, FEW), max_size=2).map(tuple),
    targets=st.lists(SCOPES, max_size=1).map(tuple),
    assignees=st.lists(SCOPES, max_size=1).map(tuple),
)


NO_DUTIES = st.just(())


def rules(kind, duties=NO_DUTIES):
    return st.builds(
        Rule,
        uid=st.sampled_from(["urn:rule1", "urn:rule2"]),
        kind=st.just(kind),
        about=SHARED,
        constraints=SEVERAL,
        duties=duties,
        before_use=st.booleans(),
    )


DUTIES = st.lists(rules("duty"), max_size=1).map(tuple)
RULES = st.one_of(rules("permission", DUTIES), rules("prohibition", DUTIES), rules("obligation", DUTIES))
POLICIES = st.builds(
    Policy,
    uid=st.just("urn:policy"),
    kind=st.sampled_from(["Set", "Agreement", "Offer"]),
    rules=st.lists(RULES, max_size=3).map(tuple),
    conflict=st.sampled_from(["perm", "prohibit", "invalid"]),
    parts=st.just({"urn:a": frozenset({"urn:ab"})}),
)
PERMISSIONS = st.builds(
    Rule,
    uid=st.just("urn:rule1"),
    kind=st.just("permission"),
    constraints=st.lists(CONDITIONS, max_size=2).map(tuple),
)
SMALL = PERMISSIONS.map(lambda rule: Policy("urn:policy", "Set", (rule,)))
"""One permission for everything, so that little but its conditions can decide."""

EVERYTHING = st.just(Rule("urn:no", "prohibition"))

FACTS = st.fixed_dictionaries(
    {}, optional={operand: st.sampled_from([Fact(values) for values in VALUES[operand]]) for operand in VALUES}
)
REQUESTS = st.builds(
    Request,
    action=st.one_of(st.none(), ACTIONS),
    assignee=st.one_of(st.none(), NAMES),
    target=st.one_of(st.none(), NAMES),
    facts=FACTS,
)
WORLDS = st.builds(
    World,
    now=st.sampled_from([None, *TIMES]),
    parts=st.just({"urn:b": frozenset({"urn:ab"}), "urn:ab": frozenset({"urn:b"})}),
    facts=st.fixed_dictionaries({"": FACTS}, optional={"urn:a": FACTS, "urn:rule1": FACTS}),
    duties=st.dictionaries(
        st.sampled_from(["urn:rule1", "urn:rule2"]),
        st.builds(DutyRecord, st.sampled_from(["fulfilled", "violated", "open"]), st.booleans()),
        max_size=2,
    ),
)


@MANY
@given(SMALL | POLICIES, REQUESTS, WORLDS, rules("prohibition") | EVERYTHING, st.integers(0, 4))
def test_adding_a_prohibition_never_widens(policy, request_, world, prohibition, place):
    more = replace(policy, rules=(*policy.rules[:place], prohibition, *policy.rules[place:]))
    assert evaluate(policy, request_, world).is_permitted or not evaluate(more, request_, world).is_permitted


@MANY
@given(SMALL | POLICIES, REQUESTS, WORLDS, CONDITIONS)
def test_one_more_condition_on_permissions_never_widens(policy, request_, world, condition):
    def tighten(rule):
        return replace(rule, constraints=(*rule.constraints, condition)) if rule.kind == "permission" else rule

    tighter = replace(policy, rules=tuple(map(tighten, policy.rules)))
    assert evaluate(policy, request_, world).is_permitted or not evaluate(tighter, request_, world).is_permitted


@MANY
@given(SMALL | POLICIES, REQUESTS, WORLDS, rules("duty"))
def test_one_more_duty_on_permissions_never_widens(policy, request_, world, duty):
    def burden(rule):
        return replace(rule, duties=(*rule.duties, duty)) if rule.kind == "permission" else rule

    heavier = replace(policy, rules=tuple(map(burden, policy.rules)))
    assert evaluate(policy, request_, world).is_permitted or not evaluate(heavier, request_, world).is_permitted


def tighten(condition, days):
    """Move every bound of a condition without xone inwards by some days, or some uses."""
    if isinstance(condition, Logical):
        return replace(condition, parts=tuple(tighten(part, days) for part in condition.parts))
    step = timedelta(days=days) if condition.operand == DATE_TIME else days
    sign = -1 if condition.operator in {"lt", "lteq"} else 1
    return replace(condition, values=(condition.values[0] + sign * step,))


ORDERED = st.sampled_from([
    constraint(operand, operator, values)
    for operand in (DATE_TIME, COUNT)
    for operator in ORDERING
    for values in VALUES[operand][:3]
])
BOUNDS = ORDERED | together(ORDERED | together(ORDERED, ["and", "or"]), ["and", "or", "andSequence"])
COUNTED = st.sampled_from([{"": {COUNT: Fact((count,))}} for count in range(5)])
KNOWING = st.builds(World, st.sampled_from(TIMES), facts=COUNTED)


@MANY
@given(POLICIES, REQUESTS, KNOWING, BOUNDS, st.integers(1, 3))
def test_tightening_a_constraint_never_widens(policy, request_, world, bound, days):
    others = tuple(rule for rule in policy.rules if rule.kind == "prohibition")
    loose = Policy("urn:policy", "Set", (Rule("urn:rule1", "permission", constraints=(bound,)), *others), "prohibit")
    tight = replace(loose, rules=(replace(loose.rules[0], constraints=(tighten(bound, days),)), *others))
    assert evaluate(loose, request_, world).is_permitted or not evaluate(tight, request_, world).is_permitted


@MANY
@given(SMALL | POLICIES, REQUESTS, WORLDS, OPERANDS)
def test_knowing_less_never_widens(policy, request_, world, operand):
    def forget(facts):
        return {name: fact for name, fact in facts.items() if name != operand}

    facts = {subject: forget(known) for subject, known in world.facts.items()}
    blind = replace(world, facts=facts, now=None if operand == DATE_TIME else world.now)
    less = evaluate(policy, replace(request_, facts=forget(request_.facts)), blind)
    assert evaluate(policy, request_, world).is_permitted or not less.is_permitted


@MANY
@given(POLICIES, REQUESTS, WORLDS)
def test_every_report_can_be_said(policy, request_, world):
    said = evaluate(policy, request_, world).as_json()
    assert json.loads(json.dumps(said)) == said
    assert all(rule["because"] for rule in said["rules"])
    assert {rule["state"] for rule in said["rules"]} <= {"active", "inactive"}


WORDS = ["use", "ex:x", "lt", "count", "odrl:policyUsage", "urn:c1", "urn:c2", "Set", "perm", 5, True, "5"]
KEYS = """
    uid @type permission prohibition obligation duty remedy consequence action target assignee constraint refinement
    leftOperand operator rightOperand rightOperandReference unit dataType status and or xone andSequence conflict
    inheritFrom profile partOf source includedIn implies rdf:value
"""
NAMED = st.sampled_from(KEYS.split())
LEAVES = st.dictionaries(NAMED, st.sampled_from(WORDS), min_size=1, max_size=4)
NODES = LEAVES | st.dictionaries(NAMED, LEAVES | st.lists(LEAVES, max_size=2), min_size=1, max_size=4)


COUNTS = {"leftOperand": "count", "operator": "lt", "rightOperand": 5}
LINES = st.sampled_from([
    COUNTS,
    {"uid": "urn:c1", "leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": ["urn:a", {"@id": "urn:b"}]},
    {"and": {"@list": [COUNTS, {"@id": "urn:c1"}]}},
    {"xone": [COUNTS, {"leftOperand": "media", "operator": "eq", "rightOperandReference": "urn:a"}]},
])
PARTIES = st.sampled_from(["urn:a", ["urn:a", "urn:b"], {"@type": "PartyCollection", "source": "urn:ab"}])
PAYMENT = st.fixed_dictionaries({"action": st.sampled_from(["compensate", "inform"])}, optional={"constraint": LINES})
NARROW = {"rdf:value": {"@id": "odrl:print"}, "refinement": COUNTS}
LAW = st.fixed_dictionaries(
    {"action": st.sampled_from(["use", "read", ["play", "sell"], NARROW])},
    optional={"target": PARTIES, "assignee": PARTIES, "constraint": LINES},
)
ALLOWED = st.builds(lambda law, duty: law | duty, LAW, st.fixed_dictionaries({}, optional={"duty": PAYMENT}))
PLAUSIBLE = st.fixed_dictionaries(
    {"permission": st.lists(ALLOWED, min_size=1, max_size=2)},
    optional={"prohibition": LAW, "obligation": LAW, "conflict": st.sampled_from(["perm", "prohibit"])},
)
SPOILT = st.builds(lambda said, garbage: said | garbage, PLAUSIBLE, st.dictionaries(NAMED, NODES, max_size=2))


@MANY
@given(PLAUSIBLE | SPOILT | st.dictionaries(NAMED, NODES, max_size=5), REQUESTS, WORLDS)
def test_a_random_policy_never_crashes(said, request_, world):
    context = ["http://www.w3.org/ns/odrl.jsonld", {"ex": "http://example.org/"}]
    text = json.dumps({"uid": "urn:p", "@type": "Set"} | said | {"@context": context})
    reading = load_policies(read_json_ld(text))
    assert bool(reading.policies) != any(reading.problems)
    for policy in reading.policies.values():
        evaluate(policy, request_, world).as_json()
    for load in (load_request, load_world):
        found, problems = load(read_json_ld(text))
        assert (found is None) == bool(problems)
