"""A page's rows and titles in ids and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.flows.serving import Recommender
from matinee.recommend.pages.compose import Row, Slot
from matinee.recommend.pages.reasons import Share
from matinee.recommend.pages.request import PageRequest, Pin
from matinee.report.reasons import say_next, say_reason


@dataclass(frozen=True)
class PageWords:
    """Rows and slots in ids and words."""

    recommender: Recommender
    request: PageRequest
    shares: dict[int, list[Share]]
    unfinished: pl.DataFrame
    arrived: NDArray[np.datetime64]
    is_popular: bool

    @property
    def where(self) -> str:
        """Where popularity was counted."""
        territory = self.request.territory
        return f"in {territory}" if territory in self.recommender.countries else "on the service"

    def name(self, row: int) -> str:
        """Name a title, by its id where it has no name."""
        title_id = self.recommender.title_ids[row]
        return self.recommender.names.get(title_id) or title_id

    def say_row(self, row: Row) -> dict[str, Any]:
        """Lay out a row."""
        stopped = {each["title_row"]: each for each in self.unfinished.to_dicts()} if row.key == "continue" else {}
        titles = []
        for slot in row.slots:
            title = self._say_title(slot, row)
            if slot.rank is not None:
                title["rank"] = slot.rank
            if part := stopped.get(slot.title_row):
                title |= {"part_id": part["part_id"], "share": part["share"]}
                title["reason"] = f"you stopped at {part['share']:.0%}"
            titles.append(title)
        return {"key": row.key, "name": self._name_row(row), "about": self._find_about(row), "titles": titles}

    def say_left_out(self, pin: Pin, why: str) -> dict[str, Any]:
        """Lay out a pin that is not followed."""
        title_id = self.recommender.title_ids[pin.title_row]
        return {"title_id": title_id, "name": self.name(pin.title_row), "kind": "pin", "why": why}

    def _name_row(self, row: Row) -> str:
        if row.key == "because" and row.about is not None:
            return f"Because you watched {self.name(row.about)}"
        if row.key == "next" and row.about is not None:
            return f"Up next, after {self.name(row.about)}"
        if row.key == "genre" and row.about is not None:
            return self.recommender.catalogue.genre_names[row.about]
        top = f"Popular {self.where}" if self.is_popular else "Top picks"
        names = {"top": top, "continue": "Continue watching", "next": "Up next", "top10": f"Top 10 {self.where}"}
        return names.get(row.key, "New on the service")

    def _find_about(self, row: Row) -> str | None:
        if row.about is None:
            return None
        names = self.recommender.title_ids if row.key in {"because", "next"} else self.recommender.catalogue.genre_names
        return names[row.about]

    def _say_title(self, slot: Slot, row: Row) -> dict[str, Any]:
        shares = self.shares[slot.title_row]
        because = [self._say_share(share) for share in shares]
        return {
            "title_id": self.recommender.title_ids[slot.title_row],
            "name": self.name(slot.title_row),
            "score": sum(share.value for share in shares),
            "how": slot.how,
            "propensity": slot.propensity,
            "reason": self._say_reason(slot, row, because),
            "because": because,
        }

    def _say_share(self, share: Share) -> dict[str, Any]:
        known = share.title_row >= 0
        title_id = self.recommender.title_ids[share.title_row] if known else None
        name = self.name(share.title_row) if known else None
        return {"kind": share.kind, "title_id": title_id, "name": name, "share": share.value}

    def _say_reason(self, slot: Slot, row: Row, because: list[dict[str, Any]]) -> str:
        if slot.how == "pinned":
            return "chosen by the editors"
        if slot.how == "explored":
            return "something new to try"
        if row.key == "top10":
            return f"number {slot.rank} {self.where}"
        if row.key == "because" and row.about is not None:
            return f"because you watched {self.name(row.about)}"
        if row.key == "next":
            return say_next(because)
        own = [part for part in because if part["kind"] != "editors"]
        reason = f"here since {self.arrived[slot.title_row]}" if row.key == "new" else say_reason(own)
        lifted = any(part["kind"] == "editors" and part["share"] > 0 for part in because)
        return f"{reason}; lifted by the editors" if lifted else reason
