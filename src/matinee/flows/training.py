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

import matinee
from matinee.errors import MatineeError
from matinee.flows.learned import NEXT, RANKER, Trials, describe_trials, hold_trials, put_learned
from matinee.flows.live import describe_log, gather_evidence, lay_out
from matinee.flows.logs import LoadedLog, load_log
from matinee.flows.plain import to_plain
from matinee.flows.tuning import learn_recipe
from matinee.measure.splits import split_by_time
from matinee.recommend.live import fit_live
from matinee.recommend.recipe import Recipe, start_recipe
from matinee.settings import Settings
from matinee.store.erasure import list_erasures
from matinee.store.models import save_model
from matinee.store.service import Service

KIND = "blend"
"""What the arrays are; a ranker on top of it, and the next title, have arrays of their own."""

TRIED = {RANKER, NEXT}

FIVE_STARS = 5
"""Highest rating of the scale that the default of `min_rating` is made for."""


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
        the manifest, with the run's name under "run", and under "notes" sentences that a user should read.

    Raises:
        NothingToLearn: if no viewing is positive.
    """
    tell = progress or (lambda _stage: None)
    tell("reading the log")
    started = time.process_time()
    erasures = list_erasures(service.path)
    loaded = load_log(service, min_rating=min_rating)
    titles = len(loaded.log.title_ids)
    tell("tuning on the last part of the log")
    recipe, trials = _learn(loaded, service.settings.seed, tell)
    tell(f"fitting {titles:,} titles")
    live = fit_live(gather_evidence(loaded), recipe)
    learned = put_learned(live, loaded, trials, tell=tell)
    tell("saving")
    arrays = lay_out(loaded, live, learned)
    manifest = _describe(loaded, recipe, service, min_rating, time.process_time() - started)
    manifest |= describe_trials(trials, TRIED)
    return manifest | {"run": save_model(service.path, arrays, manifest, now=now, erasures=erasures)}


def _warn_of_scale(least: float, top: float | None) -> list[str]:
    """Say in one sentence where ratings go beyond five and the setting, made for five stars, was left alone."""
    if top is None or top <= FIVE_STARS or least != Settings.min_rating:
        return []
    return [
        f"Ratings go up to {top:g} here, and count as positive from {least:g}: for a scale of ten, set min_rating in"
        " matinee.toml (8 of 10 is as 4 of 5) and train again."
    ]


def _tell_of_factors(recipe: Recipe, titles: int) -> list[str]:
    """Say in one sentence where the catalogue is too large for dense item weights."""
    if recipe.factors is None:
        return []
    return [
        f"{titles:,} titles are too many for item weights of titles x titles: taste is told by factors, which every"
        " update fits again from the log."
    ]


def _learn(loaded: LoadedLog, seed: int, tell: Callable[[str], None]) -> tuple[Recipe, Trials]:
    """Tune on the last tenth of the log; one too small for that gets a recipe that is not learned, and nothing else."""
    titles = len(loaded.log.title_ids)
    try:
        inner = split_by_time(loaded.log.events)
    except MatineeError:
        return start_recipe(titles), Trials()
    recipe = learn_recipe(inner, titles, loaded.features, rng=np.random.default_rng(seed))
    return recipe, hold_trials(loaded, recipe, TRIED, seed=seed, tell=tell)


def _describe(
    loaded: LoadedLog, recipe: Recipe, service: Service, min_rating: float | None, cpu_seconds: float
) -> dict[str, Any]:
    least = service.settings.min_rating if min_rating is None else min_rating
    return {
        "kind": KIND,
        **describe_log(loaded),
        "min_rating": least,
        "notes": _tell_of_factors(recipe, len(loaded.log.title_ids))
        + (_warn_of_scale(least, loaded.top_rating) if min_rating is None else []),
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
