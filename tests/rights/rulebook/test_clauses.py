from dataclasses import fields, replace
from datetime import date

import pytest

from matinee.rights.money import Money
from matinee.rights.rulebook.clauses import CHECKS, Clause, check_clause

FAIR = Clause(
    signed_on=date(2026, 9, 1),
    territories=("US-CA",),
    union="SAG-AFTRA",
    actions=frozenset({"replicate-face"}),
    medium="film",
    is_blanket=False,
    is_perpetual=False,
    is_described=True,
    is_represented=True,
    is_apart=True,
    notice_hours=48,
    is_on_strike=False,
    is_minor=False,
    is_deceased=False,
    is_transferable=False,
    is_in_place_of_background=False,
    is_synthetic=False,
    credits_ai=False,
    requires_ai=False,
    discloses_ai=True,
)
FEE = Money(20000, "USD")
SCAN = replace(FAIR, union=None, is_blanket=True, is_perpetual=True, is_described=False, flat_fee=FEE)


def findings(rulebook, clause):
    return {finding.citation.rule: finding for finding in check_clause(rulebook, clause)}


def test_a_fair_clause_stands(rulebook):
    assert findings(rulebook, FAIR) == {}
    assert findings(rulebook, replace(FAIR, union="WGA", actions=frozenset({"adapt-text"}))) == {}


@pytest.mark.parametrize(
    ("change", "rule", "effect"),
    [
        ({"is_described": False}, "us-ca.ab-2602", "refuse"),
        ({"is_represented": None}, "us-ca.ab-2602", "refuse"),
        ({"is_blanket": True}, "us-ca.ab-2602", "refuse"),
        ({"is_described": None}, "sag-aftra.replica.description", "refuse"),
        ({"notice_hours": 47}, "sag-aftra.replica.notice", "refuse"),
        ({"notice_hours": None}, "sag-aftra.replica.notice", "refuse"),
        ({"is_apart": False}, "sag-aftra.replica.apart", "refuse"),
        ({"is_blanket": True}, "sag-aftra.replica.other-project", "refuse"),
        ({"flat_fee": FEE, "is_perpetual": True}, "sag-aftra.replica.days", "refuse"),
        ({"flat_fee": FEE, "is_perpetual": True}, "replica.flat-buyout", "flag"),
        ({"is_in_place_of_background": True}, "sag-aftra.replica.background-count", "refuse"),
        ({"is_on_strike": True}, "sag-aftra.replica.strike", "refuse"),
        ({"is_on_strike": True, "medium": "game"}, "sag-aftra.games.strike", "refuse"),
        ({"is_minor": True}, "replica.minors", "refuse"),
        ({"is_minor": None}, "replica.minors", "refuse"),
        ({"is_deceased": True}, "us-ca.ab-1836", "refuse"),
        ({"is_deceased": True, "territories": ("US",)}, "us-ny.s8391", "refuse"),
        ({"is_synthetic": True}, "sag-aftra.replica.synthetic", "flag"),
        ({"is_transferable": True}, "sag-aftra.replica.transfer", "flag"),
        ({"actions": {"train-model"}}, "sag-aftra.training-notice", "flag"),
        ({"actions": {"dub", "replicate-face"}, "signed_on": date(2027, 7, 1)}, "sag-aftra.replica.dubbing", "flag"),
        ({"union": "WGA", "credits_ai": None}, "wga.ai.not-a-writer", "refuse"),
        ({"union": "WGA", "requires_ai": True}, "wga.ai.not-required", "refuse"),
        ({"union": "WGA", "discloses_ai": False}, "wga.ai.disclosed", "refuse"),
    ],
)
def test_each_rule_finds_what_breaks_it(rulebook, change, rule, effect):
    clause = replace(FAIR, **change)
    found = findings(rulebook, clause)
    assert found[rule].effect == effect
    assert str(found[rule]).startswith(f"{effect}: ")
    assert rule in str(found[rule])


@pytest.mark.parametrize(
    "change",
    [
        {"is_minor": True, "has_guardian": True},
        {"is_deceased": True, "has_estate": True},
        {"is_synthetic": True, "has_union_notice": True},
        {"actions": {"train-model"}, "has_union_notice": True},
        {"actions": {"dub"}, "signed_on": date(2027, 7, 1)},
        {"actions": {"dub", "replicate-face"}, "signed_on": date(2027, 6, 30)},
        {"territories": ("FR",), "is_represented": False},
        {"territories": ("US-NY",), "is_represented": False},
        {"signed_on": date(2024, 12, 31), "is_represented": False},
        {"union": None, "is_apart": False, "notice_hours": 1, "is_on_strike": True},
        {"signed_on": date(2026, 6, 30), "is_on_strike": True},
        {"flat_fee": FEE, "is_perpetual": False},
        {"actions": {"adapt-text"}, "is_described": False, "is_apart": False},
    ],
)
def test_what_no_rule_forbids_stands(rulebook, change):
    assert findings(rulebook, replace(FAIR, **change)) == {}


def test_a_scan_for_ever_is_refused_in_california_with_the_rules_name_and_priced(rulebook):
    refused, flagged = check_clause(rulebook, SCAN)
    assert str(refused) == (
        "refuse: a perpetual clause on replicas is void without a reasonably specific description of the use"
        " [us-ca.ab-2602 (2025-01-01, S); iplawyerla.com]"
    )
    assert flagged.why == (
        "One fee of $200.00 is less than $231.00 a use from use 1 on."
        " The rate is sag-aftra.background.day-rate (2026-07-01, D); ten uses bring $2,310.00."
    )


def test_a_buyout_is_priced_at_the_clauses_own_rate_where_it_has_one(rulebook):
    flagged = findings(rulebook, replace(SCAN, rate_per_use=Money(5000, "USD")))["replica.flat-buyout"]
    assert "less than $50.00 a use from use 5 on. The rate is the clause's own" in flagged.why


def test_a_buyout_that_cannot_be_priced_is_flagged_all_the_same(rulebook):
    flagged = findings(rulebook, replace(SCAN, flat_fee=Money(1, "EUR")))["replica.flat-buyout"]
    assert flagged.why == "one fee of EUR 0.01 buys the replica for ever; no rate in EUR to price it beside"


@pytest.mark.parametrize("union", ["SAG-AFTRA", "WGA", None])
def test_what_is_not_stated_counts_as_the_worse(rulebook, union):
    silent = Clause(signed_on=date(2027, 7, 1), union=union, flat_fee=FEE)
    found = findings(rulebook, silent)
    due = {rule_id for rule_id in CHECKS if rulebook.find(rule_id, silent.signed_on).union in (None, union)}
    assert set(found) == due
    assert all(finding.why for finding in found.values())


def test_stating_one_thing_more_never_adds_a_finding_beyond_silence(rulebook):
    silent = Clause(signed_on=date(2027, 7, 1), union="SAG-AFTRA", flat_fee=FEE)
    most = set(findings(rulebook, silent))
    for field in fields(Clause):
        stated = getattr(FAIR, field.name)
        if field.name not in ("signed_on", "union"):
            assert set(findings(rulebook, replace(silent, **{field.name: stated}))) <= most


def test_every_check_has_its_rule_and_every_rule_with_an_effect_its_check(rulebook):
    assert {rule.id for rule in rulebook if rule.effect} == set(CHECKS)


def test_the_users_own_file_may_turn_a_refusal_into_a_flag(own_rulebook):
    own = '[[rule]]\nid = "sag-aftra.replica.apart"\nfrom = 2023-11-09\neffect = "flag"\nsource = "our counsel"\n'
    found = findings(own_rulebook(own), replace(FAIR, is_apart=False))["sag-aftra.replica.apart"]
    assert (found.effect, found.citation.grade) == ("flag", "user")


def test_a_rule_that_is_not_verified_flags_at_most(rulebook):
    rule = replace(rulebook.find("sag-aftra.replica.apart", FAIR.signed_on), grade="N")
    book = replace(rulebook, versions={rule.id: (rule,)})
    assert findings(book, replace(FAIR, is_apart=False))[rule.id].effect == "flag"
