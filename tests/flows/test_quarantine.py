import pytest

from matinee.errors import BadFile
from matinee.flows.imports import import_table
from matinee.flows.quarantine import EXAMPLES, list_quarantine
from matinee.store.service import create_service


@pytest.fixture
def service(tmp_path):
    """Five titles that repeat the first, one without a name."""
    (tmp_path / "titles.csv").write_text("title_id,name\n" + "a,A\n" * 6 + "b,\n")
    service = create_service(tmp_path / "svc")
    import_table(service, "titles", tmp_path / "titles.csv")
    return service


def test_problems_are_counted_by_reason_though_their_words_differ(service):
    often, once = list_quarantine(service)
    assert (often["file"], often["column"], often["problems"]) == ("titles.csv", "title_id", 5)
    assert often["wanted"] == "a key of its own"
    assert (once["column"], once["problems"]) == ("name", 1)


def test_a_reason_has_a_few_examples_with_their_whole_rows(service):
    examples = list_quarantine(service)[0]["examples"]
    assert [example["row"] for example in examples] == list(range(3, 3 + EXAMPLES))
    assert examples[0]["said"] == "titles.csv, line 3, title_id: 'a' is not a key of its own (row 2 has it)"
    assert examples[0]["record"]["name"] == "A"


def test_nothing_set_aside_is_an_empty_list(tmp_path):
    assert list_quarantine(create_service(tmp_path / "svc")) == []


def test_a_damaged_file_in_quarantine_is_one_clear_error(service):
    (path,) = (service.path / "quarantine").iterdir()
    path.write_bytes(b"PAR1" + b"?" * 50)
    with pytest.raises(BadFile, match="a file of rejected rows is damaged; delete the damaged file"):
        list_quarantine(service)
