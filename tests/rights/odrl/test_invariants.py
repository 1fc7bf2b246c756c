"""What holds for every policy, whatever it says."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
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
from matinee.rights.odrl.model import Action, DutyRecord, Scope, Shared
from matinee.rights.odrl.names import odrl
from matinee.rights.odrl.vocabulary import COMPARING, DATE_TIME, OF_SETS

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ACTIONS = st.sampled_from([odrl(name) for name in ("use", "read", "play", "display", "sell", "write")])
NAMES = st.sampled_from(["urn:a", "urn:b", "urn:c", "urn:ab"])
OPERANDS = st.sampled_from([odrl(name) for name in ("dateTime", "count", "purpose", "event")])
TIMES = st.integers(-2, 2).map(lambda days: NOON + timedelta(days=days))
VALUES = st.one_of(st.integers(0, 4), st.sampled_from(["urn:a", "urn:b", "urn:ab"]), TIMES)

CONSTRAINTS = st.builds(
    Constraint,
    uid=st.just("urn:constraint"),
    operand=OPERANDS,
    operator=st.sampled_from(COMPARING + OF_SETS),
    values=st.lists(VALUES, min_size=1, max_size=2).map(tuple),
)


def logical(operators):
    def combine(inner):
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.builds(Logical, uid=st.just("urn:logical"), operator=st.sampled_from(operators), parts=parts)

    return combine


CONDITIONS = st.recursive(CONSTRAINTS, logical(["and", "or", "xone", "andSequence"]), max_leaves=3)
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
FACTS = st.dictionaries(OPERANDS, st.builds(Fact, st.lists(VALUES, min_size=1, max_size=2).map(tuple)), max_size=2)
REQUESTS = st.builds(
    Request,
    action=st.one_of(st.none(), ACTIONS),
    assignee=st.one_of(st.none(), NAMES),
    target=st.one_of(st.none(), NAMES),
    facts=FACTS,
)
WORLDS = st.builds(
    World,
    now=st.one_of(st.none(), TIMES),
    parts=st.just({"urn:b": frozenset({"urn:ab"}), "urn:ab": frozenset({"urn:b"})}),
    facts=st.dictionaries(st.sampled_from(["", "urn:a", "urn:rule1"]), FACTS, max_size=2),
    duties=st.dictionaries(
        st.sampled_from(["urn:rule1", "urn:rule2"]),
        st.builds(DutyRecord, st.sampled_from(["fulfilled", "violated", "open"]), st.booleans()),
        max_size=2,
    ),
)


@given(POLICIES, REQUESTS, WORLDS, rules("prohibition", DUTIES), st.integers(0, 4))
def test_adding_a_prohibition_never_widens(policy, request_, world, prohibition, place):
    more = replace(policy, rules=(*policy.rules[:place], prohibition, *policy.rules[place:]))
    assert evaluate(policy, request_, world).is_permitted or not evaluate(more, request_, world).is_permitted


@given(POLICIES, REQUESTS, WORLDS, CONDITIONS)
def test_one_more_condition_on_permissions_never_widens(policy, request_, world, condition):
    def tighten(rule):
        return replace(rule, constraints=(*rule.constraints, condition)) if rule.kind == "permission" else rule

    tighter = replace(policy, rules=tuple(map(tighten, policy.rules)))
    assert evaluate(policy, request_, world).is_permitted or not evaluate(tighter, request_, world).is_permitted


@given(POLICIES, REQUESTS, WORLDS, rules("duty"))
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


ORDERED = st.builds(
    Constraint,
    uid=st.just("urn:constraint"),
    operand=st.just(DATE_TIME),
    operator=st.sampled_from(["lt", "lteq", "gt", "gteq"]),
    values=TIMES.map(lambda time: (time,)),
) | st.builds(
    Constraint,
    uid=st.just("urn:constraint"),
    operand=st.just(odrl("count")),
    operator=st.sampled_from(["lt", "lteq", "gt", "gteq"]),
    values=st.integers(0, 4).map(lambda count: (count,)),
)
BOUNDS = st.recursive(ORDERED, logical(["and", "or", "andSequence"]), max_leaves=4)


@given(POLICIES, REQUESTS, WORLDS, BOUNDS, st.integers(0, 3))
def test_tightening_a_constraint_never_widens(policy, request_, world, bound, days):
    loose = replace(policy, rules=(Rule("urn:rule1", "permission", constraints=(bound,)), *policy.rules))
    tight = replace(loose, rules=(replace(loose.rules[0], constraints=(tighten(bound, days),)), *policy.rules))
    assert evaluate(loose, request_, world).is_permitted or not evaluate(tight, request_, world).is_permitted


@given(POLICIES, REQUESTS, WORLDS, OPERANDS)
def test_knowing_less_never_widens(policy, request_, world, operand):
    def forget(facts):
        return {name: fact for name, fact in facts.items() if name != operand}

    facts = {subject: forget(known) for subject, known in world.facts.items()}
    blind = replace(world, facts=facts, now=None if operand == DATE_TIME else world.now)
    less = evaluate(policy, replace(request_, facts=forget(request_.facts)), blind)
    assert evaluate(policy, request_, world).is_permitted or not less.is_permitted


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
NODES = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.dictionaries(st.sampled_from(KEYS.split()), inner | st.lists(inner, max_size=3), max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYS.split()), NODES, max_size=6), REQUESTS, WORLDS)
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
