"""A page of rows for one member and one request, from arrays.

    pins ─▶ Continue ─▶ Top 10 ─▶ Up next ─▶ Top picks ─▶ Because (2) ─▶ New ─▶ genres (2) ─▶ one title to explore

is the order in which rows take their titles, so that the Top 10 holds what its name says; `ROWS` is the order in which
they are shown. No title stands twice on a page, and what the member started stands in Continue watching only. A row of
fewer than `MIN_TITLES` titles is left out and its titles are free for the next, but for Top picks and Continue.

It knows nothing of models: scores come in. Reasons are in `reasons`, words in `flows.pages`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.pages.catalogue import Catalogue, Shelf
from matinee.recommend.pages.request import PageRequest, Pin, list_filters
from matinee.recommend.pages.select import mix_genres, pick_titles
from matinee.recommend.rank import rank_row

Floats = NDArray[np.float32]

ROWS = ("top", "continue", "next", "because", "top10", "new", "genre")
"""Keys of the rows in the order in which they are shown; the second rows of `because` and of `genre` come last."""

MIN_TITLES = 3
BECAUSE_ROWS = GENRE_ROWS = 2
NEW_DAYS = 60
"""A title is new on the service for this many days."""

POOL = 100
"""Candidates a row is chosen from: the best by score."""

EXPLORED = 50
"""The slot for exploring draws one of this many: the best that did not make the page."""


@dataclass(frozen=True)
class Viewer:
    """What is known of the member.

    Attributes:
        scores: float32 (titles,), finite: what the model says, or popularity for a page without profiling.
        popular: float32 (titles,), >= 0: popularity in the territory.
        seen: int (n,), rows of all titles they started.
        resume: rows of titles that they did not finish and may continue, the latest first.
        taste: float32 (genres,), p(g|u); zeros where there is none or none may be used.
        anchors: pairs of a title they enjoyed and float32 (titles,), what it adds to each score; the latest first.
        after: the title they finished last (-1 = it is not to be named) and float32 (titles,), the score of each as the
            next one, -inf = none; None = nothing is known of that.
    """

    scores: Floats
    popular: Floats
    seen: NDArray[np.integer]
    resume: Sequence[int] = ()
    taste: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    anchors: Sequence[tuple[int, Floats]] = ()
    after: tuple[int, Floats] | None = None


@dataclass(frozen=True)
class Slot:
    """A title at a place.

    Attributes:
        title_row: the title.
        how: "ranked", "pinned" or "explored".
        propensity: probability that this title stands here for this request, in (0, 1]; 1 but for the explored one.
        rank: its place in the territory's Top 10; None in other rows.
    """

    title_row: int
    how: str = "ranked"
    propensity: float = 1.0
    rank: int | None = None


@dataclass(frozen=True)
class Row:
    """A row of a page.

    Attributes:
        key: one of `ROWS`.
        about: the watched title of `because` and, where it may be named, of `next`; the number of the genre of `genre`;
            None otherwise.
        slots: in order.
    """

    key: str
    slots: Sequence[Slot]
    about: int | None = None


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        rows: in the order in which they are shown.
        scores: float32 (titles,), the viewer's scores with boosts.
        boosts: float32 (titles,), what boosts added.
        left_out: pins that hold but whose title may not stand here, each with why.
    """

    rows: Sequence[Row]
    scores: Floats
    boosts: Floats
    left_out: Sequence[tuple[Pin, str]]


def compose_page(
    viewer: Viewer,
    catalogue: Catalogue,
    shelf: Shelf,
    request: PageRequest,
    rng: np.random.Generator | None = None,
) -> Page:
    """Make a page.

    Args:
        viewer: who asks.
        catalogue: the titles.
        shelf: what may be shown in the request's territory today.
        request: what is asked for.
        rng: draws the title to explore, the last of Top picks; None = there is none, as where fewer than two places
            of that row are left beside its pins.

    Returns:
        the page; without rows if nothing may be shown.

    Raises:
        ValueError: if arrays do not have one entry a title, or scores are not finite.
    """
    _check_viewer(viewer, catalogue, shelf)
    boosts = np.zeros_like(viewer.scores)
    for boost in request.live_boosts:
        boosts[boost.title_row] = boost.by * viewer.scores.std()
    viewer = replace(viewer, scores=viewer.scores + boosts)
    seen = np.concatenate([viewer.seen, np.asarray(viewer.resume, np.int64)])
    filters = list_filters(request, catalogue, shelf, seen)
    showable = np.logical_and.reduce([passing for _, passing in filters[:-1]])
    pins, left_out = _admit_pins(request, filters)
    filling = _Filling(viewer, catalogue, request, pins, showable & filters[-1][1])
    rows = filling.fill(showable, shelf, rng)
    shown = [replace(row, slots=tuple(row.slots)) for row in _interleave(rows)]
    return Page(shown, viewer.scores, boosts, left_out)


class _Filling:
    """A page while it is being filled: who for, and which titles are still free."""

    def __init__(
        self, viewer: Viewer, catalogue: Catalogue, request: PageRequest, pins: list[Pin], free: NDArray[np.bool_]
    ) -> None:
        self.viewer, self.catalogue, self.request, self.pins = viewer, catalogue, request, pins
        self.free = free
        self.free[[pin.title_row for pin in pins]] = False

    def fill(self, showable: NDArray[np.bool_], shelf: Shelf, rng: np.random.Generator | None) -> list[Row]:
        """Fill all rows, in the order in which they take their titles."""
        resume = [row for row in self.viewer.resume if showable[row]][: self.request.length]
        rows = [Row("continue", [Slot(row) for row in resume])] if resume else []
        rows += self._fill_top10(showable)
        rows += self._fill_next()
        if self.request.length < 2 + len(self._pins_of("top")):
            rng = None  # a row of nothing but chance is no top pick
        spare = self.request.length - (rng is not None)
        top = self._pick("top", self.viewer.scores, self.free, spare, calibration=self.request.calibration)
        rows += self._fill_because()
        rows += self._fill_new(shelf)
        rows += self._fill_genres()
        explored = self._explore(rng)
        slots = _lay_out([Slot(row) for row in top] + explored, self._pins_of("top"))
        return [Row("top", slots), *rows] if slots else rows

    def _pins_of(self, key: str) -> list[Pin]:
        return [pin for pin in self.pins if pin.row == key]

    def _pick(
        self, key: str, relevance: Floats, allowed: NDArray[np.bool_], length: int, *, calibration: float = 0.0
    ) -> list[int]:
        """Pick titles for a row beside its pins, and take them off the free ones."""
        pool = _rank_allowed(relevance, allowed, POOL)
        picked = pick_titles(
            relevance[pool],
            max(length - len(self._pins_of(key)), 0),
            self.catalogue.genres[pool],
            self.catalogue.franchises[pool],
            self.viewer.taste,
            diversity=self.request.diversity,
            calibration=calibration,
        )
        rows: list[int] = pool[picked].tolist()
        self.free[rows] = False
        return rows

    def _keep(self, row: Row) -> list[Row]:
        """Keep a row that is long enough or has a pin; give back the titles of one that is not."""
        if len(row.slots) >= MIN_TITLES or any(slot.how == "pinned" for slot in row.slots):
            return [row]
        self.free[[slot.title_row for slot in row.slots]] = True
        return []

    def _fill_top10(self, showable: NDArray[np.bool_]) -> list[Row]:
        """Rank what may be shown here, watched titles too; show those that are free under their true rank."""
        top = _rank_allowed(self.viewer.popular, showable & (self.viewer.popular > 0), 10)
        slots = [Slot(row, rank=place) for place, row in enumerate(top.tolist(), 1) if self.free[row]]
        self.free[[slot.title_row for slot in slots]] = False
        return self._keep(Row("top10", slots))

    def _fill_next(self) -> list[Row]:
        if self.viewer.after is None:
            return []
        finished, scores = self.viewer.after
        picked = self._pick("next", scores, self.free & np.isfinite(scores), self.request.length)
        return self._keep(Row("next", [Slot(row) for row in picked], finished if finished >= 0 else None))

    def _fill_because(self) -> list[Row]:
        rows: list[Row] = []
        for anchor, shares in self.viewer.anchors:
            if len(rows) < BECAUSE_ROWS:
                picked = self._pick("because", shares, self.free & (shares > 0), self.request.length)
                rows += self._keep(Row("because", [Slot(row) for row in picked], anchor))
        return rows

    def _fill_new(self, shelf: Shelf) -> list[Row]:
        day = np.datetime64(self.request.now.date(), "D")
        new = (shelf.arrived <= day) & (shelf.arrived > day - NEW_DAYS)
        calibration = self.request.calibration
        picked = self._pick("new", self.viewer.scores, self.free & new, self.request.length, calibration=calibration)
        return self._keep(Row("new", _lay_out([Slot(row) for row in picked], self._pins_of("new"))))

    def _fill_genres(self) -> list[Row]:
        rows: list[Row] = []
        for genre in rank_genres(self.viewer, self.catalogue):
            if len(rows) < GENRE_ROWS:
                within = self.free & (self.catalogue.genres[:, genre] > 0)
                picked = self._pick("genre", self.viewer.scores, within, self.request.length)
                rows += self._keep(Row("genre", [Slot(row) for row in picked], genre))
        return rows

    def _explore(self, rng: np.random.Generator | None) -> list[Slot]:
        """Draw one of the best titles that are left, all alike."""
        if rng is None:
            return []
        left = _rank_allowed(self.viewer.scores, self.free, EXPLORED)
        return [Slot(int(rng.choice(left)), "explored", 1 / len(left))] if len(left) else []


def rank_genres(viewer: Viewer, catalogue: Catalogue) -> list[int]:
    """Rank genres by what sets the member apart.

        fit(g) = p(g|u) log(p(g|u) / p(g)),   p(g) = genres of what is popular in the territory

    its addend to the divergence between the member and the territory. Without a taste, genres rank by p(g).

    Returns:
        numbers of the genres with a part in p(g|u), or else in p(g); the best first.
    """
    everybody = mix_genres(catalogue.genres, viewer.popular)
    if viewer.taste.any():
        held = np.flatnonzero(viewer.taste)
        own = viewer.taste[held]
        fit = own * np.log(own / np.maximum(everybody[held], 1e-6))
    else:
        held = np.flatnonzero(everybody)
        fit = everybody[held]
    order: list[int] = held[np.argsort(-fit, kind="stable")].tolist()
    return order


def _rank_allowed(scores: Floats, allowed: NDArray[np.bool_], k: int) -> NDArray[np.intp]:
    """Rank the best k titles among those allowed, fewer where there are fewer."""
    return rank_row(np.where(allowed, scores, np.float32(-np.inf)), k)


def _admit_pins(
    request: PageRequest, filters: list[tuple[str, NDArray[np.bool_]]]
) -> tuple[list[Pin], list[tuple[Pin, str]]]:
    """Split the pins that hold into those that may stand here, and the others with the first rule against each."""
    admitted: list[Pin] = []
    left_out: list[tuple[Pin, str]] = []
    for pin in request.live_pins:
        against = [said for said, passing in filters if not passing[pin.title_row]]
        if pin.place > request.length:
            against.append(f"rows have {request.length} places")
        if against:
            left_out.append((pin, against[0]))
        else:
            admitted.append(pin)
    return admitted, left_out


def _lay_out(slots: list[Slot], pins: list[Pin]) -> list[Slot]:
    """Put pins at their places among other slots; one beyond the end stands at the end."""
    row = list(slots)
    for pin in pins:
        row.insert(pin.place - 1, Slot(pin.title_row, "pinned"))
    return row


def _interleave(rows: list[Row]) -> list[Row]:
    """Order rows for showing: the first of each key, then the second ones."""
    turn = {id(row): sum(other.key == row.key for other in rows[:place]) for place, row in enumerate(rows)}
    return sorted(rows, key=lambda row: (turn[id(row)], ROWS.index(row.key)))


def _check_viewer(viewer: Viewer, catalogue: Catalogue, shelf: Shelf) -> None:
    titles = len(catalogue.roots)
    arrays = {"scores": viewer.scores, "popular": viewer.popular, "open": shelf.open, "arrived": shelf.arrived}
    for name, array in arrays.items():
        if array.shape != (titles,):
            raise ValueError(f"{name} must have one entry for each of {titles} titles, got shape {array.shape}")
    if not np.isfinite(viewer.scores).all():
        raise ValueError("scores must be finite, got some that are not")
