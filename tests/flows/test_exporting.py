"""Everything held about a member, written out. What they left is in `conftest`."""

import csv
import io
import json
import re
import zipfile

import pytest
from tests.flows.conftest import NOW, OTHERS, VIEWS, WHO, make_service

import matinee
from matinee.errors import UnknownId, UsageError
from matinee.flows.exporting import export_member

REPORTS = ["reports/index.html", "reports/index.json"]


@pytest.fixture
def exported(service, tmp_path):
    """The files of an export, by name, as JSON or text."""
    export_member(service, WHO, tmp_path / "out", now=NOW)
    texts = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    return {name: json.loads(text) if name.endswith(".json") else text for name, text in texts.items()}


def test_every_row_about_them_is_there_and_nobody_elses(exported):
    own = {(row["title_id"], row["started_at"]) for row in VIEWS if row["member_id"] == WHO}
    assert {(row["title_id"], row["started_at"][:16].removesuffix("T00:00")) for row in exported["views.json"]} == own
    assert exported["members.json"][0]["country"] == "FR"
    assert [row["title_id"] for row in exported["exposures.json"]] == ["t3"]
    assert {row["column"] for row in exported["set_aside.json"]} == {"started_at", "member_id"}
    assert not any(f"'{other}'" in str(exported) for other in OTHERS)


def test_tables_come_as_csv_too(exported):
    rows = list(csv.DictReader(io.StringIO(exported["views.csv"])))
    assert [{**row, "seconds": None} for row in exported["views.json"]] == [
        {name: value or None for name, value in row.items()} for row in rows
    ]


def test_what_the_model_makes_of_them_is_there_with_reasons(service, exported):
    derived = exported["derived.json"]
    page = matinee.recommend_member(matinee.load_recommender(service), WHO, k=20)
    assert derived["recommended"] == page["titles"]
    assert derived["segments"] == {"history": "1-5", "country": "FR"}
    assert exported["settings.json"] == {"personalised": None, "is_profiled": True, "min_rating": 4.0}
    assert [(each["live"], each["learned_from_you"]) for each in exported["models.json"]] == [
        (False, True),
        (True, True),
    ]
    assert exported["files.json"] == {"results": {"pages.parquet": 1}, "reports": REPORTS}


def test_who_asked_not_to_be_profiled_has_no_profile(service, tmp_path):
    (tmp_path / "members.jsonl").write_text(json.dumps({"member_id": WHO, "personalised": False}))
    matinee.import_table(service, "members", tmp_path / "members.jsonl")
    export_member(service, WHO, tmp_path / "out", now=NOW)
    derived = json.loads((tmp_path / "out" / "derived.json").read_text())
    assert "asked not to be profiled" in derived["note"]
    assert "genres" not in derived
    assert json.loads((tmp_path / "out" / "settings.json").read_text())["is_profiled"] is False


def test_the_readme_explains_every_file_and_no_other(exported):
    headings = [line for line in exported["README.txt"].splitlines() if re.match(r"\w+\.json", line)]
    said = {name for line in headings for name in re.findall(r"\w+\.\w+", line)}
    assert said == exported.keys() - {"README.txt"}


def test_a_zip_holds_the_same_files(service, exported, tmp_path):
    done = export_member(service, WHO, tmp_path / "out.zip", now=NOW)
    with zipfile.ZipFile(done["file"]) as archive:
        assert set(archive.namelist()) == exported.keys()
        assert json.loads(archive.read("views.json")) == exported["views.json"]
    assert done["rows"]["views"] == len(exported["views.json"])


def test_a_service_without_a_model_exports_what_it_has(tmp_path):
    service = make_service(tmp_path / "service")
    export_member(service, WHO, tmp_path / "out", now=NOW)
    assert not (tmp_path / "out" / "derived.json").exists()
    assert (tmp_path / "out" / "views.csv").exists()


def test_nothing_is_written_into_the_service_nor_over_a_folder(service, tmp_path):
    with pytest.raises(UsageError, match="an export does not belong into the service's folder"):
        export_member(service, WHO, service.path / "sub" / "out.zip", now=NOW)
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="there is something of that name already"):
        export_member(service, WHO, tmp_path / "there", now=NOW)


def test_a_stranger_has_no_export(service, tmp_path):
    with pytest.raises(UnknownId, match="no member 'nobody'"):
        export_member(service, "nobody", tmp_path / "out", now=NOW)
    assert not (tmp_path / "out").exists()
