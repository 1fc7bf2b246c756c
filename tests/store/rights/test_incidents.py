"""Incidents written down and followed up, on SQLite and on PostgreSQL."""

from dataclasses import replace

from tests.flows.lot import NOW, make_lot

from matinee.flows.compliance import add_incident, list_incidents
from matinee.flows.ledger import erase
from matinee.rights.compliance.incidents import Report


def test_an_incident_is_written_down_followed_up_and_names_nobody_who_was_erased(url, tmp_path):
    lot = make_lot(tmp_path / "service")
    lot.service = replace(lot.service, settings=replace(lot.service.settings, database_url=url))
    lot.agree().use("u1")
    first = Report("A render stayed on a shared disk", "asset management", NOW, "high", uses=("u1",))
    assert add_incident(lot.service, first, person_ids=["ada"], now=NOW).number == 1
    add_incident(lot.service, replace(first, what="deleted", severity="", state="closed"), follows=1, now=NOW)
    (incident,) = list_incidents(lot.service)["incidents"]
    assert (incident["state"], incident["uses"], incident["persons"]) == ("closed", ["u1"], ["ada"])
    erase(lot.service, "ada")
    found = list_incidents(lot.service)
    assert (found["incidents"][0]["persons"], found["findings"]) == (["erased"], [])
