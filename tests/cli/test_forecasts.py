import pytest
from tests.acquire.conftest import make_tables

from matinee.flows.imports import import_table
from matinee.store.service import create_service


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forecasts")
    service = create_service(folder / "svc")
    for table, frame in zip(("titles", "audience"), make_tables(debuts=40), strict=True):
        frame.write_parquet(folder / f"{table}.parquet")
        import_table(service, table, folder / f"{table}.parquet")
    lines = ["candidate_id,name,kind,runtime_minutes", "c1,River Storm 3,film,100", "c2,Title Fight,live,120"]
    (folder / "candidates.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_forecasts_for_people_json_and_csv_agree(command, folder, tmp_path):
    words = ("forecast", folder / "candidates.csv", "--service", folder / "svc", "--csv", tmp_path / "out.csv")
    said = command(*words)
    assert said.code == 0
    assert "Title Fight: no forecast: a live event" in said.out
    assert "×" in said.out
    title = command(*words, "--json").json["titles"][0]
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 3 + 1
    assert lines[1].split(",")[3] == str(round(title["horizons"][0]["hours"]["p10"]))
    assert len(title["comps"]) == 15


def test_the_backtest_shows_every_model(command, folder):
    said = command("backtest", "--service", folder / "svc")
    assert said.code == 0
    assert all(model in said.out for model in ("mean by group", "comps", "ridge", "lightgbm", "stack"))


def test_misuse_is_one_line_and_code_2(command, folder):
    said = command("forecast", "--service", folder / "svc")
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert "there are no candidates" in said.err
    assert command("backtest", "--source", "tv", "--service", folder / "svc").code == 2
