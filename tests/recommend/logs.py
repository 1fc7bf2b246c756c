"""Small logs of named members and titles, and the live models made from them."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from matinee.recommend.blend import DenseBlend
from matinee.recommend.changes import NumberedLog, find_change
from matinee.recommend.linear import LinearSettings
from matinee.recommend.live import Evidence, Live
from matinee.recommend.popular import DAY
from matinee.recommend.recipe import Recipe
from matinee.tables.log import EVENTS

COUNTRIES = ("BE", "FR", None)
WEIGHTS = (0.25, 0.5, 1.0)

RECIPE = Recipe(
    linear=LinearSettings(reg=2.0),
    taste=0.7,
    popular_weights=(0.3, 0.0, 0.2, -0.4, 0.1, 0.0, 0.5, 0.0, -0.1),
    half_life=7.0,
)


@dataclass(frozen=True)
class SmallLog:
    """Who watched what: (member, title) -> (hour, place in `WEIGHTS`); ids sort by their numbers."""

    views: dict[tuple[int, int], tuple[int, int]]
    titles: frozenset[int]
    countries: dict[int, str | None] = field(default_factory=dict)

    def numbered(self) -> NumberedLog:
        """Number members and titles in the order of their ids."""
        members = sorted({member for member, _ in self.views} | set(self.countries))
        titles = sorted(self.titles)
        member_rows, title_rows = ({id_: row for row, id_ in enumerate(ids)} for ids in (members, titles))
        rows = [
            (member_rows[member], title_rows[title], hour * 3_600 + 10 * DAY, WEIGHTS[weight])
            for (member, title), (hour, weight) in self.views.items()
            if title in self.titles
        ]
        events = pl.DataFrame(rows, schema=EVENTS, orient="row").sort("at", "member_row", "title_row")
        countries = pl.Series([self.countries.get(member) for member in members], dtype=pl.String)
        return NumberedLog(events, name("m", members), name("t", titles), countries)

    def evidence(self) -> Evidence:
        """What a live model is made from; titles share features by their numbers."""
        log, titles = self.numbered(), np.array(sorted(self.titles))
        features = np.stack([titles % 2 == 0, titles % 3 == 0, titles % 5 == 0], axis=1).astype(np.float32)
        features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1)
        rows = [-1 if country is None else COUNTRIES.index(country) for country in log.member_countries]
        return Evidence(log.events, len(titles), csr_array(features), np.array(rows, dtype=np.int64), 2)

    def without_member(self, member: int) -> "SmallLog":
        """Leave a member out."""
        views = {cell: view for cell, view in self.views.items() if cell[0] != member}
        return replace(self, views=views, countries={m: c for m, c in self.countries.items() if m != member})


def name(letter: str, numbers: list[int]) -> pl.Series:
    """Make ids of numbers."""
    return pl.Series([f"{letter}{number:04d}" for number in numbers], dtype=pl.String)


def weights_of(live: Live):
    """The item weights of a dense model, which a test may change."""
    assert isinstance(live.blend, DenseBlend)
    return live.blend.weights


def change_of(old: SmallLog, new: SmallLog):
    """Compare two logs."""
    return find_change(old.numbered(), new.numbered())


def draw_log(members: int = 60, titles: int = 20, *, seed: int = 1, density: float = 0.25) -> SmallLog:
    """Draw a log in which every title was watched."""
    rng = np.random.default_rng(seed)
    watched = rng.random((members, titles)) < density
    watched[np.arange(titles) % members, np.arange(titles)] = True
    views = {
        (int(m), int(t)): (int(rng.integers(0, 400)), int(rng.integers(0, 3)))
        for m, t in zip(*np.nonzero(watched), strict=True)
    }
    return SmallLog(views, frozenset(range(titles)), {m: COUNTRIES[m % 3] for m in range(members)})
