"""A real log to try Matinee on: MovieLens 100K, fetched once and kept in the user's cache.

It travels inside a package of another project, which pip fetches with its hash pinned; only the data are unpacked,
nothing of the package is installed or run. GroupLens allows research use and asks not to redistribute the data, so they
are never part of Matinee.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from platformdirs import user_cache_path

from matinee.errors import StoreError
from matinee.store.disk import plain_disk_errors, write_file

PACKAGE = "recbole==1.2.1"
SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
INSIDE = "recbole/dataset_example/ml-100k/"
FILES = ("ml-100k.inter", "ml-100k.item", "ml-100k.user")
SECONDS = 90
"""How long the package index may take."""


def fetch_movielens(cache: Path | None = None) -> Path:
    """Fetch MovieLens 100K, or find it in the cache.

    Args:
        cache: folder to keep it in; None = the user's cache folder.

    Returns:
        the folder with `FILES`.

    Raises:
        StoreError: it cannot be had (no network, another hash, no pip) or not be kept.
    """
    folder = (cache or user_cache_path("matinee")) / "movielens-100k"
    if all((folder / name).is_file() for name in FILES):
        return folder
    with plain_disk_errors(folder), tempfile.TemporaryDirectory() as scratch:
        wheel = _download(Path(scratch))
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive:
            for name in FILES:
                write_file(folder / name, archive.read(INSIDE + name))
    return folder


def _download(folder: Path) -> Path:
    pinned = folder / "pinned.txt"
    pinned.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [*pip, "--only-binary=:all:", "--require-hashes", "--dest", str(folder), "--requirement", str(pinned)]
    todo = "connect to a package index, or use the simulated world"
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"MovieLens 100K did not come within {SECONDS} s", todo=todo) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise StoreError(f"MovieLens 100K cannot be had ({said[-1] if said else 'pip failed'})", todo=todo) from error
    return next(folder.glob("*.whl"))
