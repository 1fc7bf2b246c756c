"""The verb `train`: learn a recipe from the service's own log, fit the live model, save it."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import matinee
from matinee.errors import MatineeError
from matinee.flows.logs import LoadedLog, load_log
from matinee.flows.plain import to_plain
from matinee.flows.tuning import learn_recipe, try_ranker
from matinee.measure.splits import latest_at, split_by_time
from matinee.recommend.model import dump_arrays
from matinee.recommend.popular import counts_by_country, decayed_counts
from matinee.recommend.ranker.learn import RankerTrial
from matinee.recommend.ranker.ranker import build_ranker, dump_ranker
from matinee.recommend.recipe import Recipe, fit_recipe
from matinee.store.models import save_model
from matinee.store.service import Service

KIND = "blend"
"""What the arrays are; a ranker on top of it has arrays of its own."""


def train(
    service: Service,
    *,
    now: datetime,
    min_rating: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Train the live model on everything, with settings learned on the log's own last part, and make it current.

    Args:
        service: whose views are learned from.
        now: time of the run; ages of events count from the log's last event, not from here.
        min_rating: instead of the service's own setting.
        progress: told what is being done.

    Returns:
        the manifest, with the run's name under "run".

    Raises:
        MatineeError: if no viewing is positive.
    """
    tell = progress or (lambda _stage: None)
    tell("reading the log")
    started = time.process_time()
    loaded = load_log(service, min_rating=min_rating)
    titles = len(loaded.log.title_ids)
    tell("tuning on the last part of the log")
    recipe, trial = _learn(loaded, service.settings.seed)
    tell(f"fitting {titles:,} titles")
    at = latest_at(loaded.log.events)
    blend = fit_recipe(loaded.log.events, titles, recipe, now=at, features=loaded.features)
    tell("saving")
    arrays = dump_arrays(blend) | _describe_arrays(loaded, recipe, at)
    if trial is not None and trial.wins:
        arrays |= dump_ranker(build_ranker(blend, loaded.log.events, trial.correction, now=at))
    manifest = _describe(loaded, recipe, service, min_rating, time.process_time() - started)
    manifest |= _describe_trial(trial)
    return manifest | {"run": save_model(service.path, arrays, manifest, now=now)}


def _learn(loaded: LoadedLog, seed: int) -> tuple[Recipe, RankerTrial | None]:
    """Tune on the last tenth of the log; a log too small for that gets the default recipe and no ranker."""
    titles = len(loaded.log.title_ids)
    try:
        inner = split_by_time(loaded.log.events)
    except MatineeError:
        return Recipe(), None
    recipe = learn_recipe(inner, titles, loaded.features, rng=np.random.default_rng(seed))
    return recipe, try_ranker(loaded.log.events, titles, recipe, seed=seed)


def _describe_trial(trial: RankerTrial | None) -> dict[str, Any]:
    """Say what is live, and how the rankers did where they were judged."""
    if trial is None:
        return {"live": "blend", "ranker": None}
    facts = {"best": trial.best, "inner ndcg@100": to_plain(trial.judged)}
    return {"live": "ranker" if trial.wins else "blend", "ranker": facts}


def _describe_arrays(loaded: LoadedLog, recipe: Recipe, at: int) -> dict[str, NDArray[Any]]:
    """Lay out what serving needs beside the model: ids, and what newcomers of each country get."""
    events, titles = loaded.log.events, len(loaded.log.title_ids)
    countries = loaded.countries.drop_nulls().unique().sort()
    row_of = dict(zip(countries, range(len(countries)), strict=True))
    rows = loaded.countries.replace_strict(row_of, default=-1, return_dtype=pl.Int32).to_numpy()
    own = counts_by_country(events, rows, len(countries), titles, now=at, half_life=recipe.half_life)
    whole = decayed_counts(events, titles, now=at, half_lives=(recipe.half_life,))
    return {
        "title_ids": loaded.log.title_ids.to_numpy().astype(np.str_),
        "countries": countries.to_numpy().astype(np.str_),
        "newcomers": np.concatenate([own, whole]),
    }


def _describe(
    loaded: LoadedLog, recipe: Recipe, service: Service, min_rating: float | None, cpu_seconds: float
) -> dict[str, Any]:
    return {
        "kind": KIND,
        "data_hash": loaded.data_hash,
        "events": loaded.log.events.height,
        "members": loaded.log.events["member_row"].n_unique(),
        "titles": len(loaded.log.title_ids),
        "min_rating": service.settings.min_rating if min_rating is None else min_rating,
        "top_rating": loaded.top_rating,
        "seed": service.settings.seed,
        "settings": to_plain(asdict(recipe)),
        "metrics": {"inner ndcg@100": recipe.judged},
        "cpu_seconds": round(cpu_seconds, 2),
        "versions": {
            "matinee": matinee.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("lightgbm", "numpy", "scipy", "polars")},
        },
    }
