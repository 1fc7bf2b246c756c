import os

import pytest

from matinee.cli.slate import solver_quiet

HEADER = "candidate_id,name,kind,runtime_minutes,genres,price,currency,exclusive_with\n"
ROWS = "a,Heat,film,170,Crime,6000000,EUR,\nb,Ran,film,160,War,5000000,EUR,\nc,Ugetsu,film,96,War,5000000,EUR,b\n"


@pytest.fixture
def words(command, tmp_path):
    command("init", tmp_path / "service")
    (tmp_path / "offers.csv").write_text(HEADER + ROWS)
    (tmp_path / "fc.csv").write_text("candidate_id,q10,median,q90\na,5,6,7\nb,4.9,5.9,6.9\nc,4.8,5.8,6.8\n")
    return "slate", tmp_path / "offers.csv", "--forecasts", tmp_path / "fc.csv", "--service", tmp_path / "service"


def test_a_slate_is_shown_with_prices_and_other_budgets(command, words):
    said = command(*words, "--budget", "100,000", "--at-most", "genre=War:1")
    assert "In: 1 title for 60,000 EUR" in said.out
    assert "Proved: no slate adds more within 100,000 EUR" in said.out
    assert "200,000" in said.out
    assert "every hour counts as added" in said.err


def test_the_same_as_json(command, words):
    made = command(*words, "--budget", "110000", "--at-least", "genre=war:1", "--json").json
    said = {each["candidate_id"]: each["is_in"] for each in made["verdicts"]}
    assert said == {"a": True, "b": True, "c": False}
    assert made["terms"]["limits"] == [{"by": "genre", "value": "war", "least": 1, "most": None}]
    assert (made["cost"], made["is_proved"], len(made["notes"])) == (11_000_000, True, 2)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--budget", "0"), "--budget: a budget of 0 EUR buys nothing"),
        (("--budget", "5", "--currency", "eur"), "--currency: 'eur' is no currency; write three capital letters"),
        (("--budget", "much"), "--budget: 'much' is no sum"),
        (("--budget", "5", "--at-least", "mood=dark:1"), "--at-least: 'mood=dark:1' is no limit"),
        (("--budget", "5", "--holdout", "a=1.2"), "--holdout: 'a=1.2' is no holdout"),
        (("--budget", "5", "--holdout", "a=0.2"), "--holdout: says what is replaced by what is forecast here"),
        (("--budget", "5", "--from", "soon"), "--from: 'soon' is no day"),
        (("--budget", "5", "--from", "2027-02-01", "--to", "2027-01-01"), "last_day must not be before 2027-02-01"),
    ],
)
def test_what_cannot_be_asked_is_one_line(command, words, asked, said):
    ended = command(*words, *asked)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert said in ended.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("candidate_id,q10,median\na,1,2\n", "no column q90"),
        ("candidate_id,q10,median,q90\na,1,x,3\n", "line 2, median: 'x' is no number"),
        ("candidate_id,q10,median,q90\na,3,2,3\n", "a: q10, median and q90 are no rising quantiles"),
        ("candidate_id,q10,median,q90,incremental\na,1,2,3,7\n", "a: incremental is no share from 0 to 1"),
        ("candidate_id,q10,median,q90\na,1,2,3\na,1,2,3\n", "candidate a stands there 2 times"),
    ],
)
def test_bad_forecasts_are_one_line(command, words, tmp_path, content, said):
    (tmp_path / "fc.csv").write_text(content)
    ended = command(*words, "--budget", "5")
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert said in ended.err


def test_a_bad_candidate_is_said_and_the_others_go_on(command, words, tmp_path):
    (tmp_path / "offers.csv").write_text(HEADER + ROWS + "d,Big,film,90,,7,,\ne,Jaws,film,90,,7,USD,\n")
    ended = command(*words, "--budget", "60000", "--currency", "EUR")
    assert "line 5, price: '7' is not a price with its currency" in ended.err
    assert "priced in USD, the budget is in EUR" in ended.out
    ended = command(*words, "--budget", "60000")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "--currency: prices are in EUR, USD" in ended.err


def test_what_fits_no_candidate_is_said(command, words):
    ended = command(
        *words, "--budget", "110000", "--at-most", "genre=Wra:1", "--at-most", "genre=War:1", "--owned", "z"
    )
    assert "owned: z: no candidate that can be weighed\n" in ended.err
    assert "genre Wra: at most 1: no candidate that can be weighed has it\n" in ended.err
    assert (ended.code, ended.err.count("\n")) == (0, 4)


def test_reach_asks_members_not_a_file_of_hours(command, words):
    ended = command(*words, "--budget", "5", "--objective", "reach")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "--forecasts: reach counts members" in ended.err
    ended = command(*words[:2], *words[4:], "--budget", "5", "--objective", "reach", "--risk", "low")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "--risk: low is of hours; reach counts members" in ended.err


def test_what_the_solver_writes_by_itself_does_not_reach_standard_output(capfd):
    with solver_quiet():
        os.write(1, b"HighsMipSolverData")
    os.write(1, b"{}")
    assert capfd.readouterr().out == "{}"
