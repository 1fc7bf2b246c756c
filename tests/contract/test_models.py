"""What every model promises, whatever it is made of."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array

from matinee.measure.splits import latest_at, split_by_time
from matinee.recommend.cold import fill_cold
from matinee.recommend.factors import FactorsSettings, fit_factors
from matinee.recommend.histories import build_histories, encode_histories
from matinee.recommend.linear import Linear, LinearSettings, fit_events
from matinee.recommend.low_rank import fill_vectors, fit_low_rank
from matinee.recommend.metadata import build_features
from matinee.recommend.model import Model, dump_arrays, restore_model
from matinee.recommend.popular import Popular, decayed_counts
from matinee.recommend.rank import rank_titles
from matinee.recommend.recipe import Recipe, fit_recipe
from matinee.recommend.tune import tune
from matinee.store.models import load_model, save_model
from matinee.tables.log import build_log
from matinee.world import WorldSettings, simulate


@dataclass(frozen=True)
class Case:
    """A log with metadata, of which the last three titles were watched by nobody."""

    events: pl.DataFrame
    title_ids: list[str]
    features: csr_array

    @property
    def titles(self) -> int:
        return len(self.title_ids)

    @property
    def now(self) -> int:
        return latest_at(self.events)

    @property
    def known(self) -> np.ndarray:
        return np.isin(np.arange(self.titles), self.events["title_row"])

    def histories(self, weighted: bool = False) -> csr_array:
        return build_histories(self.events, np.arange(40), self.titles, weighted=weighted)


def fit_popular(case: Case) -> Model:
    return Popular(decayed_counts(case.events, case.titles, now=case.now, half_lives=(7.0,))[0])


def fit_linear_as(**settings) -> Callable[[Case], Model]:
    return lambda case: fit_events(case.events, case.titles, LinearSettings(reg=30.0, **settings), now=case.now)


def fit_cold(case: Case) -> Model:
    model = fit_events(case.events, case.titles, LinearSettings(reg=30.0), now=case.now)
    return Linear(fill_cold(model.weights, case.features, case.known, reg=1.0))


def fit_factors_as(**settings) -> Callable[[Case], Model]:
    chosen = FactorsSettings(embedding_size=8, **settings)
    return lambda case: fit_factors(case.events, case.titles, chosen, rng=np.random.default_rng(4))


def fit_low_rank_as(case: Case) -> Model:
    chosen = FactorsSettings(embedding_size=8)
    model = fit_low_rank(case.events, case.titles, chosen, rng=np.random.default_rng(4))
    return fill_vectors(model, case.features, case.known, reg=1.0)


def fit_factor_blend(case: Case) -> Model:
    recipe = replace(Recipe(), taste=1.0, factors=FactorsSettings(embedding_size=8))
    return fit_recipe(case.events, case.titles, recipe, now=case.now, features=case.features)


def fit_default_blend(case: Case) -> Model:
    recipe = replace(Recipe(), taste=1.0)
    return fit_recipe(case.events, case.titles, recipe, now=case.now, features=case.features)


def fit_tuned_blend(case: Case) -> Model:
    inner = split_by_time(case.events)
    recipe = tune(inner, case.titles, case.features, rng=np.random.default_rng(5))
    return fit_recipe(case.events, case.titles, recipe, now=case.now, features=case.features)


FITS: dict[str, Callable[[Case], Model]] = {
    "popular": fit_popular,
    "ease": fit_linear_as(),
    "edlae": fit_linear_as(dropout=0.5),
    "recent": fit_linear_as(half_life=20.0),
    "weighted": fit_linear_as(weighted=True),
    "cold": fit_cold,
    "factors": fit_factors_as(),
    "weighted factors": fit_factors_as(weighted=True),
    "low rank": fit_low_rank_as,
    "blend of factors": fit_factor_blend,
    "blend": fit_default_blend,
    "blend without taste": lambda case: fit_recipe(case.events, case.titles, Recipe(), now=case.now),
    "tuned": fit_tuned_blend,
}


@pytest.fixture(scope="module")
def case() -> Case:
    settings = WorldSettings(members=250, titles=60, days=60, views_per_member=12)
    world = simulate(settings, np.random.default_rng(3))
    log = build_log(world.members, world.titles, world.views.lazy(), min_rating=4)
    titles = pl.DataFrame({"title_id": log.title_ids}).join(world.titles, on="title_id", maintain_order="left")
    events = log.events.filter(pl.col("title_row") < len(log.title_ids) - 3)
    return Case(events, log.title_ids.to_list(), build_features(titles, world.people, world.credits))


@pytest.fixture(scope="module", params=list(FITS))
def fit(request) -> Callable[[Case], Model]:
    return FITS[str(request.param)]


@pytest.fixture(scope="module")
def model(fit: Callable[[Case], Model], case: Case) -> Model:
    return fit(case)


def test_scores_are_finite_float32_one_row_a_history_and_one_column_a_title(model, case):
    scores = model.score(case.histories())
    assert scores.shape == (40, case.titles)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


def test_histories_with_weights_score_finite_too(model, case):
    assert np.isfinite(model.score(case.histories(weighted=True))).all()


def test_an_empty_history_and_no_history_at_all_score_finite(model, case):
    assert np.isfinite(model.score(encode_histories([[]], case.title_ids))).all()
    assert model.score(encode_histories([], case.title_ids)).shape == (0, case.titles)


def test_an_unknown_id_in_a_history_changes_nothing(model, case):
    watched = case.title_ids[:4]
    plain = model.score(encode_histories([watched], case.title_ids))
    strange = model.score(encode_histories([[*watched, "no such title"]], case.title_ids))
    np.testing.assert_array_equal(plain, strange)


def test_a_title_that_nobody_watched_may_stand_in_a_history(model, case):
    assert np.isfinite(model.score(encode_histories([case.title_ids[-3:]], case.title_ids))).all()


def test_one_member_alone_scores_as_in_a_batch(model, case):
    histories = case.histories()
    batch = model.score(histories)
    alone = np.concatenate([model.score(histories[[row]]) for row in range(histories.shape[0])])
    np.testing.assert_allclose(alone, batch, rtol=1e-5, atol=1e-5)


def test_seen_and_forbidden_titles_are_never_returned(model, case):
    histories = case.histories()
    allowed = np.arange(case.titles) % 3 > 0
    top = rank_titles(model.score(histories), case.titles, seen=histories, allowed=allowed)
    for row, titles in enumerate(top):
        expected = set(np.flatnonzero(allowed)) - set(histories[[row]].indices)
        assert set(titles[titles >= 0].tolist()) == expected


def test_scoring_leaves_the_model_and_the_histories_as_they_were(model, case):
    histories = case.histories()
    before = {name: array.copy() for name, array in dump_arrays(model).items()}
    model.score(histories)
    np.testing.assert_array_equal(histories.toarray(), case.histories().toarray())
    for name, array in dump_arrays(model).items():
        np.testing.assert_array_equal(array, before[name])


def test_the_same_events_and_seed_give_the_same_model(fit, model, case):
    again = dump_arrays(fit(case))
    for name, array in dump_arrays(model).items():
        np.testing.assert_array_equal(again[name], array)


def test_a_saved_and_loaded_model_scores_the_same(model, case, tmp_path):
    save_model(tmp_path, dump_arrays(model), {"kind": "any"}, now=datetime(2025, 1, 1, tzinfo=UTC))
    loaded = restore_model(type(model), load_model(tmp_path)[0])
    np.testing.assert_array_equal(loaded.score(case.histories()), model.score(case.histories()))


def test_a_model_with_an_array_missing_is_refused(model):
    arrays = dump_arrays(model)
    missing = next(iter(arrays))
    with pytest.raises(ValueError, match=f"got none named \\['{missing}'\\]"):
        restore_model(type(model), {name: array for name, array in arrays.items() if name != missing})
