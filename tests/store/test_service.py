import polars as pl
import pytest

from matinee.errors import BadFile, NotAService, StoreError, UsageError
from matinee.flows.imports import import_table
from matinee.settings import Settings
from matinee.store.service import create_service, open_service
from matinee.tables.schemas import TABLES


def test_a_new_service_has_default_settings_and_empty_tables(tmp_path):
    service = create_service(tmp_path / "deep" / "svc")
    assert service.settings == Settings()
    assert service.counts() == dict.fromkeys(TABLES, 0)
    for table, schema in TABLES.items():
        assert service.read(table).schema == schema.create_empty().schema


def test_creating_a_service_again_leaves_it_as_it_is(tmp_path):
    create_service(tmp_path)
    (tmp_path / "matinee.toml").write_text("seed = 7\n")
    assert create_service(tmp_path).settings.seed == 7


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("all my work")
    with pytest.raises(UsageError, match="the folder is not empty; give the path of a new folder"):
        create_service(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_refused_as_a_folder(tmp_path):
    (tmp_path / "svc").write_text("")
    with pytest.raises(UsageError, match="this is a file, not a folder"):
        create_service(tmp_path / "svc")


def test_a_folder_that_is_no_service_says_how_to_make_one(tmp_path):
    with pytest.raises(NotAService, match=f"this folder is no service; make one with `matinee init {tmp_path}`"):
        open_service(tmp_path)


def test_wrong_settings_name_the_file(tmp_path):
    create_service(tmp_path)
    (tmp_path / "matinee.toml").write_text("seed = 'x'\n")
    with pytest.raises(BadFile, match=r"matinee.toml: seed = 'x' is no whole number"):
        open_service(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1, "tables": {"views": [{"path": 1}]}}', '{"tables": {}}'])
def test_a_damaged_list_of_files_is_one_clear_error(tmp_path, text):
    service = create_service(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=r"manifest.json: the list of data files is damaged"):
        service.counts()


def test_a_table_written_before_a_column_came_in_is_read_with_that_column_empty(tmp_path):
    service = create_service(tmp_path / "svc")
    (tmp_path / "people.csv").write_text("person_id,name,isni\np1,Ana,\n")
    import_table(service, "people", tmp_path / "people.csv")
    snapshot = service.snapshot()
    (file,) = snapshot.parts("people").values()
    path = snapshot.folder / file.path
    pl.read_parquet(path).drop("isni").write_parquet(path)
    assert service.read("people").rows() == [("p1", "Ana", None, None)]


def test_a_service_of_a_newer_version_is_refused(tmp_path):
    service = create_service(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "manifest.json").write_text('{"format": 2, "tables": {}}')
    with pytest.raises(StoreError, match="a newer Matinee; update Matinee"):
        service.read("views")


def test_an_unknown_table_is_the_callers_mistake(tmp_path):
    with pytest.raises(ValueError, match=r"table must be one of members, .*, got 'movies'"):
        create_service(tmp_path).scan("movies")
