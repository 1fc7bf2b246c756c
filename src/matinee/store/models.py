"""Trained models on disk: plain arrays and a manifest, never pickles.

    models/<run>/<array>.npy      one file an array
    models/<run>/manifest.json    format, and each array's hash, dtype and shape; then what the trainer says of it
    models/current                one line: the run that serves

A run's folder appears whole, by one rename, and never changes. The live run and the `KEPT` before it stay; older ones
are deleted when a new one is saved. What the arrays mean is the model's matter (`recommend`).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from matinee.errors import BadModel, StoreError, UsageError
from matinee.store.disk import hash_file, plain_disk_errors, sync_file, sync_folder, write_file
from matinee.store.erasure import check_same_erasures
from matinee.store.lock import writer_lock

FORMAT = "matinee-model"
VERSION = 1
CURRENT = "current"

KEPT = 3
"""Runs that stay beside the live one."""

FRAME = ("format", "version", "arrays")
"""What this module adds to a manifest."""

UNFINISHED = ".unfinished"

_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")
_TODO = "run `matinee train` again"


def save_model(
    service: Path,
    arrays: Mapping[str, npt.NDArray[Any]],
    manifest: Mapping[str, Any],
    *,
    now: datetime,
    erasures: Collection[str] | None = None,
) -> str:
    """Save a trained model, make it the current one, and delete all but the `KEPT` latest of the others.

    Args:
        service: the service folder.
        arrays: name -> array of numbers, booleans or fixed-width text (no objects); names fit for a file.
        manifest: what else to remember, as JSON can say it: kind, data hash, settings, seed, versions, metrics.
        now: time of the run, with zone.
        erasures: those that had begun when the log was read (`matinee.store.erasure`); None = no member was learned
            from.

    Returns:
        The run's name: its UTC time and a short hash of what it holds, "20250131T120000Z-1a2b3c4d".

    Raises:
        ValueError: an array of objects, a name unfit for a file, or `now` without zone.
        StoreError: the disk said no, or another erasure has begun: who is forgotten may be in the model. Nothing
            half-written is left.
    """
    _check_arguments(arrays, now)
    models = service / "models"
    unfinished = models / UNFINISHED
    with plain_disk_errors(models), writer_lock(models):
        try:
            text = _write_run(unfinished, arrays, manifest)
            if erasures is not None:
                check_same_erasures(service, erasures)
            digest = hashlib.sha256(text.encode()).hexdigest()
            run = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest[:8]}"
            if not (models / run).exists():
                unfinished.replace(models / run)
                sync_folder(models)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        write_file(models / CURRENT, f"{run}\n".encode())
        _remove_old_runs(models, live=run)
    return run


def load_model(
    service: Path, run: str = CURRENT, *, is_trusted: bool = True, names: Collection[str] | None = None
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """Load a model after checking that every array is as it was saved.

    The hash of a large array takes a second, so one that nobody has written since its manifest is taken at its size,
    type and shape; that a disk changed bytes by itself is for `verify_model` to find.

    Args:
        service: the service folder.
        run: a run's name, or "current" for the one that serves.
        is_trusted: false = compare the hash of every array.
        names: the arrays wanted, of which those that the model has are checked and loaded; None = all.

    Returns:
        The arrays, memory-mapped and read-only, and the manifest.

    Raises:
        UsageError: nothing was trained yet, or no such run.
        BadModel: the model is damaged, not ours, or of a newer Matinee.
    """
    models = service / "models"
    with plain_disk_errors(models):
        folder = models / _run_name(models, run)
        if not folder.is_dir():
            raise UsageError(f"no model {folder.name!r}", where=str(models), todo=_TODO)
        manifest = _read_manifest(folder)
        saved_at = (folder / "manifest.json").stat().st_mtime_ns if is_trusted else 0
        wanted = {n: facts for n, facts in manifest["arrays"].items() if names is None or n in names}
        arrays = {name: _load_array(folder, name, facts, saved_at) for name, facts in wanted.items()}
    return arrays, manifest


def verify_model(service: Path) -> None:
    """Compare every array of the live model, if there is one, with the hash it was saved with.

    Raises:
        BadModel: as `load_model`.
    """
    if has_current(service):
        load_model(service, is_trusted=False)


def list_runs(service: Path) -> list[str]:
    """List the models of a service by name, oldest first.

    Raises:
        StoreError: the disk said no.
    """
    models = service / "models"
    with plain_disk_errors(models):
        return sorted(path.parent.name for path in models.glob("*/manifest.json") if _is_name(path.parent.name))


def has_current(service: Path) -> bool:
    """Tell whether a service has a model that serves."""
    return (service / "models" / CURRENT).exists()


def name_current(service: Path) -> str:
    """Name the run that serves; errors as `load_model`."""
    with plain_disk_errors(service / "models"):
        return _run_name(service / "models", CURRENT)


def delete_models(service: Path, *, but: str | None) -> list[str]:
    """Delete every run but one, which must be current, and what a crash left of one that was being written.

    A reader that has an old run open can go on reading it.

    Args:
        service: the service folder.
        but: the run that stays; None = none stays, and none is current any more.

    Returns:
        the names of the runs that were deleted, in order.

    Raises:
        StoreError: another run is current, or the disk said no; some runs may be left.
    """
    models = service / "models"
    with plain_disk_errors(models), writer_lock(models):
        if but is None:
            (models / CURRENT).unlink(missing_ok=True)
        elif _run_name(models, CURRENT) != but:
            raise StoreError(
                "another model was made meanwhile", where=str(models), todo="wait for it and run the same command again"
            )
        runs = sorted(each.name for each in models.iterdir() if _is_run(each) and each.name != but)
        for run in (*runs, UNFINISHED):
            shutil.rmtree(models / run, ignore_errors=run == UNFINISHED)
        sync_folder(models)
    return runs


def _check_arguments(arrays: Mapping[str, npt.NDArray[Any]], now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError(f"now must have a zone, got {now!r}")
    for name, array in arrays.items():
        if not name.isidentifier():
            raise ValueError(f"arrays must have names like `item_weights`, got {name!r}")
        if array.dtype.hasobject:
            raise ValueError(f"arrays must hold numbers or fixed-width text, got objects in {name!r}")


def _write_run(folder: Path, arrays: Mapping[str, npt.NDArray[Any]], manifest: Mapping[str, Any]) -> str:
    """Write arrays and manifest into a fresh `folder`; return the manifest's text."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    written = {name: _write_array(folder / f"{name}.npy", array) for name, array in sorted(arrays.items())}
    whole = {**manifest, "format": FORMAT, "version": VERSION, "arrays": written}
    text = json.dumps(whole, indent=1, sort_keys=True) + "\n"
    write_file(folder / "manifest.json", text.encode())
    return text


def _remove_old_runs(models: Path, *, live: str) -> None:
    others = sorted(folder for folder in models.iterdir() if _RUN.fullmatch(folder.name) and folder.name != live)
    for folder in others[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def _write_array(path: Path, array: npt.NDArray[Any]) -> dict[str, Any]:
    np.save(path, array, allow_pickle=False)
    sync_file(path)
    facts = {"dtype": array.dtype.str, "shape": list(array.shape), "bytes": path.stat().st_size}
    return {**facts, "sha256": hash_file(path)}


def _run_name(models: Path, run: str) -> str:
    if run == CURRENT:
        if not (models / CURRENT).is_file():
            raise UsageError("no model yet", where=str(models.parent), todo="run `matinee train`")
        run = (models / CURRENT).read_text(encoding="utf-8", errors="replace").strip()
        if not (models / run).is_dir() or not _is_name(run):
            raise BadModel(f"models/{CURRENT} names no model", where=str(models), todo=_TODO)
    if not _is_name(run):
        raise UsageError(f"{run!r} is no name of a model", where=str(models), todo="give one of the folders there")
    return run


def _is_run(folder: Path) -> bool:
    """Tell whether a folder is a run, also one that is half deleted, or a copy under another name."""
    return bool(_RUN.fullmatch(folder.name)) or (folder / "manifest.json").is_file()


def _is_name(run: str) -> bool:
    """Tell whether `run` is a plain name, so that it cannot lead out of the folder."""
    return bool(run) and run == Path(run).name and not run.startswith(".")


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    if not path.is_file():
        raise BadModel("no manifest.json: damaged, or no model of Matinee", where=str(folder), todo=_TODO)
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as error:
        raise BadModel("manifest.json is damaged", where=str(folder), todo=_TODO) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BadModel("not a model of Matinee", where=str(folder), todo=_TODO)
    version = manifest.get("version")
    if not isinstance(version, int) or not isinstance(manifest.get("arrays"), dict):
        raise BadModel("manifest.json is damaged", where=str(folder), todo=_TODO)
    if version > VERSION:
        raise BadModel(
            f"made by a newer Matinee (format {version}, this one knows {VERSION})",
            where=str(folder),
            todo="update Matinee",
        )
    return manifest


def _load_array(folder: Path, name: str, facts: object, saved_at: int) -> npt.NDArray[Any]:
    """Map an array; compare its hash where it was written after `saved_at`, in ns."""
    damaged = BadModel(f"array {name!r} is missing or damaged", where=str(folder), todo=_TODO)
    path = folder / f"{name}.npy"
    if not name.isidentifier() or not isinstance(facts, dict) or not path.is_file():
        raise damaged
    found = path.stat()
    is_untouched = found.st_mtime_ns < saved_at
    if found.st_size != facts.get("bytes") or not (is_untouched or hash_file(path) == facts.get("sha256")):
        raise damaged
    try:
        array = np.load(path, mmap_mode="r" if _has_bytes(facts) else None, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise damaged from error
    if array.dtype.str != facts.get("dtype") or list(array.shape) != facts.get("shape"):
        raise damaged
    return np.asarray(array)  # still mapped, but a plain array: a memmap takes its time over every piece that is cut


def _has_bytes(facts: dict[str, Any]) -> bool:
    """Tell whether the array has an element: an empty file cannot be memory-mapped."""
    return 0 not in facts.get("shape", [])
