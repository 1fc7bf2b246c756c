"""The live model between the service and `recommend`: what it is made from, its arrays and manifest, and back.

Covers what `train` and `update` share. With the model goes the log that it was learned from, so that the service's log
can be compared with it; who is forgotten must leave it too (`updating`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.errors import BadModel
from matinee.flows.learned import Learned, restore_learned
from matinee.flows.logs import LoadedLog, hash_features
from matinee.flows.plain import from_plain
from matinee.recommend.blend import restore_blend
from matinee.recommend.changes import NumberedLog
from matinee.recommend.factors import FactorsSettings
from matinee.recommend.linear import LinearSettings
from matinee.recommend.live import Evidence, Live, State
from matinee.recommend.model import dump_arrays, restore_model
from matinee.recommend.recipe import Recipe
from matinee.store.models import FRAME, load_model, name_current
from matinee.store.service import Service
from matinee.tables.log import EVENTS

STATE_FORMAT = 2
"""Version of the arrays of `State` and of the stored log."""

_TODO = "run `matinee train` again"


@dataclass(frozen=True)
class StoredModel:
    """The live model as it was saved, with the log it was learned from.

    Attributes:
        live: the model; its item weights may be overwritten.
        learned: what serves beside its blend.
        log: the log.
        countries: the countries that newcomers' pages know, in row order.
        recipe: what it was made by.
        run: its name.
        manifest: what its maker wrote of it.
    """

    live: Live
    learned: Learned
    log: NumberedLog
    countries: pl.Series
    recipe: Recipe
    run: str
    manifest: dict[str, Any]


def gather_evidence(loaded: LoadedLog) -> Evidence:
    """Gather what a live model is made from."""
    names = loaded.country_names
    return Evidence(
        loaded.log.events,
        len(loaded.log.title_ids),
        loaded.features,
        _number_countries(loaded.countries, names),
        len(names),
    )


def number_log(loaded: LoadedLog) -> NumberedLog:
    """Lay out the log with the names of its rows."""
    return NumberedLog(loaded.log.events, loaded.log.member_ids, loaded.log.title_ids, loaded.countries)


def lay_out(loaded: LoadedLog, live: Live, learned: Learned) -> dict[str, NDArray[Any]]:
    """Lay out everything that is saved: what serves, the state of updates, and the log of those who have an event."""
    events, names = loaded.log.events, loaded.country_names
    present = np.unique(events["member_row"].to_numpy())
    rows = {"member_row": np.searchsorted(present, events["member_row"].to_numpy()).astype(np.uint32)}
    return (
        dump_arrays(live.blend)
        | dump_arrays(live.state)
        | learned.lay_out()
        | {"newcomers": live.newcomers, "countries": _as_text(names), "title_ids": _as_text(loaded.log.title_ids)}
        | {f"event_{column}": rows.get(column, events[column].to_numpy()) for column in EVENTS}
        | {"member_ids": _as_text(loaded.log.member_ids.gather(present))}
        | {"member_countries": _number_countries(loaded.countries, names)[present]}
    )


def describe_log(loaded: LoadedLog) -> dict[str, Any]:
    """Say in the manifest what the model was learned from."""
    return {
        "data_hash": loaded.data_hash,
        "events": loaded.log.events.height,
        "members": loaded.log.events["member_row"].n_unique(),
        "titles": len(loaded.log.title_ids),
        "top_rating": loaded.top_rating,
        "state": {"format": STATE_FORMAT, "features_hash": hash_features(loaded.features)},
    }


def load_stored(service: Service) -> StoredModel:
    """Load the live model with its state.

    Raises:
        UsageError: nothing was trained yet.
        BadModel: it is damaged, or was saved without a state, or with that of another version.
    """
    run = name_current(service.path)
    arrays, manifest = load_model(service.path, run)
    state = manifest.get("state")
    if not isinstance(state, dict) or state.get("format") != STATE_FORMAT:
        raise BadModel(
            "the live model was made by another version and cannot be updated",
            where=str(service.path),
            todo=_TODO,
        )
    try:
        log, countries = _restore_log(arrays)
        recipe = _restore_recipe(manifest["settings"])
        blend = restore_blend({name: np.array(a) if name == "weights" else a for name, a in arrays.items()})
        live = Live(blend, arrays["newcomers"], restore_model(State, arrays))
        learned = restore_learned(blend, arrays)
    except (ValueError, KeyError, TypeError) as error:
        raise BadModel(f"not a model that can be updated ({error})", where=str(service.path), todo=_TODO) from error
    own = {name: value for name, value in manifest.items() if name not in FRAME}
    return StoredModel(live, learned, log, countries, recipe, run, own)


def _restore_log(arrays: dict[str, NDArray[Any]]) -> tuple[NumberedLog, pl.Series]:
    events = pl.DataFrame({column: np.asarray(arrays[f"event_{column}"]) for column in EVENTS}, schema=EVENTS)
    countries = pl.Series(arrays["countries"].tolist(), dtype=pl.String)
    rows = pl.Series(np.asarray(arrays["member_countries"]), dtype=pl.Int32)
    member_ids, title_ids = (pl.Series(arrays[name].tolist(), dtype=pl.String) for name in ("member_ids", "title_ids"))
    return NumberedLog(events, member_ids, title_ids, countries.gather(rows.replace(-1, None))), countries


def _restore_recipe(settings: dict[str, Any]) -> Recipe:
    plain = from_plain(settings)
    linear, factors = LinearSettings(**plain.pop("linear")), settings.get("factors")  # where null means none, not NaN
    plain.pop("factors", None)
    weights = tuple(plain.pop("popular_weights"))
    names = {field.name for field in fields(Recipe)}
    others = {name: plain[name] for name in names & set(plain)}
    return Recipe(linear, FactorsSettings(**factors) if factors else None, popular_weights=weights, **others)


def _as_text(ids: pl.Series) -> NDArray[np.str_]:
    return ids.to_numpy().astype(np.str_)


def _number_countries(countries: pl.Series, names: pl.Series) -> NDArray[np.int32]:
    """Find the row of each country, -1 = unknown."""
    row_of = dict(zip(names, range(len(names)), strict=True))
    return countries.replace_strict(row_of, default=-1, return_dtype=pl.Int32).to_numpy()
