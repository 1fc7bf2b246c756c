import pytest
from tests.rights.signing import FORM, make_policy, terms_of

from matinee.rights.agreements.canonical import write_canonical
from matinee.rights.agreements.terms import read_terms


def wrong_with(change, form=FORM, **permit):
    """What is wrong with the agreement once it is changed by hand."""
    policy = make_policy(form=form, **permit)
    change(policy)
    terms, problems = read_terms(write_canonical(policy))
    assert terms is None
    return [str(problem) for problem in problems]


def first(policy):
    return policy["permission"][0]


def make_dear(policy):
    first(policy)["duty"][0]["action"][0]["refinement"][0]["rightOperand"]["@value"] = "1" + "0" * 30


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.update({"@type": "Offer"}), "/@type: a policy of type Offer is no Agreement"),
        (make_dear, "/permission/0/duty/0: payAmount is more than a ledger can hold"),
        (lambda p: p.pop("profile"), "/profile: does not name the profile urn:matinee:rights:1"),
        (lambda p: p.update(conflict="perm"), "/conflict: lets permissions go before prohibitions; want prohibit or "),
        (lambda p: p.update(uid="urn:x:1"), "/uid: uid urn:x:1 is not urn:matinee:agreement:ID:VERSION"),
        (lambda p: p.pop("assigner"), "/assigner: want one assigner for all rules, urn:matinee:party:ID"),
        (lambda p: p.update(assignee=["urn:matinee:party:a", "urn:matinee:party:b"]), "/assignee: want one assignee"),
        (lambda p: first(p).update(assignee="urn:matinee:party:all"), "/assignee: want one assignee for all rules"),
        (lambda p: first(p).update(action="use"), "/permission/0/action: permits use; want actions of the profile: "),
        (lambda p: first(p).pop("action"), "/permission/0: permits any action; name those that are meant"),
        (
            lambda p: first(p).pop("target"),
            "/permission/0: has no target: name the face, voice, body, writing or style",
        ),
        (
            lambda p: first(p).update(target="urn:matinee:person:bob:face"),
            "/permission/0/target: target urn:",
        ),
        (
            lambda p: first(p).update(target="urn:matinee:person:ada:voice"),
            "/permission/0/target: replicate-fa",
        ),
        (lambda p: first(p).pop("duty"), "/permission/0: has no compensation; one that is free says so, with amount 0"),
        (lambda p: first(p).update(duty=[{"action": "print"}]), "/permission/0/duty/0: duty print is not compensate"),
        (lambda p: p.update({"matinee:mood": "good"}), "/matinee:mood: mood is not a word of the profile"),
        (lambda p: p.update({"matinee:apart": "yes"}), "/matinee:apart: apart wants true or false"),
        (
            lambda p: p.update({"matinee:notice-hours": "two"}),
            "/matinee:notice-hours: notice-hours wants a whole number",
        ),
        (
            lambda p: first(p).update(action="matinee:fly"),
            "/permission/0/action: action urn:matinee:rights:1:fly is",
        ),
        (lambda p: p.update(permision=[]), "/permision: "),
    ],
)
def test_what_is_wrong_in_a_policy_written_by_hand_has_its_place(change, said):
    assert any(problem.startswith(said) for problem in wrong_with(change)), wrong_with(change)


@pytest.mark.parametrize("operator", ["eq", "gt", "neq"])
def test_a_count_is_a_limit(operator):
    def change(policy):
        next(each for each in first(policy)["constraint"] if each["leftOperand"] == "count")["operator"] = operator

    assert wrong_with(change) == ["/permission/0: count wants lteq or lt, one whole number, no unit and no status"]


def test_a_count_does_not_hide_in_other_conditions():
    def change(policy):
        count = {"leftOperand": "count", "operator": "lteq", "rightOperand": 5}
        first(policy)["constraint"].append({"or": [count, count]})

    assert wrong_with(change) == ["/permission/0: count stands only as a constraint of a permission, by itself"]


def test_fewer_than_is_one_less():
    policy = make_policy()
    next(each for each in first(policy)["constraint"] if each["leftOperand"] == "count")["operator"] = "lt"
    assert terms_of(policy).grants[0].limit == 2


def test_amounts_in_two_currencies_are_refused():
    form = {**FORM, "fee": {"amount": "1", "currency": "EUR"}}
    assert wrong_with(lambda _policy: None, form=form) == ["has amounts in EUR and USD, want one currency"]


def test_days_and_seconds_are_not_counted_together():
    pays = [{"amount": "1", "currency": "USD", "per": per} for per in ("day", "second")]
    assert wrong_with(lambda _policy: None, pay=pays)[0].startswith(
        "/permission/0: is paid by the day or by the second"
    )


@pytest.mark.parametrize("text", ["", "[]", "{", '{"@context": 1}', "null", '"x"', '{"a":1,"a":2}', "[" * 9000])
def test_what_is_no_policy_has_problems(text):
    terms, problems = read_terms(text)
    assert terms is None
    assert problems


def test_two_policies_in_one_file_are_one_too_many():
    one, other = make_policy(), make_policy(version=2)
    context = one.pop("@context")
    del other["@context"]
    _, problems = read_terms(write_canonical({"@context": context, "@graph": [one, other]}))
    assert [str(each) for each in problems] == ["holds 2 policies, want one"]
