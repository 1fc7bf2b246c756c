"""A damaged data file, as every verb that reads views meets it."""

import shutil

import pytest

from matinee.store.service import open_service


@pytest.fixture(scope="module")
def damaged(world, tmp_path_factory):
    """A copy of `world` whose largest month of views has a page of noise."""
    folder = shutil.copytree(world, tmp_path_factory.mktemp("damaged") / "service")
    path = max((folder / "tables" / "views").rglob("*.parquet"), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[40:400] = bytes(range(180)) * 2
    path.write_bytes(content)
    return folder, path


VERBS = [
    "train",
    "evaluate",
    "report",
    "check",
    "recommend --member M",
    "page --member M",
    "explain --member M --title T",
]


@pytest.mark.parametrize("words", VERBS)
def test_a_damaged_data_file_is_one_line_that_names_it(command, damaged, words):
    folder, path = damaged
    service = open_service(folder)
    ids = {"M": service.read("members")["member_id"][0], "T": service.read("titles")["title_id"][0]}
    said = command(*(ids.get(word, word) for word in words.split()), "--service", folder)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"matinee: {path}: a data file is damaged; restore the folder from a copy\n"


def test_an_import_into_a_damaged_month_is_one_line_and_changes_nothing(command, damaged, tmp_path):
    folder, path = damaged
    month = path.parent.name.removeprefix("month=")
    title_id = open_service(folder).read("titles")["title_id"][0]
    (tmp_path / "views.csv").write_text(f"member_id,title_id,started_at\nx,{title_id},{month}-15\n")
    before = (folder / "tables" / "manifest.json").read_bytes()
    said = command("import", "table", "views", tmp_path / "views.csv", "--service", folder)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "a data file is damaged" in said.err
    assert (folder / "tables" / "manifest.json").read_bytes() == before
