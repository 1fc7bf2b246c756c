"""The verb `update`: fold what changed in the service's log into its live model; and the proof that this was exact.

Also what forgetting needs of models: the runs that stand for an older log are deleted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np

from matinee.flows.learned import (
    Trials,
    compare_learned,
    describe_move,
    describe_trials,
    hold_trials,
    is_of_log,
    put_learned,
)
from matinee.flows.live import StoredModel, describe_log, gather_evidence, lay_out, load_stored, number_log
from matinee.flows.logs import LoadedLog, hash_features, load_log
from matinee.recommend.changes import Change, find_change
from matinee.recommend.live import compare_live, fit_live
from matinee.recommend.update import Updated, update_live
from matinee.store.erasure import list_erasures
from matinee.store.models import delete_models, save_model
from matinee.store.service import Service

Tell = Callable[[str], None]


def update_model(service: Service, *, now: datetime, progress: Tell | None = None) -> dict[str, Any]:
    """Bring the live model up to the service's log, and make the result current; write nothing if nothing changed.

    What says nothing to the model, such as a viewing that is not positive, makes a run that is of the tables of now.

    Args:
        service: whose tables changed since the model was made, in whatever way.
        now: time of the run.
        progress: told what is being done.

    Returns:
        the manifest, with the run's name under "run"; "update" says what was folded in (`_describe_update`). It is None
        where nothing had changed.

    Raises:
        UsageError: nothing was trained yet.
        BadModel: the model is damaged, or was saved without what an update needs.
        NothingToLearn: if no viewing is positive any more.
    """
    return _update(service, now, progress, is_forgetting=False)


def _update(service: Service, now: datetime, progress: Tell | None, *, is_forgetting: bool) -> dict[str, Any]:
    tell = progress or (lambda _stage: None)
    started = time.process_time()
    tell("reading the model")
    erasures = list_erasures(service.path)
    stored = load_stored(service)
    tell("reading the log")
    loaded = load_log(service, min_rating=stored.manifest["min_rating"])
    tell("comparing")
    change = find_change(stored.log, number_log(loaded))
    has_same_features = hash_features(loaded.features) == stored.manifest["state"]["features_hash"]
    relearns = is_forgetting and _knows_more(stored, change)
    has_changed = not change.is_empty or not has_same_features
    is_dated = stored.manifest["data_hash"] != loaded.data_hash and not is_forgetting
    if not (has_changed or relearns or is_dated):
        return stored.manifest | {"run": stored.run, "update": None}
    tell(f"folding {change.added + change.removed:,} events in")
    updated = _move(stored, change, loaded, has_same_features)
    manifest = stored.manifest | describe_log(loaded)
    if relearns:
        trials = _try_again(stored, loaded, tell)
        manifest |= describe_trials(trials, stored.learned.kinds)
        learned = put_learned(updated.live, loaded, trials, tell=tell)
    else:
        manifest |= describe_move(manifest, stored.learned) if has_changed else {}
        learned = stored.learned.move(updated.live, loaded.log.events)
    tell("saving")
    manifest["update"] = _describe_update(stored, change, updated, loaded, round(time.process_time() - started, 2))
    run = save_model(service.path, lay_out(loaded, updated.live, learned), manifest, now=now, erasures=erasures)
    return manifest | {"run": run}


def forget_in_models(service: Service, *, now: datetime, progress: Tell | None = None) -> dict[str, Any]:
    """Update the live model after rows were erased, and delete every run that stands for a log with them.

    A ranker and the next title are learned again, because what they learned from members cannot be taken out of them.

    Args:
        service: as `update_model`.
        now: time of the run.
        progress: told what is being done.

    Returns:
        what `update_model` gives, with the names of the runs that were deleted under "deleted".

    Raises:
        BadModel, NothingToLearn: as `update_model`; no run was deleted then.
    """
    manifest = _update(service, now, progress, is_forgetting=True)
    return manifest | {"deleted": delete_models(service.path, but=manifest["run"])}


def prove_model(service: Service, *, progress: Tell | None = None) -> dict[str, float]:
    """Compare the live model with one made from the service's log alone, by the same recipe and reference.

    Returns:
        largest difference by array, as `matinee.recommend.live.compare_live` measures it.

    Raises:
        BadModel, NothingToLearn: as `update_model`.
    """
    tell = progress or (lambda _stage: None)
    tell("reading the model")
    stored = load_stored(service)
    tell("reading the log")
    loaded = load_log(service, min_rating=stored.manifest["min_rating"])
    tell("fitting a model to compare with")
    refitted = fit_live(gather_evidence(loaded), stored.recipe, reference=stored.live.state.reference)
    differences = compare_live(stored.live, refitted)
    if not stored.learned.kinds:
        return differences
    relearned = put_learned(refitted, loaded, _try_again(stored, loaded, tell), tell=tell)
    return differences | compare_learned(stored.learned, relearned)


def _try_again(stored: StoredModel, loaded: LoadedLog, tell: Tell) -> Trials:
    """Try what serves beside the blend on the log of now."""
    return hold_trials(loaded, stored.recipe, stored.learned.kinds, seed=stored.manifest["seed"], tell=tell)


def _knows_more(stored: StoredModel, change: Change) -> bool:
    """Whether something beside the blend learned from another log than that of now."""
    learned = stored.learned
    return bool(learned.kinds) and not (change.is_empty and is_of_log(stored.manifest, learned))


def _move(stored: StoredModel, change: Change, loaded: LoadedLog, has_same_features: bool) -> Updated:
    row_of = {country: row for row, country in enumerate(stored.countries)}
    places = np.array([row_of.get(country, -1) for country in loaded.country_names], dtype=np.int64)
    seed = (stored.manifest["seed"], stored.live.state.updates)
    return update_live(
        stored.live,
        change,
        gather_evidence(loaded),
        stored.recipe,
        country_places=places,
        has_same_features=has_same_features,
        rng=np.random.default_rng(seed),
    )


def _describe_update(
    stored: StoredModel, change: Change, updated: Updated, loaded: LoadedLog, cpu_seconds: float
) -> dict[str, Any]:
    """Say what was folded in: from which run, how many events and titles came and went, how exact the result is."""
    stayed = int((change.places >= 0).sum())
    return {
        "from": stored.run,
        "events_added": change.added,
        "events_removed": change.removed,
        "members": change.members,
        "titles_added": len(loaded.log.title_ids) - stayed,
        "titles_removed": len(change.places) - stayed,
        "drift": updated.drift,
        "updates_since_solve": updated.live.state.updates,
        "solved_because": updated.solved or None,
        "cpu_seconds": cpu_seconds,
    }
