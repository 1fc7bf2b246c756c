from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from matinee.acquire.forecast.comps import NEAREST, find_comps
from matinee.acquire.forecast.drivers import find_drivers
from matinee.acquire.forecast.stack import FOLDS, fit_forecaster, fold_titles


def test_it_learns_what_makes_hours(forecaster, debuts):
    told = forecaster.predict(debuts)
    assert np.corrcoef(told.mean, debuts.works["log_hours"])[0, 1] > 0.8
    assert (np.diff(told.quantiles, axis=1) >= 0).all()
    assert told.abstains == [None] * len(told.mean)


def test_the_same_seed_gives_the_same_forecast(forecaster, debuts, older):
    targets = debuts.works["log_hours"].to_numpy()
    again = fit_forecaster(debuts, targets, older, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(again.predict(debuts).quantiles, forecaster.predict(debuts).quantiles)


def test_a_live_event_gets_a_wider_interval_and_no_number_to_rely_on(forecaster, debuts):
    some = debuts.take(np.arange(4))
    live = type(some)(some.works.with_columns(is_live=pl.lit(value=True)), some.names, some.values)
    plain, told = forecaster.predict(some), forecaster.predict(live)
    assert all(why is not None and why.startswith("a live event") for why in told.abstains)
    assert (np.ptp(told.quantiles, axis=1) > np.ptp(plain.quantiles, axis=1)).all()


def test_a_kind_that_is_not_known_makes_it_abstain(forecaster, debuts):
    some = debuts.take(np.arange(1))
    short = type(some)(some.works.with_columns(kind=pl.lit("short")), some.names, some.values)
    assert "of kind short" in str(forecaster.predict(short).abstains[0])


def test_a_title_far_from_everything_known_makes_it_abstain(forecaster, debuts):
    some = debuts.take(np.arange(1))
    far = np.array([0.0 if name in {"is_film", "days"} else 50 * (-1.0) ** len(name) for name in some.names])
    works = some.works.with_columns(english=pl.lit("Xyzzy"), original=pl.lit("Xyzzy"))
    told = forecaster.predict(type(some)(works, some.names, some.values + far))
    assert str(told.abstains[0]).startswith("none of the 210 titles learned from is like it")
    assert forecaster.predict(some).abstains == [None]


def test_trees_weigh_more_where_many_debuts_are_known(forecaster, debuts, older, monkeypatch):
    monkeypatch.setattr("matinee.acquire.forecast.stack.MANY", 200)
    many = fit_forecaster(debuts, debuts.works["log_hours"].to_numpy(), older, rng=np.random.default_rng(0))
    full = many.complete(debuts)
    members = [many.trees.predict(full.values), many.alike.predict(full), many.line.predict(full)]
    np.testing.assert_allclose(many.predict(debuts).mean, np.array([0.8, 0.1, 0.1]) @ members)
    assert forecaster.shares.tolist() == [0.5, 0.25, 0.25]


@pytest.mark.parametrize(("titles", "is_learned"), [(19, False), (20, True)])
def test_what_fewer_than_twenty_titles_have_says_nothing(debuts, older, titles, is_learned):
    """A history that only the best titles have, of each in two rows."""
    targets = debuts.works["log_hours"].to_numpy()
    best = np.argsort(-targets)[:titles]
    values = debuts.values.copy()
    values[:, debuts.names.index("family_best")] = np.nan
    values[best, debuts.names.index("family_best")] = 7.0
    rows = np.concatenate([np.arange(len(targets)), best])
    known = replace(debuts, values=values).take(rows)
    told = fit_forecaster(known, targets[rows], older, rng=np.random.default_rng(0)).predict(known).mean
    without = known.hide(np.array([name == "family_best" for name in known.names]))
    plain = fit_forecaster(without, targets[rows], older, rng=np.random.default_rng(0)).predict(without).mean
    assert np.array_equal(told, plain) != is_learned


def test_too_few_debuts_are_refused(debuts, older):
    few = debuts.take(np.arange(10))
    with pytest.raises(ValueError, match="at least 60 debuts, got 10"):
        fit_forecaster(few, np.zeros(10), older, rng=np.random.default_rng(0))


def test_drivers_add_up_to_what_the_trees_say(forecaster, debuts):
    some = debuts.take(np.arange(5))
    values = forecaster.complete(some).values
    usual = forecaster.trees.explain(values)[:, -1]
    sums = [sum(driver.log_factor for driver in drivers) for drivers in find_drivers(forecaster, some)]
    np.testing.assert_allclose(usual + sums, forecaster.trees.predict(values), atol=1e-9)


def test_a_known_title_is_its_own_nearest_comp(forecaster, debuts):
    comps = find_comps(forecaster, debuts.take(np.array([3])))[0]
    assert len(comps) == NEAREST
    assert comps[0].title_id == debuts.works["title_id"][3]
    assert not comps[0].differs
    assert comps[0].likeness == pytest.approx(1)


def test_the_franchise_comes_first_then_the_nearest_of_that_form(forecaster, debuts):
    works = debuts.works.with_row_index("place")
    place = works.filter(pl.len().over("family_key", "kind") > 1, pl.col("runtime_minutes") > 0)["place"][0]
    work = works.row(place, named=True)
    comps = find_comps(forecaster, debuts.take(np.array([place])))[0]
    family = [
        comp.title_id in {*works.filter(pl.col("family_key") == work["family_key"])["title_id"]} for comp in comps
    ]
    assert family == sorted(family, reverse=True)
    assert sum(family) > 1
    others = [comp.likeness for comp, is_family in zip(comps, family, strict=True) if not is_family]
    assert others == sorted(others, reverse=True)
    assert all((work["kind"] == "season") == ("season" in (*comp.alike, *comp.differs)) for comp in comps)


def test_what_is_of_another_kind_must_be_of_nearly_its_length(forecaster, debuts):
    films = debuts.works.filter(kind="film")
    length = films["runtime_minutes"].quantile(0.3) / 1.5
    one = debuts.take(np.array([0]))
    changed = one.works.with_columns(kind=pl.lit("series"), family_key=pl.lit("none"), runtime_minutes=length)
    lengths = dict(films.select("title_id", "runtime_minutes").iter_rows())
    comps = find_comps(forecaster, replace(one, works=changed))[0]
    assert max(lengths.get(comp.title_id, 0) for comp in comps) < 1.5 * length


def test_all_horizons_of_a_title_are_held_out_together():
    ids = pl.Series(["b", "a", "b", "c", "a", *(f"t{n}" for n in range(60))])
    folds = fold_titles(ids, np.random.default_rng(0))
    assert folds[0] == folds[2]
    assert folds[1] == folds[4]
    assert np.bincount(folds).min() >= 60 // FOLDS
