"""What members watched, as of now, in the rows of the live model: what they enjoyed, and what they ever started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.recommend.histories import build_histories
from matinee.recommend.ranker.features import describe_members
from matinee.recommend.ranker.ranker import Ranker
from matinee.tables.log import build_log

if TYPE_CHECKING:
    from matinee.flows.serving import Recommender

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Histories:
    """What some members enjoyed and what they ever started, numbered and sorted by member."""

    enjoyed: pl.DataFrame
    started: pl.DataFrame
    titles: int
    is_weighted: bool
    ranker: Ranker | None

    def slice(self, start: int, stop: int) -> tuple[csr_array, csr_array]:
        """Lay out the members from row `start` to `stop`: enjoyed and started, a row a member."""
        rows = np.arange(start, stop)
        enjoyed, started = (_of_rows(events, start, stop) for events in (self.enjoyed, self.started))
        weighted = build_histories(enjoyed, rows, self.titles, weighted=self.is_weighted)
        return weighted, build_histories(started, rows, self.titles)

    def describe(self, start: int, stop: int) -> Floats | None:
        """Describe the members from row `start` to `stop` as the ranker needs it; None = there is no ranker."""
        if self.ranker is None:
            return None
        return describe_members(self.ranker.facts, _of_rows(self.enjoyed, start, stop), np.arange(start, stop))

    @property
    def latest(self) -> list[int]:
        """Rows of the titles that the one member of it enjoyed, the latest first."""
        return self.enjoyed.sort("at", "title_row", descending=True)["title_row"].to_list()


def _of_rows(events: pl.DataFrame, start: int, stop: int) -> pl.DataFrame:
    low, high = np.searchsorted(events["member_row"].to_numpy(), [start, stop])
    return events.slice(low, high - low)


def load_histories(recommender: Recommender, members: pl.DataFrame) -> Histories:
    """Read the views of the given members once."""
    manifest, wanted = recommender.manifest, members.lazy().select("member_id")
    columns = ("member_id", "title_id", "started_at", "seconds", "rating")
    with recommender.snapshot.reading():
        views = recommender.snapshot.scan("views").select(columns).join(wanted, on="member_id", how="semi").collect()
    log = build_log(
        members,
        recommender.titles,
        views.lazy(),
        min_rating=manifest["min_rating"],
        top_rating=manifest["top_rating"],
    )
    own = pl.DataFrame({"title_id": log.title_ids}).join(recommender.roots, on="title_id", how="left")["title_row"]
    enjoyed = log.events.with_columns(title_row=own.gather(log.events["title_row"])).drop_nulls("title_row")
    numbered = members.select("member_id").with_row_index("member_row")
    started = (
        views
        .select("member_id", "title_id")
        .unique()
        .join(numbered, on="member_id")
        .join(recommender.roots, on="title_id")
        .select("member_row", "title_row", weight=pl.lit(1.0, dtype=pl.Float32))
        .unique()
    )
    settings = manifest["settings"]
    is_weighted = bool((settings.get("factors") or settings["linear"])["weighted"])
    titles = len(recommender.title_ids)
    enjoyed, started = enjoyed.sort("member_row"), started.sort("member_row")
    return Histories(enjoyed, started, titles, is_weighted, recommender.ranker)
