"""From a service's tables to what models are fitted on: the log of positives, and the metadata of its titles."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.errors import NothingToLearn
from matinee.recommend.metadata import build_features
from matinee.store.service import Service
from matinee.store.snapshot import Snapshot
from matinee.tables.log import Log, build_log

LEARNED_FROM = ("members", "titles", "people", "credits", "views")
"""Tables that a model is made from; what comes into another one does not date it."""


@dataclass(frozen=True)
class LoadedLog:
    """A service's log with what belongs to its rows.

    Attributes:
        log: the positives.
        titles: rows of `titles` in the order of `log.title_ids`.
        features: metadata of each title, float32 (titles, features).
        countries: country of each member in the order of `log.member_ids`; null = unknown.
        top_rating: highest rating in the views; None if there is none.
        data_hash: names the state of the tables that this was read from, `LEARNED_FROM`.
    """

    log: Log
    titles: pl.DataFrame
    features: csr_array
    countries: pl.Series
    top_rating: float | None
    data_hash: str

    @property
    def country_names(self) -> pl.Series:
        """Every country that a member lives in, sorted."""
        return self.countries.drop_nulls().unique().sort()


def load_log(service: Service, *, min_rating: float | None = None) -> LoadedLog:
    """Load the log of positives of a service.

    Args:
        service: where from.
        min_rating: instead of the service's own setting.

    Raises:
        NothingToLearn: if the service has no positive viewing.
        StoreError: a data file is missing or damaged.
    """
    snapshot = service.snapshot()
    members, titles = snapshot.read("members"), snapshot.read("titles")
    least = service.settings.min_rating if min_rating is None else min_rating
    with snapshot.reading():
        top = snapshot.scan("views").select(pl.col("rating").max()).collect().item()
        log = build_log(members, titles, snapshot.scan("views"), min_rating=least, top_rating=top)
    if log.events.is_empty():
        raise NothingToLearn(
            "no viewing counts as positive", where=str(service.path), todo="import views, or lower --min-rating"
        )
    named = pl.DataFrame({"title_id": log.title_ids}).join(titles, on="title_id", maintain_order="left")
    features = _describe_titles(snapshot, named)
    return LoadedLog(log, named, features, members["country"], top, snapshot.data_hash(LEARNED_FROM))


def hash_features(features: csr_array) -> str:
    """Name the metadata of titles: the same features give the same 64 hexadecimal digits."""
    digest = hashlib.sha256(repr(features.shape).encode())
    for array in (features.indptr, features.indices, features.data):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _describe_titles(snapshot: Snapshot, titles: pl.DataFrame) -> csr_array:
    return build_features(titles, snapshot.read("people"), snapshot.read("credits"))
