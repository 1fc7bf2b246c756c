"""The rulebook as it ships."""

import pytest

from matinee.flows.rules import load_rulebook


@pytest.fixture(scope="session")
def rulebook():
    return load_rulebook()
