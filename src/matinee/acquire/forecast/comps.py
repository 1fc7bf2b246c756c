"""Comps: the fifteen known titles nearest to a work: what is alike, what differs, and how they did.

Covers nearness by the likeness that the forecast itself uses (`kernel`). What a buyer would name first comes first:
titles of the same franchise and form; and a title of another form or of another length only where others run out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from matinee.acquire.features.build import Features
from matinee.acquire.forecast.stack import Forecaster
from matinee.acquire.people import ROLES

NEAREST = 15
_NEAR_RUNTIME = 0.15
_FAR_RUNTIME, _FAR_OTHER = 2.0, 1.5
"""So many times as long, or less than its inverse, is no comparison while there are others: of its kind, of another."""


@dataclass(frozen=True)
class Comp:
    """A known title beside a work.

    Attributes:
        title_id: which.
        name: as published.
        released_on: first day it could be watched.
        days: for how many days of the period counted.
        hours: in those days.
        likeness: of all that the forecast sees, in [-1, 1]; 1 = the same.
        alike: what both share, in words.
        differs: what they do not.
    """

    title_id: str
    name: str
    released_on: date
    days: int
    hours: float
    likeness: float
    alike: tuple[str, ...]
    differs: tuple[str, ...]


def find_comps(forecaster: Forecaster, features: Features) -> list[list[Comp]]:
    """Find the nearest known titles of each work: its own franchise first, then the nearest first."""
    likeness = forecaster.alike.correlation(forecaster.complete(features))
    known = forecaster.known.works.to_dicts()
    found = []
    for row, work in enumerate(features.works.iter_rows(named=True)):
        groups = np.array([_group(work, title) for title in known])
        nearest = np.lexsort((-likeness[row], groups))[:NEAREST]
        found.append([_compare(work, known[place], float(likeness[row, place])) for place in nearest])
    return found


def _group(work: dict[str, Any], known: dict[str, Any]) -> int:
    """Tell titles of the same franchise and form (0) from others of its form (1) and the rest (2)."""
    is_apart = (known["kind"] == "season") != (work["kind"] == "season")
    if known["runtime_minutes"] and work["runtime_minutes"]:
        ratio = known["runtime_minutes"] / work["runtime_minutes"]
        far = _FAR_RUNTIME if known["kind"] == work["kind"] else _FAR_OTHER
        is_apart |= not 1 / far < ratio < far
    return 2 if is_apart else int(known["family_key"] != work["family_key"])


def _compare(work: dict[str, Any], known: dict[str, Any], likeness: float) -> Comp:
    judged = [*_judge(work, known)]
    alike = tuple(words for words, is_same in judged if is_same)
    differs = tuple(words for words, is_same in judged if not is_same)
    title_id, name, released_on = known["title_id"], known["english"], known["released_on"]
    return Comp(title_id, name, released_on, int(known["days"]), float(known["hours"]), likeness, alike, differs)


def _judge(work: dict[str, Any], known: dict[str, Any]) -> list[tuple[str, bool]]:
    """Compare what can be said in a word: (words about the known title, whether the work is so too)."""
    judged = [(str(known["kind"]), known["kind"] == work["kind"])]
    if known["family_key"] == work["family_key"]:
        judged.append(("of the same franchise", True))
    judged.append((f"language {known['language']}", known["language"] == work["language"]))
    if known["genres"] and work["genres"]:
        ours = {genre.casefold() for genre in work["genres"]}
        common = [genre for genre in known["genres"] if genre.casefold() in ours]
        judged.append((", ".join(common or known["genres"]), bool(common)))
    judged += [(f"with {name}", True) for name in sorted(_list_people(known) & _list_people(work))]
    if known["kind"] == work["kind"] == "season":
        judged.append((f"season {known['season']}", known["season"] == work["season"]))
    if known["runtime_minutes"] and work["runtime_minutes"]:
        ratio = known["runtime_minutes"] / work["runtime_minutes"]
        judged.append((f"{known['runtime_minutes']:.0f} minutes", abs(ratio - 1) <= _NEAR_RUNTIME))
    if work["worldwide"] is not None and known["worldwide"] is not None:
        words = "worldwide" if known["worldwide"] else "not worldwide"
        judged.append((words, known["worldwide"] == work["worldwide"]))
    return judged


def _list_people(title: dict[str, Any]) -> set[str]:
    return {name for column in ROLES.values() for name in title[column] or ()}
