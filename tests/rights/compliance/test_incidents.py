from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matinee.errors import UsageError
from matinee.rights.compliance.incidents import Report, fold_incidents, write_report
from matinee.tables.ledger import Leaf, canonical_json

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
REPORT = Report("A render stayed on a shared disk", "asset management", NOW, "high", uses=("u1",))


def leaf_of(entry, position=0):
    return Leaf(position, entry.kind, entry.key, 0, None, canonical_json(entry.body), None, None, ())


def write(*reports):
    """Write reports one after another; each but the first follows up incident 1."""
    leaves: list[Leaf] = []
    for number, report in enumerate(reports):
        follows = 1 if number else None
        leaves.append(leaf_of(write_report(report, fold_incidents(leaves), follows=follows, now=NOW), number))
    return leaves


def test_what_was_written_down_is_read_again():
    (incident,) = fold_incidents(write(REPORT))
    assert (incident.first, incident.state, incident.severity, incident.number) == (REPORT, "open", "high", 1)


def test_a_follow_up_changes_how_it_stands_and_keeps_what_was_said():
    later = Report("deleted", "asset management", NOW, "", "closed", uses=("u1", "u2"), subjects=("s1",))
    leaves = write(REPORT, later)
    assert [leaf.key for leaf in leaves] == ["incident/1", "incident/1/2"]
    (incident,) = fold_incidents(leaves)
    assert (incident.first, incident.state, incident.severity) == (REPORT, "closed", "high")
    assert (incident.uses, incident.subjects) == (("u1", "u2"), ("s1",))
    assert [each["what"] for each in incident.to_dict()["follow_ups"]] == ["deleted"]


def test_incidents_are_numbered():
    known = fold_incidents(write(REPORT))
    assert write_report(REPORT, known, follows=None, now=NOW).key == "incident/2"


def test_an_entry_that_cannot_be_read_is_an_incident_of_its_own():
    broken = replace(write(REPORT)[0], body='{"what": 1')
    (incident,) = fold_incidents([broken])
    assert incident.severity == "critical"
    assert "entry 0 is an incident that cannot be read" in incident.first.what


@pytest.mark.parametrize(
    ("changes", "follows", "message"),
    [
        ({"severity": ""}, None, "a new incident without severity; give one of low"),
        ({"severity": "dire"}, None, "there is no severity 'dire'"),
        ({"state": "gone"}, None, "there is no state 'gone'; give one of open"),
        ({"what": " "}, None, "an incident without words"),
        ({"at": NOW + timedelta(seconds=1)}, None, "has not come yet; say when it happened"),
        ({}, 3, "there is no incident 3; list them"),
    ],
)
def test_what_cannot_be_is_not_written_down(changes, follows, message):
    with pytest.raises(UsageError, match=message):
        write_report(replace(REPORT, **changes), [], follows=follows, now=NOW)
