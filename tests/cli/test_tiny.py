"""A log of one person, from a known export to a page: nothing can be learned, and nothing may break."""

import pytest

HISTORY = """Title,Date
"The Crown: Season 1: Gelignite","1/31/24"
"Heat","2/1/24"
"Dark: Season 2: Ghosts","2/2/24"
"""


@pytest.fixture
def service(command, tmp_path):
    (tmp_path / "history.csv").write_text(HISTORY)
    command("init", tmp_path / "s")
    command("import", "netflix-history", tmp_path / "history.csv", "--member", "Ann", "--service", tmp_path / "s")
    return tmp_path / "s"


def test_training_says_that_the_log_is_too_small(command, service):
    said = command("train", "--service", service)
    assert said.code == 0
    assert "too small to learn from" in said.out


def test_whoever_has_seen_everything_is_told_so(command, service):
    command("train", "--service", service)
    assert "Nothing is left for Ann" in command("recommend", "--member", "Ann", "--service", service).out
    assert command("recommend", "--member", "Ann", "--json", "--service", service).json["titles"] == []


def test_one_member_has_no_standard_error(command, service):
    said = command("evaluate", "--service", service)
    assert said.code == 0
    assert said.err == ""
    assert "too few for a standard error" in said.out
    assert "Too few to tell: 1 member is no ground for a verdict" in said.out
    assert command("evaluate", "--json", "--service", service).json["models"]["blend"]["se"]["ndcg@100"] is None
