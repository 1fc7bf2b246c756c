"""The rulebook as it ships."""

import pytest
from tests.rights.signing import Office

from matinee.flows.rules import load_rulebook


@pytest.fixture(scope="session")
def rulebook():
    return load_rulebook()


@pytest.fixture
def own_rulebook(tmp_path):
    """The rulebook with a file of the user's own."""

    def load(text):
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
        return load_rulebook(tmp_path / "own.toml")

    return load


@pytest.fixture
def office(rulebook):
    """Where agreements are made."""
    return Office(rulebook)
