"""Worlds that several tests look at; made once, never changed."""

import numpy as np
import pytest

from matinee.world import World, WorldSettings, simulate


@pytest.fixture(scope="session")
def small() -> World:
    """A world in which everything happens: taste, freshness, new titles, new members."""
    return simulate(WorldSettings(members=400, titles=120, days=60, views_per_member=12), np.random.default_rng(3))


@pytest.fixture(scope="session")
def taste_ruled() -> World:
    return simulate(WorldSettings.taste_ruled(), np.random.default_rng(1))


@pytest.fixture(scope="session")
def freshness_ruled() -> World:
    return simulate(WorldSettings.freshness_ruled(), np.random.default_rng(1))


@pytest.fixture(scope="session")
def mixed() -> World:
    return simulate(WorldSettings.mixed(), np.random.default_rng(1))
