import csv
import sqlite3

import pytest
from tests.cli.test_agreements import OFFER, PEOPLE, Studio, ask, write_key
from tests.rights.signing import ADA

from matinee.cli import rights

STATED = """
controller = "Example Stream Ltd, Dublin"
security = "encrypted disks"
[[model]]
name = "faces-2"
marks = ["signed metadata", "watermark"]
disclosure = "a line in the credits"
retention = "until delivery"
"""


def read_rows(path):
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.fixture
def studio(command, tmp_path):
    """A service with an agreement that Ada has signed, one use of it and one that was refused."""
    command("init", tmp_path / "service")
    made = Studio(command, tmp_path)
    made("agreement", "register", made.at("people.toml", PEOPLE))
    made("agreement", "offer", "ag1", made.at("offer.toml", OFFER), "--by", "studio")
    made("agreement", "sign", "ag1", "--key", write_key(tmp_path / "ada.pem", ADA))
    assert ask(made).code == 0
    assert ask(made, use_id="u2", project="other").code == 1
    return made


def test_the_register_names_each_use_with_its_consent(studio):
    (row,) = studio("rights", "register", "--json").json["rows"]
    assert row["system"] == "replicate-face of face for harbour"
    assert (row["model"], row["person"], row["permits"], row["state"]) == ("faces-2", "ada", "1", "signed")
    assert row["consent"].startswith("ag1, version 1, signed by Ada Diaz (self, key ")
    assert [line["stands"] for line in row["asked"]][:2] == ["missing", "missing"]
    said = studio("rights", "register")
    assert "2 more machine-readable layers" in said.out
    assert "No legal advice" in said.out


def test_what_the_owner_states_fills_the_register(studio, tmp_path):
    (tmp_path / "service" / "compliance.toml").write_text(STATED)
    said = studio("rights", "register", "--json").json
    assert (said["controller"], said["missing"]) == ("Example Stream Ltd, Dublin", 0)
    (tmp_path / "service" / "compliance.toml").write_text('contoller = "x"')
    bad = studio("rights", "register")
    assert (bad.code, bad.out) == (1, "")
    assert "compliance.toml: /contoller: is not known; want one of controller, security" in bad.err


def test_a_revoked_agreement_and_one_not_used_yet_are_in_the_register(studio, tmp_path):
    studio("agreement", "revoke", "ag1", "--by", "Ada")
    studio("agreement", "offer", "ag2", studio.at("offer.toml", OFFER), "--by", "studio")
    studio("agreement", "sign", "ag2", "--key", tmp_path / "ada.pem")
    rows = studio("rights", "register", "--json").json["rows"]
    assert [(row["state"], row["model"], row["permits"]) for row in rows] == [
        ("revoked", "faces-2", "1"),
        ("signed", "none yet", "0"),
    ]
    assert any("Revoked at" in each for line in rows[0]["asked"] for each in line["in_place"])


def test_a_version_that_was_superseded_keeps_its_uses_and_its_signature(studio, tmp_path):
    studio("agreement", "counter", "ag1", studio.at("counter.toml", OFFER), "--by", "Ada")
    studio("agreement", "sign", "ag1", "--key", tmp_path / "ada.pem")
    rows = studio("rights", "register", "--json").json["rows"]
    assert [(row["state"], row["permits"]) for row in rows] == [("superseded", "1"), ("signed", "0")]
    assert "version 1, signed by Ada Diaz" in rows[0]["consent"]


def test_what_is_too_long_to_print_is_said_to_be_more(studio, monkeypatch):
    monkeypatch.setattr(rights, "SHOWN", 0)
    assert "… and 1 more systems and uses; --html, --csv and --json have all." in studio("rights", "register").out
    assert "… and 1 more kinds of refusals; --json has all." in studio("rights", "incident", "list").out


def test_a_damaged_agreement_is_one_line(studio, tmp_path):
    with sqlite3.connect(tmp_path / "service" / "rights.db") as connection:
        connection.execute("DROP TRIGGER agreement_events_no_update")
        connection.execute("UPDATE agreement_events SET text = replace(text, '250', '25')")
    connection.close()
    said = studio("rights", "register")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "ag1: a stored record does not fit its digest" in said.err


def test_the_recommender_is_in_the_register(command, world):
    (row,) = command("rights", "register", "--service", world, "--json").json["rows"]
    assert (row["system"], row["person"]) == ("recommender", "400 members")
    asked = {line["citation"]["rule"]: line for line in row["asked"]}
    assert any("halves every" in each for each in asked["eu.dsa.27"]["in_place"])


def test_the_register_is_written_as_csv_and_html(studio, tmp_path):
    said = studio("rights", "register", "--csv", tmp_path / "r.csv", "--html", tmp_path / "r.html")
    assert said.code == 0
    rows = read_rows(tmp_path / "r.csv")
    assert {row["system"] for row in rows} == {"replicate-face of face for harbour"}
    assert {row["grade"] for row in rows} == {"S"}
    page = (tmp_path / "r.html").read_text()
    assert "<h2>replicate-face of face for harbour</h2>" in page
    assert "eu.ai-act.50.marking, 2026-08-02, grade S" in page
    assert studio("rights", "register", "--csv", tmp_path / "r.txt").code == 2


def test_no_cell_is_a_formula(studio, tmp_path):
    (tmp_path / "service" / "compliance.toml").write_text('[[model]]\nname = "faces-2"\nowner = "=1+1"')
    studio("rights", "register", "--csv", tmp_path / "r.csv")
    assert {row["owner"] for row in read_rows(tmp_path / "r.csv")} == {"'=1+1"}


def test_incidents_are_written_down_and_followed_up(studio):
    words = ("--by", "asset management", "--use", "u1", "--person", "ada")
    said = studio("rights", "incident", "add", "A render stayed on a shared disk", "--severity", "high", *words)
    assert said.out == "Incident 1: open, high.\n"
    studio("rights", "incident", "add", "deleted", "--by", "legal", "--state", "closed", "--follows", 1)
    found = studio("rights", "incident", "list", "--json").json
    (incident,) = found["incidents"]
    assert (incident["state"], incident["uses"], incident["persons"]) == ("closed", ["u1"], ["ada"])
    assert [(each["reasons"], each["times"]) for each in found["refused"]] == [(["count", "terms"], 1)]
    assert found["findings"] == []
    shown = studio("rights", "incident", "list").out
    assert "closed: deleted (legal)" in " ".join(shown.replace("│", " ").split())
    assert "The ledger is as it was recorded." in shown


def test_who_was_erased_is_no_longer_named_in_an_incident(studio):
    words = ("--by", "legal", "--severity", "low", "--person", "ada")
    studio("rights", "incident", "add", "x", *words)
    studio("ledger", "erase", "--person", "ada")
    found = studio("rights", "incident", "list", "--json").json
    assert (found["incidents"][0]["persons"], found["findings"]) == (["erased"], [])
    again = studio("rights", "incident", "add", "x", *words)
    assert (again.code, again.err) == (2, "matinee: the ledger knows no person 'ada'; nothing was written down\n")


def test_what_an_audit_finds_stands_beside_the_incidents(studio, tmp_path):
    with sqlite3.connect(tmp_path / "service" / "rights.db") as connection:
        connection.execute("DROP TRIGGER leaves_no_update")
        connection.execute("""UPDATE leaves SET body = replace(body, '250.00', '25.00') WHERE key = 'u1'""")
    connection.close()
    assert studio("rights", "incident", "list", "--json").json["findings"][0]["what"] == "edit"
    assert ": the content does not hash" in studio("rights", "incident", "list").out
    assert studio("rights", "incident", "list", "--quick", "--json").json["findings"] is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("x", "--by", "legal"), "a new incident without severity; give one of low, medium, high, critical"),
        (("x", "--by", "legal", "--severity", "low", "--use", "u9"), "the ledger has no use 'u9'"),
        (("x", "--by", "legal", "--severity", "low", "--when", "noon"), "--when 'noon' is no time with a zone"),
        (("x", "--by", "legal", "--follows", "7"), "there is no incident 7; list them with"),
    ],
)
def test_an_incident_that_cannot_be_is_one_line(studio, words, message):
    said = studio("rights", "incident", "add", *words)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert message in said.err
