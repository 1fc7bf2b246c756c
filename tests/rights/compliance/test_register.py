from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from matinee.rights.compliance.asked import LAYERS, OF_RECOMMENDER, OF_USE
from matinee.rights.compliance.register import FACTS, make_register
from matinee.rights.compliance.stated import Stated, SystemStatement
from matinee.rights.compliance.systems import PersonUse, Recommender

DAY = date(2026, 11, 22)
RECOMMENDER = Recommender("run-1", "blend", "0" * 64, 4_837, 396, 400, 12, 1, ("popularity: halves every 30 days",))
USE = PersonUse(
    permission="urn:matinee:agreement:ag1:1#permission-1",
    agreement_id="ag1",
    version=1,
    state="signed",
    person_id="ada",
    producer_id="studio",
    kind="face",
    action="replicate-face",
    project="harbour",
    model="faces-2",
    description="Her face in the crowd of scene 12",
    is_apart=True,
    notice_hours=72,
    signed="Ada Diaz (self) on 2026-10-01",
    times=2,
    first=datetime(2026, 10, 5, tzinfo=UTC),
    last=datetime(2026, 10, 6, tzinfo=UTC),
)
MARKS = ("signed metadata", "watermark")
ALL = SystemStatement("Programming", "nobody", "24 months", "a.example", "b.example", "c.example", "a card", MARKS)
EVERYTHING = Stated("Example Ltd", "encrypted disks", ALL, {"faces-2": ALL})


def lines(register, row=0):
    return {line.citation.rule: line for line in register.rows[row].lines}


def test_every_rule_that_is_asked_is_in_the_rulebook(rulebook):
    asked = {LAYERS, *OF_RECOMMENDER, *OF_USE}
    assert asked <= set(rulebook.versions)
    assert {rule.grade for rule in rulebook if rule.id in asked} == {"S"}


def test_without_a_statement_what_is_missing_is_said(rulebook):
    register = make_register(rulebook, RECOMMENDER, [USE], Stated(), on=DAY)
    recommender, use = lines(register), lines(register, 1)
    assert set(recommender) == set(OF_RECOMMENDER)
    assert recommender["eu.gdpr.13-14"].state == "missing"
    assert recommender["eu.gdpr.15"].state == "in place"
    assert recommender["eu.dsa.38"].evidence.has[0].endswith("by popularity; 12 of 400 do.")
    assert use[LAYERS].evidence.missing == ("2 more machine-readable layers in what faces-2 makes (marks).",)
    assert use["eu.gdpr.9"].state == "in place"
    assert register.missing == 9


def test_with_everything_stated_nothing_is_missing(rulebook):
    register = make_register(rulebook, RECOMMENDER, [USE], EVERYTHING, on=DAY)
    assert [line.citation.rule for row in register.rows for line in row.lines if line.evidence.missing] == []
    assert register.rows[1].facts["mark"] == "signed metadata, watermark"
    assert "Stated: watermark, in all that faces-2 makes." in lines(register, 1)[LAYERS].evidence.has


def test_one_layer_of_two_is_half(rulebook):
    model = replace(ALL, marks=("watermark",))
    register = make_register(rulebook, None, [USE], replace(EVERYTHING, models={"faces-2": model}), on=DAY)
    assert lines(register)[LAYERS].evidence.missing == ("1 more machine-readable layer in what faces-2 makes (marks).",)
    assert lines(register)[LAYERS].state == "partly"


def test_a_rule_is_not_asked_before_its_day(rulebook):
    before = make_register(rulebook, None, [USE], Stated(), on=date(2026, 8, 1))
    assert LAYERS not in lines(before)
    assert "eu.gdpr.9" in lines(before)


@pytest.mark.parametrize(
    ("changes", "not_asked"),
    [
        ({"kind": "writing", "action": "adapt-text"}, {"eu.gdpr.9", "eu.ai-act.50.disclosure"}),
        ({"action": "train-model"}, {LAYERS, "eu.ai-act.50.disclosure"}),
    ],
)
def test_what_an_article_is_not_about_is_not_asked(rulebook, changes, not_asked):
    register = make_register(rulebook, None, [replace(USE, **changes)], Stated(), on=DAY)
    assert {LAYERS, *OF_USE} - set(lines(register)) == not_asked


def test_a_revocation_leaves_a_question_open(rulebook):
    revoked = replace(USE, state="revoked", revoked_at=datetime(2026, 10, 7, 9, 30, tzinfo=UTC))
    line = lines(make_register(rulebook, None, [revoked], EVERYTHING, on=DAY))["eu.gdpr.9"]
    assert "Revoked at 2026-10-07 09:30 UTC; the gate refuses every use since." in line.evidence.has
    assert line.state == "partly"
    owed = replace(revoked, owed=("inform", "delete after 30 days"))
    assert lines(make_register(rulebook, None, [owed], EVERYTHING, on=DAY))["eu.gdpr.9"].state == "in place"


def test_people_are_told_by_the_agreement_that_they_signed(rulebook):
    ends = replace(USE, ends_at=datetime(2027, 1, 1, tzinfo=UTC))
    told = [lines(make_register(rulebook, None, [each], EVERYTHING, on=DAY))["eu.gdpr.13-14"] for each in (USE, ends)]
    assert told[0].evidence.has[0] == "The agreement that was signed names studio, the use and no end."
    assert told[1].evidence.has[0].endswith("the use and its end, 2027-01-01 00:00 UTC.")


def test_a_use_names_its_entries_in_the_ledger(rulebook):
    used = [replace(USE, entries=("u1", "u2")), replace(USE, entries=("u1",), times=9)]
    record = [lines(make_register(rulebook, None, [each], EVERYTHING, on=DAY))["eu.gdpr.30"] for each in used]
    assert [each.evidence.has[1] for each in record] == ["In the ledger: u1, u2.", "In the ledger: u1 and 8 more."]


def test_consent_without_a_signature_is_missing(rulebook):
    line = lines(make_register(rulebook, None, [replace(USE, signed="")], EVERYTHING, on=DAY))["eu.gdpr.9"]
    assert (line.state, line.evidence.missing) == ("missing", ("A signature under ag1, version 1.",))


def test_the_register_is_a_table_and_json(rulebook):
    register = make_register(rulebook, RECOMMENDER, [USE], Stated(), on=DAY)
    heading, *rows = register.cells()
    assert heading[: len(FACTS)] == FACTS
    assert {len(row) for row in (heading, *rows)} == {len(heading)}
    assert len(rows) == sum(len(row.lines) for row in register.rows)
    said = register.to_dict()
    assert said["rows"][1]["consent"] == "ag1, version 1, signed by Ada Diaz (self) on 2026-10-01"
    assert said["rows"][0]["asked"][0]["citation"]["grade"] == "S"
    assert said["missing"] == register.missing
