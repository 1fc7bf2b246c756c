import pytest

TITLES = "title_id,name,genres\n1,Brazil,Comedy|Drama\n2,Alien,Horror\n"


@pytest.fixture
def service(command, tmp_path):
    folder = tmp_path / "service"
    command("init", folder)
    (tmp_path / "titles.csv").write_text(TITLES)
    command("import", "table", "titles", tmp_path / "titles.csv", "--service", folder)
    return folder


@pytest.fixture
def import_views(command, service, tmp_path):
    def call(content, *options, name="views.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return command("import", "table", "views", file, "--service", service, "--json", *options)

    return call


VIEWS = "member_id,title_id,started_at,seconds\n"


def test_good_rows_come_in_and_the_summary_counts_them(import_views):
    said = import_views(VIEWS + "m,1,2024-01-01T20:00:00Z,5000\nm,2,2024-01-02T20:00:00Z,\n")
    assert said.code == 0
    assert said.json["tables"]["views"]["added"] == 2


def test_importing_a_file_twice_changes_nothing(import_views, service):
    content = VIEWS + "m,1,2024-01-01T20:00:00Z,5000\n"
    import_views(content)
    before = (service / "tables" / "manifest.json").read_bytes()
    assert import_views(content).json["tables"]["views"]["unchanged"] == 1
    assert (service / "tables" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("m,1,yesterday,50", "started_at", "yesterday"),
        ("m,1,2024-01-03T20:00:00Z,-5", "seconds", "0 or more"),
        ("m,9,2024-01-03T20:00:00Z,50", "title_id", "titles"),
        ("m,1,2024-01-01T20:00:00Z,50", "member_id", ""),
        (",1,2024-01-03T20:00:00Z,50", "member_id", ""),
        ("m,1,2137-01-03T20:00:00Z,50", "started_at", "a time that has passed"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason_and_the_rest_goes_on(import_views, row, column, said):
    result = import_views(VIEWS + f"m,1,2024-01-01T20:00:00Z,50\n{row}\n").json
    assert (result["tables"]["views"]["added"], result["tables"]["views"]["quarantined"]) == (1, 1)
    problem = result["sample"][0]
    assert (problem["file"], problem["row"]) == ("views.csv", 3)
    assert column in problem["column"]
    assert said in problem["said"]


def test_strict_stops_at_a_bad_row_and_changes_nothing(import_views, service):
    before = (service / "tables" / "manifest.json").read_bytes()
    said = import_views(VIEWS + "m,1,2024-01-01T20:00:00Z,50\nm,1,2024-01-02T20:00:00Z,-5\n", "--strict")
    assert said.code == 1
    assert "line 3" in said.err
    assert (service / "tables" / "manifest.json").read_bytes() == before
    assert not list((service / "quarantine").glob("*"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"PAR1\x00\x00\x01", "text"),
        (b"name,when\nx,y\n", "--map"),
        (b"member_id,title_id,started_at\nm,1,978300019\nm,2,978300020\n", "--time unix"),
    ],
)
def test_a_wrong_file_is_one_line_that_says_what_to_do(import_views, content, words):
    said = import_views(content)
    assert said.code == 1
    assert said.err.startswith("matinee: ")
    assert said.err.count("\n") == 1
    assert words in said.err


def test_a_file_of_another_layout_is_refused_by_name(command, service, tmp_path):
    (tmp_path / "views.csv").write_text(VIEWS)
    said = command("import", "netflix-history", tmp_path / "views.csv", "--member", "me", "--service", service)
    assert said.code == 1
    assert "views.csv" in said.err


def test_names_of_columns_separators_and_times_are_mapped(import_views):
    said = import_views("m;1;978300019\n", "--sep", ";", "--columns", "user,film,ts", "--time", "unix",
                        "--map", "member_id=user", "--map", "title_id=film", "--map", "started_at=ts")  # fmt: skip
    assert said.json["tables"]["views"]["added"] == 1


def test_a_map_without_an_equals_sign_is_misuse(import_views):
    assert import_views(VIEWS, "--map", "member_id").code == 2


@pytest.mark.parametrize("options", [("--map", "member_id=a", "--map", "member_id=b"), ("--columns", "a,a,b")])
def test_a_column_named_twice_is_misuse(import_views, options):
    said = import_views("m,1,2024-01-01\n", *options)
    assert said.code == 2
    assert said.err.count("\n") == 1


def test_any_separator_will_do(import_views):
    assert (
        import_views(VIEWS.replace(",", "§") + "m§1§2024-01-01§50\n", "--sep", "§").json["tables"]["views"]["added"]
        == 1
    )


def test_a_dry_run_shows_the_rows_and_writes_nothing(import_views, service):
    before = (service / "tables" / "manifest.json").read_bytes()
    said = import_views(VIEWS + "m,1,2024-01-01T20:00:00Z,50\nm,1,never,50\n", "--dry-run")
    assert said.json["rows"][0]["started_at"] == "2024-01-01 20:00:00+00:00"
    assert "never" in said.json["problems"][0]
    assert (service / "tables" / "manifest.json").read_bytes() == before


def test_check_is_content_with_what_was_imported(command, service):
    said = command("check", "--service", service)
    assert said.code == 0
    assert "all in order" in said.out


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_an_import_of_nothing_but_bad_rows_has_failed(command, service, tmp_path, options):
    (tmp_path / "v.csv").write_text(VIEWS + "m,9,2024-01-01,5\n")
    said = command("import", "table", "views", tmp_path / "v.csv", "--service", service, *options)
    assert said.code == 1
    assert said.err == "matinee: every row of views was set aside; see why with `matinee quarantine`\n"
    assert "'9' is not a title_id of titles" in said.out


def test_a_second_viewing_of_a_day_is_said_to_be_one_in_a_log_of_days(import_views):
    said = import_views(VIEWS + "m,1,2024-01-01,50\nm,1,2024-01-01,60\n").json
    assert "where a log gives days only, the first viewing of a day stands" in said["sample"][0]["said"]


def test_the_quarantine_is_shown_by_file_and_reason(command, import_views, service):
    assert command("quarantine", "--service", service).out == "Nothing was set aside.\n"
    import_views(VIEWS + "m,1,2024-01-01,50\nm,[9],2024-01-02,5\nm,8,2024-01-03,5\n")
    (reason,) = command("quarantine", "--json", "--service", service).json["quarantine"]
    assert (reason["file"], reason["problems"], reason["examples"][1]["value"]) == ("views.csv", 2, "8")
    assert "'[9]' is not a title_id of titles" in command("quarantine", "--service", service).out


@pytest.mark.parametrize("member", ["", " "])
def test_a_history_of_nobody_is_misuse(command, service, tmp_path, member):
    said = command("import", "netflix-history", tmp_path / "h.csv", "--member", member, "--service", service)
    assert (said.code, said.err) == (2, "matinee: --member is empty; say whose history it is\n")


def test_a_simulated_world_does_not_mix_into_a_service_with_rows_unless_told(command, service):
    said = command("import", "world", "--service", service)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "belongs into an empty service; make another with `matinee init`, or say --mix" in said.err
    assert command("import", "world", "--mix", "--service", service).code == 0


def test_a_file_that_spells_things_otherwise_is_understood_with_a_note(command, service, tmp_path):
    (tmp_path / "t.csv").write_text("Title_ID,NAME,Kind,Shelf\n7,Heat,movie,A\n")
    words = ("import", "table", "titles", tmp_path / "t.csv", "--json")
    notes = ["columns were understood: Title_ID as title_id, NAME as name, Kind as kind"]
    notes.append("kind: movie was read as film")
    assert command(*words, "--dry-run").json["notes"] == notes
    said = command(*words, "--service", service).json
    assert (said["tables"]["titles"]["added"], said["notes"], said["ignored_columns"]) == (
        1,
        notes,
        {"t.csv": ["Shelf"]},
    )


def test_a_map_goes_before_a_name_that_is_alike(import_views):
    said = import_views("member_id,Title_ID,film,started_at\nm,9,1,2024-01-01\n", "--map", "title_id=film").json
    assert said["tables"]["views"]["added"] == 1
