from datetime import UTC, datetime

import pytest

from matinee.rights.odrl import Fact, load_request, load_world, read_turtle
from matinee.rights.odrl.model import DutyRecord
from matinee.rights.odrl.names import odrl

PREFIX = """@prefix odrl: <http://www.w3.org/ns/odrl/2/>. @prefix ex: <urn:ex:>. @prefix dct: <http://purl.org/dc/terms/>.
@prefix xsd: <http://www.w3.org/2001/XMLSchema#>. @prefix report: <https://w3id.org/force/compliance-report#>.
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#>. @prefix temp: <http://example.com/request/>.
"""
DUTY = "ex:r a report:DutyReport; report:rule ex:pay;"
OTHER = DUTY.replace("ex:r ", "ex:s ")
FACT = "odrl:leftOperand odrl:count; odrl:operator odrl:eq; odrl:rightOperand"


def world(text):
    found, problems = load_world(read_turtle(PREFIX + text))
    assert problems == []
    return found


def request(text):
    found, problems = load_request(read_turtle(PREFIX + text))
    assert problems == []
    return found


def test_the_world_knows_the_time_the_members_and_the_classes():
    found = world("""
        temp:currentTime dct:issued "2026-01-31T12:00:00Z"^^xsd:dateTime .
        ex:x odrl:partOf ex:a, ex:b . ex:x a ex:Film . ex:Film rdfs:subClassOf ex:Work .""")
    assert found.now == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert found.parts == {"urn:ex:x": {"urn:ex:a", "urn:ex:b"}}
    assert found.types["urn:ex:x"] == {"urn:ex:Film", "urn:ex:Work"}


def test_a_fact_is_about_the_node_that_has_it_or_about_the_world():
    found = world(f"ex:rule odrl:constraint [ {FACT} 3 ] . ex:all {FACT} 9; odrl:unit ex:plays .")
    assert found.facts == {
        "urn:ex:rule": {odrl("count"): Fact((3,))},
        "": {odrl("count"): Fact((9,), "urn:ex:plays")},
    }


@pytest.mark.parametrize(
    ("state", "performance", "record"),
    [
        ("Fulfilled", "Performed", DutyRecord("fulfilled", True)),
        ("Violated", "Unperformed", DutyRecord("violated")),
        ("NonSet", "Unknown", DutyRecord("open")),
    ],
)
def test_the_world_knows_what_became_of_duties(state, performance, record):
    said = f"report:deonticState report:{state}; report:performanceState report:{performance}"
    assert world(f"{DUTY} {said} .").duties == {"urn:ex:pay": record}


def test_the_time_may_be_a_fact_like_any_other():
    noon = '"2026-01-31T12:00:00Z"^^xsd:dateTime'
    found = world(f"ex:now {FACT.replace('count', 'dateTime')} {noon} .")
    assert found.now == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert found.facts[""] == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('temp:currentTime dct:issued "2026-01-31T12:00:00"^^xsd:dateTime .', "names no time zone"),
        ('temp:currentTime dct:issued "2026-01-31"^^xsd:date .', "gives the time as a day, or more than once"),
        (f"{DUTY} .", "line 4: has no deonticState of Fulfilled"),
        (f"{DUTY} report:deonticState report:NonSet . {OTHER} report:deonticState report:Violated .", "two things of"),
        (f"ex:a {FACT} 1 . ex:b {FACT} 2 .", "line 4: says two things of count"),
        (f"ex:a {FACT} 'x' .", "line 4: count wants a number, got 'x'"),
        ("ex:a odrl:leftOperand odrl:count; odrl:operator odrl:lt; odrl:rightOperand 5 .", "line 4: states nothing"),
        ("ex:a odrl:leftOperand ex:mood .", "operand urn:ex:mood is not known"),
        ("ex:a odrl:partof ex:b .", "line 4: partof is not a property of ODRL 2.2"),
        ("ex:a", "line 4: the file ends in the middle of a statement"),
    ],
)
def test_what_is_wrong_with_a_world_is_said(text, problem):
    found, problems = load_world(read_turtle(PREFIX + text))
    assert found is None
    assert any(problem in str(each) for each in problems)


def test_a_request_asks_for_one_use_and_says_more_about_it():
    purpose = "odrl:leftOperand odrl:purpose; odrl:operator odrl:eq; odrl:rightOperand ex:news"
    dpi = "odrl:leftOperand odrl:resolution; odrl:operator odrl:eq; odrl:rightOperand 600"
    found = request(f"""ex:r a odrl:Request; odrl:permission [ odrl:assignee ex:alice; odrl:target ex:x;
        odrl:action [ <http://www.w3.org/1999/02/22-rdf-syntax-ns#value> odrl:print; odrl:refinement [ {dpi} ] ];
        odrl:constraint [ {purpose} ] ] .""")
    assert (found.action, found.assignee, found.target) == (odrl("print"), "urn:ex:alice", "urn:ex:x")
    assert found.facts == {odrl("purpose"): Fact(("urn:ex:news",)), odrl("resolution"): Fact((600,))}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ex:r a odrl:Set .", "holds 0 requests, want one"),
        ("ex:r a odrl:Request .", "has 0 values of permission, want one"),
        ("ex:r a odrl:Request; odrl:permission [ odrl:target ex:x, ex:y ] .", "asks for 2 values of target"),
        ("ex:r a odrl:Request; odrl:permission [ odrl:action ex:fly ] .", "line 4: action urn:ex:fly is not known"),
        ("ex:r a odrl:Request; odrl:permission [ odrl:target 'x' ] .", "line 4: target 'x' is not an IRI"),
        (f"ex:r a odrl:Request; odrl:permission [ odrl:constraint [ {FACT} 1 ], [ {FACT} 2 ] ] .", "two things of"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(text, problem):
    found, problems = load_request(read_turtle(PREFIX + text))
    assert found is None
    assert any(problem in str(each) for each in problems)
