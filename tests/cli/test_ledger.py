import json
import sqlite3
from datetime import UTC, datetime

import pytest

from matinee.rights.ledger.entries import Entry, append
from matinee.store.rights.database import open_rights
from matinee.store.rights.ledger import write_ledger
from matinee.store.service import create_service, open_service
from matinee.tables.ledger import Transfer

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
PAID = Transfer("expense:uses", "payable:{subject}", 18_700, "USD")


def record(folder, numbers):
    with open_rights(open_service(folder)) as engine, write_ledger(engine) as book:
        body = {"decision": "permit", "reasons": ["[agreed]"]}
        append(book, [
            Entry(kind="use", key=f"use-{n}", at=AT, body=body, person_id="ann", private={"n": n}, transfers=(PAID,))
            for n in numbers
        ])  # fmt: skip


@pytest.fixture
def service(tmp_path):
    """A service with ten uses of one person."""
    folder = tmp_path / "service"
    create_service(folder)
    record(folder, range(10))
    return folder


@pytest.fixture
def ledger(command, service):
    return lambda *words: command("ledger", *words, "--service", service)


@pytest.fixture
def tamper(service):
    """Change the database behind the ledger's back."""

    def change(statement):
        with sqlite3.connect(service / "rights.db") as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute(statement)
        connection.close()

    return change


@pytest.fixture
def kept(ledger, tmp_path):
    """A checkpoint, kept elsewhere."""
    path = tmp_path / "checkpoint.txt"
    path.write_text(ledger("checkpoint").out, encoding="utf-8")
    return path


def test_what_checkpoint_prints_is_what_verify_reads(ledger, kept):
    said = ledger("verify", "--root", kept)
    assert (said.code, said.err) == (0, "")
    assert f"{kept}: the first 10 entries are those it was taken of.\n10 entries, root " in said.out
    assert said.out.endswith(": all in order.\n")


def test_without_a_root_verify_says_what_it_cannot_see(ledger):
    assert "--root shows that, too" in ledger("verify").out


def test_a_root_may_be_hex_with_its_size_or_without(ledger, service):
    root = ledger("checkpoint", "--json").json["root"]
    record(service, range(10, 12))
    found = ledger("verify", "--root", root, "--root", f"10:{root.upper()}", "--json").json
    assert found["confirmed"] == {root: 10, f"10:{root.upper()}": 10}
    assert ledger("verify", "--root", f"9:{root}").code == 1


def test_a_change_is_found_and_named(ledger, kept, tamper):
    tamper("UPDATE transfers SET amount = 1 WHERE position = 4")
    said = ledger("verify", "--root", kept)
    assert said.code == 1
    assert "entry 4: the content does not hash to what was recorded\n" in said.out
    assert said.out.endswith(": 3 findings.\n")
    assert {each["what"] for each in ledger("verify", "--root", kept, "--json").json["findings"]} == {
        "edit", "checkpoint", "root",
    }  # fmt: skip


def test_a_ledger_that_is_gone_is_found(ledger, kept, service):
    (service / "rights.db").unlink()
    said = ledger("verify", "--root", kept)
    assert (said.code, "the ledger has 0 entries, the root was taken of 10" in said.out) == (1, True)


@pytest.mark.usefixtures("kept")
def test_nothing_is_signed_on_top_of_a_ledger_that_was_changed(ledger, tamper, service):
    tamper("UPDATE leaves SET hash = zeroblob(32) WHERE position = 4")
    record(service, [10])
    said = ledger("checkpoint")
    assert said.code == 1
    assert "the ledger is not what was signed when it had 10 entries; nothing was signed" in said.err


def test_a_later_checkpoint_proves_that_the_earlier_is_its_beginning(ledger, kept, service):
    record(service, range(10, 300))
    said = ledger("checkpoint", "--since", kept)
    assert "The 10 entries of then are the first of these 300." in said.err
    assert len(ledger("checkpoint", "--since", kept, "--json").json["since"]["proof"]) > 2


def test_a_checkpoint_of_another_ledger_is_refused(kept, command, tmp_path):
    create_service(tmp_path / "other")
    said = command("ledger", "checkpoint", "--since", kept, "--service", tmp_path / "other")
    assert (said.code, "the ledger of 0 entries did not grow out of that one of 10" in said.err) == (1, True)


def test_a_receipt_holds_without_the_ledger(ledger, command, tmp_path, service):
    key = ledger("checkpoint", "--json").json["key"]
    (tmp_path / "r.json").write_text(ledger("receipt", "use-3", "--json").out)
    for path in (service / "rights.db", service / "keys" / "ledger.pem"):
        path.unlink()
    said = command("ledger", "verify", "--receipt", tmp_path / "r.json", "--key", key)
    assert said.code == 0
    assert "USD 187.00 from payable:" in said.out
    assert "[agreed]" in said.out
    assert said.out.endswith("All 1 hold.\n")


@pytest.mark.parametrize("change", [
    lambda each: each.update(content=each["content"].replace("permit", "refuse")),
    lambda each: each["proof"].pop(),
    lambda each: each.update(checkpoint=each["checkpoint"].replace("\n10\n", "\n11\n")),
    lambda each: each["opening"].update(data='{"n":4}'), lambda each: each["opening"].update(key="00" * 32),
    lambda each: each["opening"].update(key=each["opening"]["key"] + "00"),
])  # fmt: skip
def test_a_forged_receipt_does_not_hold(ledger, tmp_path, change):
    key, made = ledger("checkpoint", "--json").json["key"], ledger("receipt", "use-3", "--with-data", "--json").json
    change(made["receipts"][0])
    (tmp_path / "r.json").write_text(json.dumps(made))
    found = ledger("verify", "--receipt", tmp_path / "r.json", "--key", key, "--json")
    assert (found.code, len(found.json["receipts"][0]["problems"])) == (1, 1)


def test_a_person_gets_a_receipt_for_every_entry_about_them(ledger):
    made = ledger("receipt", "--person", "ann", "--with-data", "--json").json["receipts"]
    assert [each["opening"]["data"] for each in made] == [f'{{"n":{n}}}' for n in range(10)]
    assert "opening" not in ledger("receipt", "use-1", "--json").json["receipts"][0]
    assert 'Personal data beside it: {"n":1}' in ledger("receipt", "use-1", "--with-data").out


def test_erasing_a_person_leaves_every_proof_standing(ledger, kept, tmp_path):
    key = ledger("checkpoint", "--json").json["key"]
    (tmp_path / "r.json").write_text(ledger("receipt", "use-3", "--json").out)
    assert ledger("erase", "--person", "ann", "--json").json == {"erased": 10}
    assert ledger("verify", "--root", kept).code == 0
    assert ledger("verify", "--receipt", tmp_path / "r.json", "--key", key).code == 0
    said = ledger("erase", "--person", "ann")
    assert (said.code, said.err) == (2, "matinee: the ledger knows no person 'ann'; nothing was erased\n")


@pytest.mark.parametrize(("words", "code", "wanted"), [
    (["receipt"], 2, "receipt of what; give the id of a use, or --person ID"),
    (["receipt", "none"], 2, "the ledger has no entry 'none'"),
    (["receipt", "--person", "bob"], 2, "the ledger knows no person 'bob'"),
    (["verify", "--root", "none.txt"], 2, "none.txt: neither a file nor a root; give a file that"),
    (["verify", "--key", "mine"], 2, "--key: 'mine' is no verifier key"),
    (["verify", "--receipt", "r.json"], 2, "a receipt cannot vouch for its own key"),
    (["checkpoint", "--since", "none.txt"], 2, "none.txt: no such file"),
])  # fmt: skip
def test_what_cannot_be_is_one_line(ledger, words, code, wanted):
    said = ledger(*words)
    assert (said.code, said.err.count("\n")) == (code, 1)
    assert wanted in said.err


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"receipts": [1]}', '{"receipts": [{}]}', "no JSON", '{"receipts": [{"content": "[]"}]}']
)
def test_a_file_that_holds_no_receipts_is_one_line(ledger, tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    key = ledger("checkpoint", "--json").json["key"]
    said = ledger("verify", "--receipt", tmp_path / "r.json", "--key", key)
    assert (said.code, said.err.count("\n"), "r.json: " in said.err) == (1, 1, True)


def test_a_database_url_that_cannot_be_is_one_line(ledger, service):
    for url, wanted in (
        ("nonsense", "database_url cannot be read"),
        ("mysql://h/n", "no database of the kind 'mysql'"),
    ):
        (service / "matinee.toml").write_text(f'database_url = "{url}"\n')
        said = ledger("verify")
        assert (said.code, wanted in said.err) == (2, True)
    (service / "matinee.toml").write_text('database_url = "postgresql://ann:secret@127.0.0.1:1/none"\n')
    said = ledger("verify")
    assert (said.code, said.err.count("\n"), "secret" in said.err) == (1, 1, False)


@pytest.mark.usefixtures("kept")
def test_a_damaged_key_is_one_line(ledger, service):
    (service / "keys" / "ledger.pem").write_text("no key")
    said = ledger("checkpoint")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "ledger.pem: it holds no private key; put back the file that was here" in said.err


def test_a_damaged_database_is_one_line(ledger, service):
    (service / "rights.db").write_bytes(b"no database" * 1_000)
    said = ledger("verify")
    assert (said.code, said.err.count("\n"), "file is not a database" in said.err) == (1, 1, True)
