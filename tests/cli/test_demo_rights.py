import re

import pytest


@pytest.fixture
def story(command, tmp_path):
    """Tell the story of a seed in a folder of its own; the words and what came of it."""

    def tell(seed, *words):
        return command(
            "demo", "rights", "--seed", seed, "--dir", tmp_path / "demo", "--out", tmp_path / "r.html", *words
        )

    return tell


def test_the_story_can_be_read_by_a_performer(story, command, tmp_path):
    said = story(0)
    assert said.code == 0
    words = " ".join(said.out.split())
    assert "The offer is turned down before anybody can sign it. 7 rules refuse it:" in words
    assert "One fee of $200.00 is less than $231.00 a use" in words
    assert re.search(r"entry \d+: the content does not hash to what was recorded", words)
    assert "Nothing was changed since." in words
    page = (tmp_path / "r.html").read_text()
    assert "<h2>A change of mind</h2>" in page
    folder = tmp_path / "demo"
    checks = [("ledger", "verify", "--root", folder / "rights-papers" / "checkpoint.txt", "--service", folder / name)
              for name in ("rights", "rights-tampered")]  # fmt: skip
    assert [command(*words).code for words in checks] == [0, 1]


def test_uses_are_permitted_and_refused_as_agreed(story):
    acts = {act["title"]: act for act in story(0, "--json").json["acts"]}
    gate = {row[1]: (row[2], row[3]) for row in acts["At the gate"]["rows"]}
    assert gate["in the crowd of scene 12"] == ("permitted", "the agreement permits it")
    assert gate["in another film"] == ("refused", "nobody agreed to that")
    assert gate["to train a model"] == ("refused", "the agreement forbids it")
    assert gate["while the union is on strike"] == ("refused", "the union is on strike")
    assert gate["another picture than was asked for"] == ("refused", "the permit was for another picture")
    assert gate["a fourth time, of three"] == ("refused", "all uses are used up")
    assert [row[2:4] for row in acts["A change of mind"]["rows"]] == [
        ["permitted", "the agreement permits it"],
        ["refused", "the agreement is revoked"],
        ["refused", "the agreement is revoked"],
    ]
    totals = [row[4] for row in acts["A quarter is paid"]["rows"] if row[1] == "together"]
    assert totals == ["$462.00", "$1,283.00", "$750.00"]
    assert "0 new entries" in acts["A quarter is paid"]["said"][1]


def test_a_seed_tells_one_story(story):
    first, again, other = (story(seed, "--json").json for seed in (3, 3, 4))
    assert again["acts"] == first["acts"]
    assert again["service"] != first["service"]  # what an earlier story left stays
    assert other["acts"][0] != first["acts"][0]


def test_a_page_has_to_be_html(command, tmp_path):
    said = command("demo", "rights", "--dir", tmp_path / "demo", "--out", tmp_path / "r.txt")
    assert (said.code, (tmp_path / "demo").exists()) == (2, False)
