from datetime import timedelta

import polars as pl
import pytest

from matinee.store.service import open_service


def show_all(command, folder, arms, tmp_path):
    """Show one title to every member in the middle of the log, and import that as CSV."""
    service = open_service(folder)
    middle = service.scan("views").select(pl.col("started_at").median()).collect().item() - timedelta(days=5)
    rows = (
        pl
        .read_parquet(arms)
        .with_row_index("exposure_id")
        .with_columns(title_id=pl.lit(service.read("titles")["title_id"][0]), shown_at=pl.lit(middle), propensity=0.5)
    )
    rows.write_csv(tmp_path / "exposures.csv")
    return command("import", "table", "exposures", tmp_path / "exposures.csv", "--json", "--service", folder).json


def test_an_experiment_from_assignment_to_report(command, own_world, tmp_path):
    at = ("--service", own_world)
    arms = tmp_path / "arms.parquet"
    said = command("experiment", "assign", "page", "--arms", "old:0.5,[new]:0.5", "--out", arms, "--json", *at).json
    assert sum(said["arms"].values()) == 400
    assert show_all(command, own_world, arms, tmp_path)["tables"]["exposures"]["added"] == 400
    assert command("check", *at).code == 0
    words = ("experiment", "report", "page", "--arms", "old:0.5,[new]:0.5", "--days", 10)
    found = command(*words, "--json", *at).json
    assert found["sample_ratio"]["p"] > 0.01
    assert list(found["arms"]) == ["old", "[new]"]
    page = command(*words, *at).out
    assert "Experiment page, members apart, 10 days" in page
    assert "[new] - old, titles enjoyed a member: " in page
    assert page.count("[new]") == 3
    assert "allowing for their past" in page
    assert "Sample ratio: p = " in page


def test_an_assignment_can_be_read_by_people(command, world, tmp_path):
    said = command("experiment", "assign", "x", "--arms", "a:1", "--out", tmp_path / "a.parquet", "--service", world)
    assert said.out == f"Wrote {tmp_path / 'a.parquet'}: members of a 400.\n"


def test_an_arm_may_have_a_colon_in_its_name(command, world, tmp_path):
    out = tmp_path / "a.parquet"
    command("experiment", "assign", "x", "--arms", "v:1:0.5, v:2:0.5", "--out", out, "--service", world)
    assert set(pl.read_parquet(out)["arm"]) == {"v:1", "v:2"}


@pytest.mark.parametrize(
    ("arms", "message"),
    [
        ("a,b", "'a' is not NAME:SHARE"),
        ("a:half", "'a:half' is not NAME:SHARE"),
        ("a:0.5,a:0.5", "arm 'a' stands there twice"),
        ("a:0.5,b:0.2", "add up to 0.7, want 1"),
        ("a:nan,b:1", "got nan for arm 'a'"),
        ("", "'' is not NAME:SHARE"),
    ],
)
def test_arms_that_cannot_be_are_misuse(command, world, tmp_path, arms, message):
    out = tmp_path / "arms.parquet"
    said = command("experiment", "assign", "page", "--arms", arms, "--out", out, "--service", world)
    assert said.code == 2
    assert message in said.err
    assert "--arms a:0.5,b:0.5" in said.err
    assert not out.exists()


def test_an_experiment_without_exposures_is_one_line(command, world):
    said = command("experiment", "report", "page", "--service", world)
    assert said.code == 2
    assert said.err == (
        "matinee: no exposure of experiment 'page'; no experiment has any; import them: import table exposures FILE\n"
    )
