"""The verb `import world`: fill a service with a simulated log, by the same door as real ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from matinee.errors import UsageError
from matinee.flows.imports import ImportSummary, import_batches
from matinee.store.readers.batch import Batch
from matinee.store.service import Service
from matinee.store.view_intake import Progress
from matinee.world import WorldSettings, build_world, show_newest, simulate_views


def import_world(
    service: Service, settings: WorldSettings, *, seed: int = 0, mix: bool = False, progress: Progress | None = None
) -> ImportSummary:
    """Simulate a service and import it; the same settings and seed bring the same rows.

    Args:
        service: where to.
        settings: how large the world is and what rules it.
        seed: where chance comes from.
        mix: also into a service that has rows already, whose log would then be part truth and part invention.
        progress: as of `import_batches`.

    Returns:
        what was done.

    Raises:
        UsageError: the service has rows, and not `mix`.
    """
    if not mix and any(service.counts().values()):
        todo = "make another with `matinee init`, or say --mix"
        raise UsageError("a simulated world belongs into an empty service", where=str(service.path), todo=todo)
    return import_batches(service, _batches(settings, seed), progress=progress)


def _batches(settings: WorldSettings, seed: int) -> Iterator[Batch]:
    world = build_world(settings, np.random.default_rng(seed))
    for table in ("members", "titles", "people", "credits"):
        yield _number(table, getattr(world, table), 0)
    for table, frames in (("views", simulate_views(world)), ("exposures", show_newest(world))):
        row = 0
        for frame in frames:
            yield _number(table, frame, row)
            row += frame.height


def _number(table: str, frame: pl.DataFrame, rows_before: int) -> Batch:
    rows = pl.int_range(rows_before + 1, rows_before + 1 + frame.height, dtype=pl.Int64, eager=True)
    return Batch(table, "simulated world", frame.with_columns(row=rows))
