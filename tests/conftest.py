"""What every test may ask for."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("matinee", deadline=None)  # a first call compiles, and the machine may be busy
settings.load_profile("matinee")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data, which is not part of the project; tests that need it are skipped without it."""
    folder = Path(os.environ.get("MATINEE_SHARED", Path(__file__).parents[1].parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set MATINEE_SHARED")
    return folder
