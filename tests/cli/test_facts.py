import pytest

from matinee.store.outputs import Cell, write_sheets

HEADER: list[Cell] = ["Title", "Available Globally?", "Release Date", "Hours Viewed"]
ROW: list[Cell] = ["Dark: Season 1 // Dark: Staffel 1", "Yes", "2023-01-01", 500_000]


@pytest.fixture
def service(command, tmp_path):
    command("init", tmp_path / "service")
    return tmp_path / "service"


def test_a_report_is_imported_and_its_joins_are_listed(command, service, tmp_path):
    write_sheets({"Engagement": [HEADER, ROW]}, tmp_path / "r_2023Jan-Jun.xlsx")
    words = ("import", "netflix-report", tmp_path / "r_2023Jan-Jun.xlsx", "--service", service)
    assert "Nothing was imported; leave out --dry-run" in command(*words, "--dry-run").out
    said = command(*words, "--joins", tmp_path / "joins.csv", "--json")
    assert said.json["tables"]["audience"]["added"] == 1
    assert (tmp_path / "joins.csv").read_text().splitlines()[1].split(",")[4] == "series:dark:season-1"
    assert "0 new" in " ".join(command(*words).out.split())


def test_a_changed_header_is_one_line_on_standard_error(command, service, tmp_path):
    write_sheets({"TV": [["Name", "Hours"], ["Dark", 5]]}, tmp_path / "r.xlsx")
    said = command("import", "netflix-report", tmp_path / "r.xlsx", "--service", service)
    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "has the columns Name, Hours; wanted Title, Available Globally?" in said.err


def test_the_weekly_list_and_own_totals_are_imported(command, service, tmp_path):
    header = "week\tcategory\tshow_title\tseason_title\tweekly_hours_viewed\n"
    (tmp_path / "weeks.tsv").write_text(header + "2024-01-14\tFilms (English)\tHeat\tN/A\t5\n")
    said = command("import", "netflix-top10", tmp_path / "weeks.tsv", "--service", service, "--json")
    assert said.json["tables"]["titles"]["added"] == 1
    said = command("import", "own-audience", "--service", service)
    assert "holds no whole calendar month" in said.out


def test_candidates_come_in_and_go_out_as_avails(command, service, tmp_path):
    (tmp_path / "offers.csv").write_text(
        "candidate_id,name,kind,runtime_minutes,price\n1,Heat,film,170,\n2,Ran,film,9,5\n"
    )
    said = command("import", "candidates", tmp_path / "offers.csv", "--service", service)
    assert "line 3, price: '5' is not a price with its currency" in " ".join(said.out.split())
    said = command("export", "avails", tmp_path / "avails.xlsx", "--service", service, "--json")
    assert said.json["rows"] == {"Movies": 1}
    said = command("import", "candidates", tmp_path / "avails.xlsx", "--service", service, "--json")
    assert said.json["tables"]["candidates"]["unchanged"] == 1
    said = command("export", "avails", tmp_path / "avails.csv", "--service", service)
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_export_asks_what_to_export(command, tmp_path):
    said = command("export", "--service", tmp_path)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "--member ID" in said.err
    assert "export avails" in said.err
