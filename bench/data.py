"""Where benches find real data, which is not part of the project."""

import os
from pathlib import Path


def shared() -> Path:
    """Find the folder of real data, or stop saying how to name it."""
    folder = Path(os.environ.get("MATINEE_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        raise SystemExit(f"bench: no real data at {folder}; set MATINEE_SHARED")
    return folder
