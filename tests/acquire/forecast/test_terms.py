import numpy as np
import polars as pl
import pytest

from matinee.acquire.features.build import build_features
from matinee.acquire.forecast.debuts import find_debuts
from matinee.acquire.forecast.terms import Learners, find_told, forecast_by_terms, hide_terms


@pytest.fixture(scope="module")
def mixed(facts):
    """Debuts of which every tenth has no terms."""
    debuts = find_debuts(facts).with_row_index("row")
    is_untold = pl.col("row") % 10 == 0
    return build_features(
        debuts.with_columns(
            worldwide=pl.when(~is_untold).then("worldwide"), released_on=pl.when(~is_untold).then("released_on")
        ).drop("row"),
        facts,
    )


@pytest.fixture(scope="module")
def learners(mixed, older):
    return Learners(mixed, mixed.works["log_hours"].to_numpy(), older, seed=0)


def test_hidden_terms_are_unknown_and_all_else_stays(mixed):
    hidden = hide_terms(mixed)
    lost = {
        name for name, old, new in zip(mixed.names, mixed.values.T, hidden.values.T, strict=True)
        if not np.array_equal(old, new, equal_nan=True)
    }  # fmt: skip
    assert {"worldwide", "days", "days_fast", "weekday"} <= lost
    assert not lost & {"runtime", "is_film", "words", "family_titles"}
    assert not find_told(hidden.works).any()
    assert hidden.works["days"].equals(mixed.works["days"])


def test_the_model_of_told_works_learns_from_told_debuts_alone(learners):
    assert learners.is_mixed
    assert learners.fit().known.works["worldwide"].null_count() == 0
    assert learners.fit_untold().known.works.height == len(learners.targets)


def test_each_work_is_forecast_by_the_model_of_what_is_told_of_it(learners, mixed):
    some = mixed.take(np.arange(12))
    mean, quantiles = forecast_by_terms(learners, some)
    told = learners.fit().predict(some.take(np.array([1, 2])))
    untold = learners.fit_untold().predict(hide_terms(some.take(np.array([0, 10]))))
    np.testing.assert_allclose(mean[[1, 2]], told.mean)
    np.testing.assert_allclose(quantiles[[0, 10]], untold.quantiles)


def test_where_terms_are_told_of_none_they_are_not_hidden(debuts, older):
    own = type(debuts)(debuts.works.with_columns(worldwide=pl.lit(None, pl.Boolean)), debuts.names, debuts.values)
    learners = Learners(own, own.works["log_hours"].to_numpy(), older, seed=0)
    assert not learners.is_mixed
    mean, _ = forecast_by_terms(learners, own.take(np.arange(3)))
    np.testing.assert_allclose(mean, learners.fit().predict(own.take(np.arange(3))).mean)
