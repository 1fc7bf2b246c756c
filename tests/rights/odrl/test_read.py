import pytest

from matinee.rights.odrl import load_policies, read_turtle
from matinee.rights.odrl.names import odrl
from matinee.rights.odrl.vocabulary import ODRL_22

FIVE = {"leftOperand": "count", "operator": "lteq", "rightOperand": 5}


def test_a_rule_keeps_its_name_or_gets_one_from_the_policy(load):
    policy = load({
        "permission": [{"uid": "ex:mine", "action": "read"}, {"action": "play", "duty": {"action": "compensate"}}],
        "prohibition": {"action": "sell"},
    })
    names = [rule.uid for rule in policy.rules]
    assert names == ["http://example.org/mine", f"{policy.uid}#permission-2", f"{policy.uid}#prohibition-1"]
    assert policy.rules[1].duties[0].uid == f"{policy.uid}#permission-2-duty-1"


def test_a_set_without_a_conflict_strategy_is_void_on_conflict(load):
    policy = load({"@type": "Policy", "permission": {"action": "use"}})
    assert (policy.kind, policy.conflict) == ("Set", "invalid")


def test_a_duty_before_use_is_told_by_its_event(load):
    before = {"leftOperand": "event", "operator": "lt", "rightOperand": {"@id": "odrl:policyUsage"}}
    duty = {"action": "compensate", "constraint": [before, FIVE]}
    (rule,) = load({"permission": {"duty": duty}}).rules
    assert rule.duties[0].before_use
    assert [constraint.operand for constraint in rule.duties[0].constraints] == [odrl("count")]


def test_a_file_may_declare_its_own_words(load):
    said = {"permission": {"action": "ex:dub", "constraint": {**FIVE, "leftOperand": "ex:episodes"}}}
    words = [
        {"@id": "ex:dub", "@type": "Action", "includedIn": "translate"},
        {"@id": "ex:episodes", "@type": "LeftOperand"},
    ]
    policy = load({"@graph": [said | {"@id": "ex:policy", "@type": "Set"}, *words]})
    assert odrl("use") in policy.vocabulary.broader["http://example.org/dub"]


def test_a_profile_is_understood_where_its_words_are_given():
    text = """@prefix odrl: <http://www.w3.org/ns/odrl/2/>. @prefix my: <urn:my:>.
        my:p a odrl:Set; odrl:profile my:profile; odrl:permission [ odrl:action my:dub ] ."""
    words = ODRL_22.extend(profile="urn:my:profile", actions={"urn:my:dub": [odrl("translate")]})
    assert list(load_policies(read_turtle(text), vocabulary=words).policies) == ["urn:my:p"]
    said = [str(problem) for problem in load_policies(read_turtle(text)).problems[0]]
    assert said == ["line 2: action urn:my:dub is not known", "line 2: profile urn:my:profile is not known here"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"@type": "Asset"}, "holds no ODRL policy: no node of type Policy, Set, Offer, Agreement, …"),
        ({}, "has no permission, prohibition or obligation"),
        ({"@type": ["Offer", "Agreement"], "permission": {}}, "is of types Agreement and Offer, want one"),
        ({"permission": {"@id": "ex:r"}}, "/permission: permission 'http://example.org/r' is not described"),
        ({"permission": {"action": "ex:dub"}}, "/permission/action: action http://example.org/dub is not known"),
        ({"permission": {"refinement": FIVE}}, "/permission/refinement: refinement does not belong to a permission"),
        ({"permission": {"remedy": {"action": "pay"}}}, "/permission/remedy: remedy does not belong to a permission"),
        ({"permission": {"@type": "Prohibition"}}, "/permission: is a permission, and of type Prohibition"),
        ({"permission": {"duty": {"target": "ex:x"}}}, "/permission/duty: the duty has no action"),
        ({"permission": {"target": {"@type": "Asset"}}}, "/permission/target: target has neither uid nor source"),
        ({"permission": {"odrl:targt": "ex:x"}}, "/permission/odrl:targt: targt is not a property of ODRL 2.2"),
        ({"dct:isReplacedBy": {"@id": "ex:new"}, "permission": {}}, "/dct:isReplacedBy: is void, replaced by"),
        ({"constraint": FIVE, "permission": {}}, "/constraint: constraint does not belong to a policy"),
        ({"conflict": "ex:mine", "permission": {}}, "/conflict: conflict strategy 'http://example.org/mine' is not"),
        ({"inheritFrom": "ex:p"}, "inherits from http://example.org/p, which is not given"),
        ({"permission": {"uid": "ex:r"}, "prohibition": {"uid": "ex:r", "action": "use"}}, "is a prohibition and a"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said_with_its_place(wrong_with, said, problem):
    assert problem in "\n".join(wrong_with(said))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"leftOperand": "ex:mood"}, "/leftOperand: operand http://example.org/mood is not known"),
        ({"operator": "ex:like"}, "/operator: operator http://example.org/like is not known"),
        ({"rightOperand": [5, 6]}, ": has 2 values of rightOperand, which lteq cannot take"),
        ({"rightOperand": "five"}, "/rightOperand: count wants a number, got 'five'"),
        ({"rightOperandReference": "ex:r"}, ": has a rightOperand and a rightOperandReference, want one of them"),
        ({"leftOperand": "dateTime"}, "/rightOperand: dateTime wants an xsd:date or an xsd:dateTime, got '5'"),
        ({"leftOperand": "elapsedTime"}, "/rightOperand: elapsedTime wants an xsd:duration, got '5'"),
        ({"leftOperand": "version", "rightOperand": "b"}, ": lteq orders numbers, times and durations, not 'b'"),
        ({"operator": ["lt", "gt"]}, ": has 2 values of operator, want one"),
        ({"unit": ["EUR", "USD"]}, "/unit/1: has 2 units, want one"),
        ({"target": "ex:x"}, "/target: target does not belong to a constraint"),
        ({"and": {"@list": [FIVE]}}, "/leftOperand: leftOperand does not belong to a constraint with and"),
        ({"rightOperand": {"@value": "P1Y", "@type": "xsd:duration"}}, "/rightOperand: 'P1Y' is not a duration"),
    ],
)
def test_what_is_wrong_with_a_constraint_is_said_with_its_place(wrong_with, said, problem):
    found = wrong_with({"permission": {"constraint": FIVE | said}})
    assert f"/permission/constraint{problem}" in "\n".join(found)


def test_a_constraint_that_is_part_of_itself_is_a_problem(wrong_with):
    said = {"uid": "ex:c", "or": {"@list": [FIVE, {"and": {"@list": [{"@id": "ex:c"}]}}]}}
    assert wrong_with({"permission": {"constraint": said}}) == [
        "/permission/constraint/or/@list/1/and/@list/0: contains itself"
    ]


def test_constraints_that_multiply_are_a_problem():
    each = "my:c{} odrl:and my:c{}, my:d{} ."
    both = f"{each} {each.replace('my:c', 'my:d', 1)}"
    levels = "\n".join(both.format(n, *[n + 1] * 2, n, *[n + 1] * 2) for n in range(40))
    text = f"""@prefix odrl: <http://www.w3.org/ns/odrl/2/>. @prefix my: <urn:my:>.
        my:p a odrl:Set; odrl:permission [ odrl:constraint my:c0 ] . {levels}
        my:c40 odrl:leftOperand odrl:count; odrl:operator odrl:lt; odrl:rightOperand 5 .
        my:d40 odrl:leftOperand odrl:count; odrl:operator odrl:gt; odrl:rightOperand 5 ."""
    problems = load_policies(read_turtle(text)).problems[0]
    assert any("comes to more than 100,000 constraints" in problem.what for problem in problems)


def test_a_known_action_cannot_be_declared_anew(wrong_with):
    said = {"@id": "ex:policy", "@type": "Set", "permission": {"action": "use"}}
    words = {"@id": "odrl:sell", "@type": "Action", "includedIn": "use"}
    assert wrong_with({"@graph": [said, words]}) == ["/@graph/1: action sell cannot be declared like this"]


def test_a_consequence_has_no_consequences(wrong_with):
    fine = {"action": "pay", "consequence": {"action": "pay"}}
    for kind, name in [("obligation", "consequence"), ("prohibition", "remedy")]:
        (problem, *_) = wrong_with({kind: {"action": "use", name: fine}})
        assert problem == f"/{kind}/{name}/consequence: consequence does not belong to a consequence or remedy"
