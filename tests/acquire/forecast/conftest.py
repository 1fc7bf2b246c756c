import numpy as np
import pytest

from matinee.acquire.features.build import build_features
from matinee.acquire.forecast.debuts import find_debuts, find_older
from matinee.acquire.forecast.stack import fit_forecaster


@pytest.fixture(scope="session")
def debuts(facts):
    return build_features(find_debuts(facts), facts)


@pytest.fixture(scope="session")
def older(facts):
    return find_older(facts)


@pytest.fixture(scope="session")
def forecaster(debuts, older):
    return fit_forecaster(debuts, debuts.works["log_hours"].to_numpy(), older, rng=np.random.default_rng(0))
