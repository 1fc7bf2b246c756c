"""A small catalogue as arrays, and requests against it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from matinee.recommend.pages.catalogue import Catalogue, Shelf
from matinee.recommend.pages.compose import Viewer
from matinee.recommend.pages.request import PageRequest

TITLES, GENRES = 120, 4
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def catalogue():
    rng = np.random.default_rng(0)
    genres = np.eye(GENRES, dtype=np.float32)[rng.integers(0, GENRES, TITLES)]
    roots = np.arange(TITLES, dtype=np.int32)
    roots[[10, 11]], roots[12] = 13, -1
    languages = np.zeros((TITLES, 2), np.bool_)
    languages[:60, 0] = languages[40:100, 1] = True
    ages = rng.choice([-1, 0, 12, 18], TITLES).astype(np.int16)
    released = np.datetime64("2026-06-10") - rng.integers(0, 100, TITLES).astype("timedelta64[D]")
    franchises = np.full(TITLES, -1, np.int32)
    return Catalogue(["A", "B", "C", "D"], genres, franchises, ["en", "fr"], languages, ages, roots, released)


@pytest.fixture(scope="session")
def shelf(catalogue):
    is_open = np.ones(TITLES, np.bool_)
    is_open[100:110] = False
    return Shelf(is_open, catalogue.released)


@pytest.fixture(scope="session")
def viewer():
    rng = np.random.default_rng(1)
    scores, popular = rng.normal(size=TITLES).astype(np.float32), rng.pareto(1, TITLES).astype(np.float32)
    anchors = [(row, rng.normal(size=TITLES).astype(np.float32)) for row in (1, 2, 3)]
    taste = np.array([0.6, 0.3, 0.1, 0], np.float32)
    return Viewer(scores, popular, np.array([1, 2, 3, 10]), [2, 101], taste, anchors)


@pytest.fixture(scope="session")
def request_():
    return PageRequest(now=NOW, territory="FR")
