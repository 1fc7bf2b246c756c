from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rights.signing import FORM, PERMIT, make_policy, terms_of

from matinee.rights.agreements.canonical import write_canonical
from matinee.rights.agreements.form import read_toml, write_policy
from matinee.rights.agreements.terms import read_terms

TOML = """
person = "ada"
producer = "studio"
description = "Her voice in the dub of The Harbour"
represented-by = "SAG-AFTRA"

[[permit]]
actions = ["dub"]
project = "harbour"
language = ["fr", "de"]
until = 2027-01-01T00:00:00Z
pay = [{amount = "1.50", currency = "EUR", per = "second"}]
delete-after-days = 30

[[forbid]]
actions = ["train-model"]
of = ["voice"]
"""


def problems_of(**changes):
    _, problems = write_policy({**FORM, **changes}, "ag1", 1)
    return [str(problem) for problem in problems]


def test_a_short_toml_becomes_the_policy_that_it_stands_for():
    form, problems = read_toml(TOML)
    policy, wrong = write_policy(form, "ag7", 2)
    assert (problems, wrong) == ([], [])
    terms = terms_of(policy)
    assert (terms.agreement_id, terms.version, terms.person_id, terms.producer_id) == ("ag7", 2, "ada", "studio")
    (grant,) = terms.grants
    assert (grant.actions, grant.kinds, grant.projects) == ({"dub"}, {"voice"}, ("harbour",))
    assert [str(price.amount) + price.currency + price.per for price in grant.prices] == ["3/2EURsecond"]
    assert grant.owed == ("delete after 30 days",)
    assert terms.ends_at.isoformat() == "2027-01-01T00:00:00+00:00"
    assert [rule.kind for rule in terms.policy.rules] == ["permission", "prohibition"]


def test_what_is_no_toml_has_its_line():
    assert "line 2" in str(read_toml("a = 1\nb = ?\n")[1][0])


def test_a_day_at_the_end_is_included():
    assert terms_of(make_policy()).ends_at.isoformat() == "2027-09-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("permit", "said"),
    [
        ({"actions": ["fly"]}, "/permit/0/actions: 'fly' is not known; want one of replicate-face, "),
        ({"actions": []}, "/permit/0/actions: names no action"),
        ({"actions": ["train-model"]}, "/permit/0/of: does not say of what"),
        ({"project": []}, "/permit/0/project: is empty; leave it out where anything will do"),
        ({"moon": "full"}, "/permit/0/moon: is not a word of the form; want one of "),
        ({"count": -1}, "/permit/0/count: got -1, want a whole number, 0 or more"),
        ({"count": True}, "/permit/0/count: got True, want a whole number"),
        ({"until": "soon"}, "/permit/0/until: got soon, want a day, or a time with its zone"),
        ({"until": datetime(2027, 1, 1)}, "/permit/0/until: got 2027-01-01 00:00:00, want a day, or a time"),
        ({"pay": [{"amount": 250, "currency": "USD", "per": "use"}]}, "/permit/0/pay/0/amount: got 250, want a number"),
        ({"pay": [{"amount": "-1", "currency": "USD", "per": "use"}]}, "/permit/0/pay/0/amount: got '-1', want"),
        ({"pay": [{"amount": "1", "currency": "usd", "per": "use"}]}, "/permit/0/pay/0/currency: got 'usd', want"),
        ({"pay": [{"amount": "1", "currency": "USD", "per": "smile"}]}, "/permit/0/pay/0/per: got 'smile', want one"),
        (
            {"pay": [{"amount": "1e30", "currency": "USD", "per": "use"}]},
            "/permit/0/pay/0/amount: got '1e30', more than a ledger can hold",
        ),
        ({"pay": "much"}, "/permit/0/pay/0: want for example"),
        ({"inform": "yes"}, "/permit/0/inform: got 'yes', want true or false"),
    ],
)
def test_what_is_wrong_in_a_form_has_its_place(permit, said):
    (problem,) = problems_of(permit=[{**PERMIT, **permit}])
    assert problem.startswith(said)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"person": "a b"}, "/person: got 'a b', want an id of letters, digits and . _ ~ -"),
        ({"permit": []}, "/permit: permits nothing"),
        (
            {"fee": {"amount": "92233720368547758.08", "currency": "USD"}},
            "/fee/amount: got '92233720368547758.08', more",
        ),
        ({"permit": "all"}, "/permit: want a list of tables, [[permit]]"),
        ({"apart": "yes"}, "/apart: got 'yes', want true or false"),
        ({"notice-hours": 47.5}, "/notice-hours: got 47.5, want a whole number"),
        ({"fee": {"amount": "200"}}, "/fee/currency: got None, want an ISO 4217 code such as USD"),
    ],
)
def test_what_is_wrong_at_the_top_has_its_place(form, said):
    assert any(problem.startswith(said) for problem in problems_of(**form))


WORDS = st.sampled_from(["person", "producer", "permit", "forbid", "fee", "apart", "description", "other"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(PERMIT)), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(WORDS, JUNK), st.dictionaries(st.sampled_from(sorted(PERMIT)), JUNK, min_size=1))
def test_no_form_crashes_and_none_half_right_gets_through(junk, permit):
    policy, problems = write_policy({**FORM, **junk, "permit": [{**PERMIT, **permit}]}, "ag1", 1)
    assert (policy is None) == bool(problems)
    if policy is not None:
        read_terms(write_canonical(policy))


def test_iso_texts_are_times_as_a_web_form_sends_them():
    form = {**FORM, "permit": [{**PERMIT, "from": "2026-09-01", "until": "2027-08-31T22:00:00+02:00"}]}
    policy, problems = write_policy(form, "ag1", 1)
    assert problems == []
    assert terms_of(policy).ends_at == datetime.fromisoformat("2027-08-31T20:00:00+00:00")
