"""What one request for a page asks for, and which titles it lets through.

Covers filters, editors' pins and boosts that still hold, and their conflicts. It knows nothing of scores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.pages.catalogue import Catalogue, Shelf

PINNABLE = ("top", "new")
"""Rows that editors may pin titles to; the others say by their name what they hold."""


@dataclass(frozen=True)
class Pin:
    """A title that editors put at a place of a row, for a while.

    Attributes:
        title_row: the title.
        row: one of `PINNABLE`.
        place: 1 = first; beyond the end of a row with few titles = its end.
        until: with zone; from this instant on it does not hold.
    """

    title_row: int
    row: str
    place: int
    until: datetime


@dataclass(frozen=True)
class Boost:
    """A title that editors move up (or down), for a while.

    Attributes:
        title_row: the title.
        by: deviations of the member's scores over all titles, added to its score; negative = down.
        until: with zone; from this instant on it does not hold.
    """

    title_row: int
    by: float
    until: datetime


@dataclass(frozen=True)
class PageRequest:
    """One request.

    Attributes:
        now: with zone.
        territory: ISO 3166-1 alpha-2, named in reasons only (the `Shelf` is of it); None = unknown.
        max_age: titles for older viewers, and those not rated, are out; None = no ceiling.
        languages: titles spoken in none of these are out, as are those whose languages are unknown; empty = all.
        excluded: rows of titles that this request does not want.
        pins: editors' pins.
        boosts: editors' boosts.
        diversity: in [0, 1]; 0 = by score alone, 1 = as unlike each other as can be.
        calibration: in [0, 1]; 0 = by score alone, 1 = genres in the member's proportions alone.
        length: titles a row, 1 or more.
    """

    now: datetime
    territory: str | None = None
    max_age: int | None = None
    languages: Sequence[str] = ()
    excluded: Sequence[int] = ()
    pins: Sequence[Pin] = ()
    boosts: Sequence[Boost] = ()
    diversity: float = 0.2
    calibration: float = 0.2
    length: int = 10

    def __post_init__(self) -> None:
        for name in ("diversity", "calibration"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {getattr(self, name)}")
        if self.length < 1:
            raise ValueError(f"length must be >= 1, got {self.length}")
        if self.now.tzinfo is None:
            raise ValueError(f"now must have a zone, got {self.now!r}")
        if problems := find_conflicts(self.pins, self.boosts, self.now):
            raise ValueError(f"pins must not conflict: {'; '.join(problems)}")

    @property
    def live_pins(self) -> list[Pin]:
        """Pins that hold now, in order of place."""
        return sorted((pin for pin in self.pins if self.now < pin.until), key=lambda pin: pin.place)

    @property
    def live_boosts(self) -> list[Boost]:
        """Boosts that hold now."""
        return [boost for boost in self.boosts if self.now < boost.until]


def find_conflicts(
    pins: Sequence[Pin], boosts: Sequence[Boost], now: datetime, *, name: Callable[[int], str] = str
) -> list[str]:
    """Find what cannot all be done among the pins and boosts that hold now.

    Two pins of one place or of one title, two boosts of one title, a row that takes no pins, a place below 1, a boost
    that is no finite number. A pin and a boost of one title do not conflict: the pin decides.

    Args:
        pins: in any order.
        boosts: in any order.
        now: with zone.
        name: what to call the title of a row.

    Returns:
        one clause a conflict; empty = none.
    """
    live = [pin for pin in pins if now < pin.until]
    lifted = [boost for boost in boosts if now < boost.until]
    problems = [
        f"row {pin.row!r} takes no pins, only {' and '.join(PINNABLE)}" for pin in live if pin.row not in PINNABLE
    ]
    problems += [f"place {pin.place} of row {pin.row!r} is below 1" for pin in live if pin.place < 1]
    problems += [f"{name(each.title_row)} is boosted by {each.by}" for each in lifted if not math.isfinite(each.by)]
    by_place: dict[tuple[str, int], list[int]] = {}
    for pin in live:
        by_place.setdefault((pin.row, pin.place), []).append(pin.title_row)
    problems += [
        f"place {place} of row {row!r} is pinned to {' and '.join(map(name, titles))}"
        for (row, place), titles in by_place.items()
        if len(titles) > 1
    ]
    problems += [f"{name(row)} is pinned twice" for row in _twice([pin.title_row for pin in live])]
    problems += [f"{name(row)} is boosted twice" for row in _twice([boost.title_row for boost in lifted])]
    return problems


def list_filters(
    request: PageRequest, catalogue: Catalogue, shelf: Shelf, seen: NDArray[np.integer]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """List the rules a title has to pass, each with what is said of a title that does not.

    Args:
        request: what is asked for.
        catalogue: the titles.
        shelf: what may be shown here today.
        seen: int, rows of titles that the member started; the last rule holds against them.

    Returns:
        pairs of a clause and a bool (titles,) of the titles that pass.
    """
    titles = len(catalogue.roots)
    where = request.territory or "an unknown territory"
    passing: list[tuple[str, NDArray[np.bool_]]] = [
        ("has left the catalogue, or is part of a series", catalogue.roots == np.arange(titles)),
        (f"outside its windows in {where}", shelf.open),
    ]
    if request.max_age is not None:
        suits: NDArray[np.bool_] = np.asarray((catalogue.ages >= 0) & (catalogue.ages <= request.max_age))
        passing.append((f"not known to suit age {request.max_age}", suits))
    if request.languages:
        wanted = [language.lower().split("-")[0] for language in request.languages]
        columns = np.isin(catalogue.language_names, wanted)
        spoken = np.asarray(catalogue.languages[:, columns].any(axis=1), np.bool_)
        passing.append((f"not known to be in {' or '.join(request.languages)}", spoken))
    passing.append(("excluded by the request", ~_mark(np.asarray(request.excluded, np.int64), catalogue)))
    passing.append(("watched before", ~_mark(seen, catalogue)))
    return passing


def suits_age(catalogue: Catalogue, max_age: int | None) -> NDArray[np.bool_]:
    """Tell which titles are known to suit an age, bool (titles,); all of them without a ceiling."""
    if max_age is None:
        return np.ones(len(catalogue.ages), np.bool_)
    return np.logical_and(catalogue.ages >= 0, catalogue.ages <= max_age)


def _mark(rows: NDArray[np.integer], catalogue: Catalogue) -> NDArray[np.bool_]:
    """Mark titles together with the series that they count for."""
    marked = np.zeros(len(catalogue.roots), np.bool_)
    marked[rows] = True
    roots = catalogue.roots[rows]
    marked[roots[roots >= 0]] = True
    return marked


def _twice(rows: list[int]) -> list[int]:
    return sorted({row for row in rows if rows.count(row) > 1})
