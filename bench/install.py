"""A stranger's first minutes: clone, install, demo. Wall seconds, memory, size on disk."""

import os
import subprocess
import tempfile
from pathlib import Path

from bench.measured import run_measured
from bench.page import Row, write_section

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Clone the last commit into a fresh folder and run what the README says."""
    with tempfile.TemporaryDirectory() as scratch:
        for cache in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "XDG_CACHE_HOME"):
            os.environ[cache] = str(Path(scratch) / cache.lower())
        clone = Path(scratch) / "matinee"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        run = str(clone / "run")
        installed = run_measured(("bash", run, "matinee", "--version"))
        again = run_measured(("bash", run, "matinee", "--version"))
        demo = run_measured(("bash", "-c", f"cd {clone} && ./run demo"))
        size = sum(file.stat().st_size for file in (clone / ".venv").rglob("*") if file.is_file())
    write_section(
        "install",
        "A fresh clone with empty caches, `./run demo` on MovieLens 100K.",
        [
            Row("installation, wall s", "<= 120", f"{installed.wall_s:.0f}"),
            Row("installation, GB on disk", "<= 1.2", f"{size / 1e9:.2f}"),
            Row("a second call of ./run, wall s", "< 1", f"{again.wall_s:.2f}"),
            Row("demo from start to end, wall s", "<= 60", f"{demo.wall_s:.0f} ({demo.cpu_s:.0f} CPU s)"),
            Row("demo, peak memory, GB", "< 1", f"{demo.peak_gb:.2f}"),
        ],
    )
