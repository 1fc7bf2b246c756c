import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.cli.conftest import Command
from tests.rights.signing import ADA, AGENT, REQUEST

from matinee.rights.agreements.keys import public_text

NOW = datetime.now(UTC)
OFFER = f"""
person = "ada"
producer = "studio"
description = "Her face in the crowd of scene 12 of The Harbour"
represented-by = "SAG-AFTRA"
notice-hours = 72
apart = true
transferable = false
in-place-of-background = false
synthetic = false

[[permit]]
actions = ["replicate-face"]
project = "harbour"
territory = ["US"]
from = {NOW - timedelta(days=1):%Y-%m-%d}
until = {NOW + timedelta(days=30):%Y-%m-%d}
count = 1
pay = [{{amount = "250", currency = "USD", per = "use"}}]
"""
PEOPLE = f"""
[[person]]
id = "ada"
name = "Ada Diaz"
born = 1990-01-31
union = "SAG-AFTRA"
key = [{{role = "self", holder = "Ada Diaz", public = "{public_text(ADA)}", from = 2026-01-01}}]
[[union]]
name = "SAG-AFTRA"
on-strike = false
"""
FOR_EVER = (
    OFFER.partition("[[permit]]")[0]
    + """
fee = {amount = "200", currency = "USD"}
[[permit]]
actions = ["replicate-face"]
"""
)


def write_key(path, private: Ed25519PrivateKey):
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@dataclass(frozen=True)
class Studio:
    """A service; it is called with the words of a verb, and writes files beside it."""

    command: Command
    folder: Path

    def __call__(self, *words):
        return self.command(*words, "--service", self.folder / "service")

    def at(self, name, text):
        (self.folder / name).write_text(text)
        return self.folder / name


@pytest.fixture
def studio(command, tmp_path):
    """A service that knows Ada."""
    command("init", tmp_path / "service")
    made = Studio(command, tmp_path)
    said = made("agreement", "register", made.at("people.toml", PEOPLE))
    assert said.out == "Registered ada, SAG-AFTRA (no strike).\n"
    write_key(tmp_path / "ada.pem", ADA)
    return made


@pytest.fixture
def signed(studio, tmp_path):
    """The same, once Ada has signed."""
    assert studio("agreement", "offer", "ag1", studio.at("offer.toml", OFFER), "--by", "studio").code == 0
    assert studio("agreement", "sign", "ag1", "--key", tmp_path / "ada.pem").code == 0
    return studio


def ask(studio, *words, **changes):
    said = {**REQUEST, "at": datetime.now(UTC).isoformat(), **changes}
    return studio("use", "request", studio.at("use.json", json.dumps(said)), *words)


def test_from_offer_to_permit_to_receipt(signed):
    said = ask(signed, "--json")
    assert (said.code, said.json["decision"], said.json["price"]) == (
        0,
        "permit",
        {"amount": "250.00", "currency": "USD"},
    )
    assert said.json["recorded"]
    again = ask(signed, "--json", use_id="u2")
    assert (again.code, again.json["permit"]) == (1, None)
    assert {reason["code"] for reason in again.json["reasons"]} == {"terms", "count"}
    assert signed("ledger", "receipt", "u1").code == 0


def test_answers_can_be_read_by_people(signed):
    said = ask(signed)
    assert said.out.startswith("Permitted.\n  terms: urn:matinee:agreement:ag1:1#permission-1 permits it\n")
    assert "Price: 1 use × $250.00 a use = $250.00\n" in said.out
    refused = ask(signed, use_id="u2", project="other")
    assert refused.out.startswith("Refused:\n  terms: no permission is active\n")


def test_two_hundred_dollars_for_ever_is_turned_down_and_priced(studio):
    said = studio("agreement", "offer", "ag1", studio.at("offer.toml", FOR_EVER), "--by", "studio")
    assert said.code == 1
    assert "Refused by us-ca.ab-2602 (2025-01-01, S): a perpetual clause on replicas is void" in said.out
    assert "Flagged by replica.flat-buyout" in said.out
    assert "One fee of $200.00 is less than $" in said.out
    assert "times the fee" in said.out
    assert "Rate: sag-aftra.background.day-rate (" in said.out
    assert said.out.endswith("Turned down by the rules; nothing was kept.\n")
    assert studio("agreement", "show", "--json").json == {"agreements": []}


def test_a_revocation_ends_it(signed):
    assert (
        signed("agreement", "revoke", "ag1", "--by", "Ada", "--reason", "enough", "--json").json["state"] == "revoked"
    )
    assert {reason["code"] for reason in ask(signed, "--json").json["reasons"]} == {"revoked"}
    shown = signed("agreement", "show", "ag1")
    assert "ag1, version 1: revoked." in shown.out
    assert "Ada: enough" in shown.out
    again = signed("agreement", "revoke", "ag1", "--by", "Ada")
    assert (again.code, again.err[:30]) == (1, "matinee: ag1: revoked already,")


def test_a_counter_is_a_version_of_its_own(signed, tmp_path):
    counter = signed.at("counter.toml", OFFER.replace("count = 1", "count = 9"))
    assert signed("agreement", "counter", "ag1", counter, "--by", "Ada").out.endswith("ag1, version 2: countered.\n")
    assert "version 2 waits for a signature" in signed("agreement", "show", "ag1").out
    signed("agreement", "sign", "ag1", "--key", tmp_path / "ada.pem")
    assert signed("agreement", "show", "ag1", "--json").json["grants"][0]["limit"] == 9


def test_a_signature_made_elsewhere_counts(studio, tmp_path):
    studio("agreement", "offer", "ag1", studio.at("offer.toml", OFFER), "--by", "studio")
    text = studio("agreement", "show", "ag1", "--to-sign").out
    (tmp_path / "sig").write_bytes(ADA.sign(text.encode()))
    assert studio("agreement", "sign", "ag1", "--signature", tmp_path / "sig").code == 0
    (tmp_path / "sig").write_bytes(b"short")
    assert (
        "holds 5 bytes, and a signature has 64"
        in studio("agreement", "sign", "ag1", "--signature", tmp_path / "sig").err
    )


def test_a_signature_of_somebody_else_is_turned_down(studio, tmp_path):
    studio("agreement", "offer", "ag1", studio.at("offer.toml", OFFER), "--by", "studio")
    said = studio("agreement", "sign", "ag1", "--key", write_key(tmp_path / "agent.pem", AGENT))
    assert said.code == 1
    assert "does not match a key of Ada Diaz that may sign today: self or representative" in said.out


def test_problems_name_file_and_place(studio):
    path = studio.at("offer.toml", OFFER.replace('"replicate-face"', '"fly"').replace("count = 1", "count = -1"))
    said = studio("agreement", "offer", "ag1", path, "--by", "studio")
    assert said.code == 1
    assert f"{path}, /permit/0/actions: 'fly' is not known; want one of replicate-face" in said.out
    assert f"{path}, /permit/0/count: got -1, want a whole number, 0 or more" in said.out
    assert said.out.endswith("Turned down: 2 problems.\n")
    unknown = studio.at("offer.toml", OFFER.replace('"ada"', '"bob"'))
    assert "/assigner: person bob is not known" in studio("agreement", "offer", "ag2", unknown, "--by", "studio").out
    people = studio("agreement", "register", studio.at("people.toml", PEOPLE.replace("self", "friend")))
    assert (people.code, "/person/0/key/0/role: got 'friend'" in people.out) == (1, True)


def test_a_policy_written_by_hand_is_read_as_it_stands(studio):
    studio("agreement", "offer", "ag1", studio.at("offer.toml", OFFER), "--by", "studio")
    policy = studio("agreement", "show", "ag1", "--json").json["policy"]
    policy["uid"] = "urn:matinee:agreement:ag2:1"
    written = studio.at("policy.jsonld", json.dumps(policy))
    assert studio("agreement", "offer", "ag2", written, "--by", "studio").code == 0
    assert "is of agreement ag2, not ag3" in studio("agreement", "offer", "ag3", written, "--by", "studio").out
    twice = studio.at("policy.jsonld", json.dumps(policy).replace('"uid"', '"uid": "urn:x:1", "uid"'))
    assert "stands twice" in studio("agreement", "offer", "ag4", twice, "--by", "studio").out


def test_an_advance_is_recorded(studio):
    text = OFFER + 'advance = {amount = "500", currency = "USD"}\n'
    studio("agreement", "offer", "ag1", studio.at("offer.toml", text), "--by", "studio")
    said = studio("agreement", "advance", "ag1", "--amount", "300")
    assert said.out == "ag1: USD 300.00 paid in advance.\n"
    assert studio("agreement", "advance", "ag1", "--amount", "200", "--json").json["paid"] == "500.00"


@pytest.mark.parametrize(
    ("words", "code", "err"),
    [
        (("agreement", "sign", "ag1"), 2, "sign with what; give either --key FILE.pem or --signature FILE"),
        (("agreement", "show", "ag9"), 2, "there is no agreement 'ag9'; list them with `matinee agreement show`"),
        (("agreement", "revoke", "ag9", "--by", "x"), 2, "there is no agreement 'ag9'; list them with"),
        (("agreement", "advance", "ag1", "--amount", "1e30"), 2, "--amount: 1e30 is more than a ledger can hold"),
        (("use", "request", "nowhere.json"), 2, "nowhere.json: no such file; give the path of a file"),
    ],
)
def test_misuse_is_one_line(studio, words, code, err):
    said = studio(*words)
    assert said.code == code
    assert said.err.startswith(f"matinee: {err}")


def test_what_is_no_json_is_refused(studio):
    said = studio("use", "request", studio.at("use.json", '{"use_id": 1, "use_id": 2}'), "--json")
    assert (said.code, said.json["decision"]) == (1, "refuse")
    assert "a key stands twice" in said.json["reasons"][0]["text"]


def test_what_is_no_json_is_an_attempt_like_any_other(studio):
    before = studio("ledger", "verify", "--json").json["size"]
    said = studio("use", "request", studio.at("use.json", "{"), "--json")
    assert (said.json["recorded"], studio("ledger", "verify", "--json").json["size"]) == (True, before + 1)
    assert "could not be recorded" not in studio("use", "request", studio.at("use.json", "[")).out


def test_what_is_no_text_is_refused(studio, tmp_path):
    (tmp_path / "use.json").write_bytes(b"\xff\xfe")
    said = studio("use", "request", tmp_path / "use.json", "--json")
    assert (said.code, said.json["decision"], said.json["reasons"][0]["code"]) == (1, "refuse", "attribute")


def test_a_store_that_cannot_be_opened_refuses(studio, tmp_path):
    (tmp_path / "service" / "rights.db").write_bytes(b"not a database" * 100)
    said = ask(studio, "--json")
    assert (said.code, said.json["decision"], said.json["recorded"]) == (1, "refuse", False)
    assert said.json["reasons"][0]["code"] == "store"


def test_an_agreement_with_a_damaged_event_is_one_line_and_the_others_are_shown(studio, tmp_path):
    for name in ("ag1", "ag2"):
        studio("agreement", "offer", name, studio.at("offer.toml", OFFER), "--by", "studio")
    with sqlite3.connect(tmp_path / "service" / "rights.db") as connection:
        connection.execute("INSERT INTO agreement_events (agreement_id, text, digest) VALUES ('ag1', '{}', 'x')")
    connection.close()
    said = studio("agreement", "show", "ag1")
    assert (said.code, said.out) == (1, "")
    assert said.err == ("matinee: ag1: a stored record does not fit its digest; run `matinee ledger verify`\n")
    listed = studio("agreement", "show", "--json").json["agreements"]
    assert [(each["agreement"], each["state"]) for each in listed] == [("ag1", "damaged"), ("ag2", "offered")]
    assert "damaged" in studio("agreement", "show").out


def test_a_receipt_of_a_use_says_it_in_words(signed):
    ask(signed)
    said = signed("ledger", "receipt", REQUEST["use_id"]).out
    assert "{" not in said
    assert "answer: agreement (" in said
