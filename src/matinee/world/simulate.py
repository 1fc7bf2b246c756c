"""One call that makes a whole world, for tests and demos: small enough to be held at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from matinee.world.service import World, build_world
from matinee.world.settings import WorldSettings
from matinee.world.viewing import simulate_views


def simulate(settings: WorldSettings, rng: np.random.Generator) -> World:
    """Make a service and its whole log.

    Args:
        settings: the dials, or a preset such as `WorldSettings.mixed()`.
        rng: where chance comes from; the same state gives the same world.

    Returns:
        The world, its views sorted by time.

    Raises:
        ValueError: if the titles are too few for the views wanted.
    """
    world = build_world(settings, rng)
    return replace(world, views=pl.concat(simulate_views(world)))
