import json
import re

import pytest

OWN = '[[rule]]\nid = "sag-aftra.games.scale"\nfrom = 2025-07-08\nvalue = "1000"\nsource = "our rate card"\n'


def test_the_rulebook_is_listed_with_grades_and_sources(command):
    said = command("rules")
    assert said.code == 0
    assert "sag-aftra.background.day-rate" in said.out
    assert re.search(r"2025-07-01 │ \$224.00 a day +│ D +│ engadget.com", said.out)
    assert "(refuses a clause)" in said.out
    assert "× 1.1517, of what is not" in said.out
    assert "N not verified" in said.out


def test_the_rulebook_speaks_json(command):
    said = command("rules", "--json").json
    scale = [rule for rule in said["rules"] if rule["id"] == "sag-aftra.games.scale"]
    assert [(rule["grade"], rule["raise_by"], rule["values"]) for rule in scale[:2]] == [
        ("N", None, {}),
        ("N", "1.1517", {}),
    ]
    assert said["grades"]["S"] == "secondary source seen"


def test_rules_of_ones_own_are_listed_as_such(command, tmp_path):
    (tmp_path / "own.toml").write_text(OWN)
    said = command("rules", "--own", tmp_path / "own.toml", "--json").json
    (rule,) = [rule for rule in said["rules"] if rule["source"] == "our rate card"]
    assert (rule["grade"], rule["values"]) == ("user", {"value": "1000"})
    assert "our rate card" in command("rules", "--own", tmp_path / "own.toml").out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]]\n", "own.toml, rule 1 (no id): no `id`; own.toml, rule 1 (no id): no `from`"),
        ("x", "own.toml: not TOML"),
        (OWN.replace("value", "price"), "unknown 'price'"),
    ],
)
def test_a_bad_file_of_rules_is_one_line(command, tmp_path, text, message):
    (tmp_path / "own.toml").write_text(text)
    said = command("rules", "--own", tmp_path / "own.toml")
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert message in said.err


def test_a_file_that_is_not_there_is_misuse(command, tmp_path):
    said = command("rules", "--own", tmp_path / "none.toml")
    assert (said.code, "no such file" in said.err) == (2, True)


def test_an_offer_is_laid_beside_pay_per_use(command, tmp_path):
    words = ("pay", "contrast", "--offer", 200, "--rate", 187, "--uses", "1,2,10,100")
    said = command(*words)
    assert said.out.endswith("One fee of $200.00 is less than $187.00 a use from use 2 on.\n")
    assert re.search(r"10 │ \$200.00 │ +\$1,870.00 │ +9.35", said.out)
    page = tmp_path / "page.html"
    found = command(*words, "--residual", "20.50", "--html", page, "--json")
    assert found.json["page"] == str(page)
    assert json.loads(found.out)["uses"][3]["residuals"] == "2050.00"
    assert "$20,750.00" in page.read_text()


def test_residuals_have_a_column_where_there_are_any(command):
    words = ("pay", "contrast", "--offer", 200, "--rate", 187)
    assert "residuals" not in command(*words).out
    shown = command(*words, "--residual", 20).out
    assert "┃ residuals ┃" in shown
    assert re.search(r"\$374.00 │ +\$40.00 │ +2.07", shown)


def test_without_a_rate_that_of_the_day_is_taken(command):
    said = command("pay", "contrast", "--offer", 200, "--on", "2024-01-01")
    assert "One fee of $200.00 is less than $208.00 a use from use 1 on." in said.out
    assert "Rate: sag-aftra.background.day-rate (2023-11-09, D); engadget.com" in said.out


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--offer", "2,00"), 2, "--offer: '2,00' is no decimal number"),
        (("--offer", "200.005"), 2, "--offer: amount '200.005' is finer than USD has"),
        (("--offer", "200", "--currency", "dollars"), 2, "currency: got 'dollars'"),
        (("--offer", "200", "--uses", "one"), 2, "--uses 'one' are no numbers"),
        (("--offer", "200", "--on", "today"), 2, "--on 'today' is no day"),
        (("--offer", "200", "--html", "page.txt"), 2, "no name for a .html file"),
        (("--offer", "200", "--rate", "0"), 1, "give amounts above 0"),
        (("--offer", "200", "--uses", "0"), 1, "uses 0"),
        (("--offer", "200", "--on", "2020-01-01"), 1, "no version is in force on 2020-01-01"),
        (("--offer", "200", "--currency", "EUR"), 1, "is not in EUR"),
    ],
)
def test_an_offer_that_cannot_be_is_one_line(command, words, code, message):
    said = command("pay", "contrast", *words)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
    assert said.err.count("\n") == 1
