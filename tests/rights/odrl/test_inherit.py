from matinee.rights.odrl import Fact, load_policies, read_turtle

PREFIX = "@prefix odrl: <http://www.w3.org/ns/odrl/2/>. @prefix ex: <urn:ex:>.\n"
PARENT = "ex:parent a odrl:Set; odrl:assigner ex:org; odrl:obligation [ odrl:action odrl:reviewPolicy ] ."
CHILD = """ex:child a odrl:Agreement; odrl:inheritFrom ex:parent; odrl:assignee ex:user;
    odrl:permission [ odrl:action odrl:display; odrl:target ex:x ] ."""


def load(*texts):
    return load_policies(*(read_turtle(PREFIX + text) for text in texts))


def said(*texts):
    return [[str(problem) for problem in problems] for problems in load(*texts).problems]


def ids(scopes):
    return [each for scope in scopes for each in scope.ids]


def test_a_compact_policy_says_once_what_its_rules_share(judge):
    policy = {"target": "ex:x", "action": "read", "permission": [{"assignee": "ex:bob"}, {"assignee": "ex:alice"}]}
    report = judge(policy)
    assert [rule.is_active for rule in report.rules] == [False, True]
    assert not judge(policy, target="y").is_permitted


def test_a_child_and_its_parent_share_rules_and_parties():
    policy = load(PARENT, CHILD).policies["urn:ex:child"]
    permission, obligation = policy.rules
    assert (permission.kind, obligation.kind) == ("permission", "obligation")
    for rule in policy.rules:
        assert (ids(rule.about.assigners), ids(rule.about.assignees)) == (["urn:ex:org"], ["urn:ex:user"])
    assert load(PARENT, CHILD).leaves == ("urn:ex:child",)


def test_inheritance_reaches_any_depth_and_takes_each_parent_once():
    middle = "ex:a a odrl:Set; odrl:inheritFrom ex:parent . ex:b a odrl:Set; odrl:inheritFrom ex:parent ."
    both = "ex:child a odrl:Set; odrl:inheritFrom ex:a, ex:b ."
    assert len(load(PARENT, middle, both).policies["urn:ex:child"].rules) == 1


def test_conflict_strategies_that_differ_make_conflicts_void():
    strict = PARENT.replace("odrl:assigner ex:org", "odrl:conflict odrl:prohibit")
    assert load(strict, CHILD).policies["urn:ex:child"].conflict == "prohibit"
    lax = CHILD.replace("odrl:assignee ex:user", "odrl:conflict odrl:perm")
    assert load(strict, lax).policies["urn:ex:child"].conflict == "invalid"


def test_a_child_begins_to_count_anew():
    count = "odrl:leftOperand odrl:count; odrl:operator odrl:lt; odrl:rightOperand 5; odrl:status 3"
    rule = f"odrl:permission [ odrl:action odrl:use; odrl:constraint [ odrl:and ( [ {count} ] ) ] ]"
    policies = load(f"ex:parent a odrl:Set; {rule} .", CHILD).policies
    said = [policies[f"urn:ex:{name}"].rules[-1].constraints[0].parts[0].status for name in ("parent", "child")]
    assert said == [Fact((3,)), None]


def test_a_circle_of_inheritance_is_a_problem():
    circle = PARENT.replace("odrl:assigner ex:org", "odrl:inheritFrom ex:child")
    assert said(circle, CHILD) == [
        ["line 2: urn:ex:parent inherits from itself"],
        ["line 2: urn:ex:child inherits from itself"],
    ]


def test_a_parent_that_is_not_given_is_a_problem():
    assert said(CHILD) == [["line 2: inherits from urn:ex:parent, which is not given"]]


def test_a_policy_given_twice_is_a_problem():
    assert said(PARENT, PARENT) == [[], ["line 2: urn:ex:parent is given twice"]]


def test_constraints_of_two_files_may_bear_one_name():
    rule = "odrl:permission [ odrl:constraint ex:c ] . ex:c odrl:leftOperand odrl:count; odrl:operator odrl:lt; "
    reading = load(f"ex:p a odrl:Set; {rule} odrl:rightOperand 5 .", f"ex:q a odrl:Set; {rule} odrl:rightOperand 9 .")
    assert [policy.rules[0].constraints[0].values for policy in reading.policies.values()] == [(5,), (9,)]
