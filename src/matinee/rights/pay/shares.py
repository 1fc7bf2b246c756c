"""Titles that residuals are owed for, and who shares them: a file of the user's.

No table says which union's terms a title is under or how its people share, so the user does:

    [[subscribers]]                  # domestic, of the service
    as-of = 2026-07-01
    count = 12_000_000

    [[residual]]
    title = "harbour-s1"             # a film or a season
    union = "SAG-AFTRA"              # or "WGA"
    figure = "value"                 # of sag-aftra.residual.fixed; for WGA half-hour, one-hour or feature
    shares = {ada = "2", ben = "1"}  # of everything that is split, in proportion

Covers reading it, with a place for every problem; what is owed is worked out in `residuals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from matinee.rights.money import parse_exact
from matinee.rights.odrl import Problem
from matinee.rights.rulebook.success import PERFORMERS, WRITERS, Subscribers

METRICS: Mapping[str, str] = {"SAG-AFTRA": PERFORMERS, "WGA": WRITERS}
"""Union -> its metric of """


@dataclass(frozen=True)
class Shared:
    """A title whose residuals are shared.

    Attributes:
        title_id: of a film or a season.
        union: one of `METRICS`.
        figure: of its fixed residual.
        shares: person -> share, >= 0, one at least above 0.
    """

    title_id: str
    union: str
    figure: str
    shares: Mapping[str, Fraction]


@dataclass(frozen=True)
class Residuals:
    """What the file says.

    Attributes:
        titles: that residuals are owed for.
        subscribers: counts by day.
    """

    titles: tuple[Shared, ...] = ()
    subscribers: tuple[Subscribers, ...] = ()


def read_residuals(form: Mapping[str, Any]) -> tuple[Residuals, list[Problem]]:
    """Read the file, as the module says.

    Returns:
        what can be read of it, and every problem with its place, such as "/residual/0/union".
    """
    problems = [Problem(f"/{name}", "is not known") for name in form if name not in {"subscribers", "residual"}]
    titles, counts = [], []
    for number, said in enumerate(_list_of(form, "residual", problems)):
        titles += _read_shared(said, f"/residual/{number}", problems)
    for number, said in enumerate(_list_of(form, "subscribers", problems)):
        counts += _read_subscribers(said, f"/subscribers/{number}", problems)
    seen = [(each.title_id, each.union) for each in titles]
    problems += [
        Problem(f"/residual of {place[0]}", f"stands twice for {place[1]}")
        for place in sorted(set(seen))
        if seen.count(place) > 1
    ]
    return Residuals(tuple(titles), tuple(counts)), problems


def _list_of(form: Mapping[str, Any], name: str, problems: list[Problem]) -> list[Mapping[str, Any]]:
    said = form.get(name, [])
    if isinstance(said, list) and all(isinstance(each, Mapping) for each in said):
        return said
    problems.append(Problem(f"/{name}", f"want [[{name}]], a table each"))
    return []


def _read_shared(said: Mapping[str, Any], place: str, problems: list[Problem]) -> list[Shared]:
    before = len(problems)
    problems += [
        Problem(f"{place}/{name}", "is not known")
        for name in said
        if name not in {"title", "union", "figure", "shares"}
    ]
    for name in ("title", "figure"):
        if not isinstance(said.get(name), str) or not said[name]:
            problems.append(Problem(f"{place}/{name}", f"got {said.get(name)!r}, want a text"))
    if said.get("union") not in METRICS:
        problems.append(Problem(f"{place}/union", f"got {said.get('union')!r}, want one of {', '.join(METRICS)}"))
    shares = _read_shares(said.get("shares"), f"{place}/shares", problems)
    return [] if len(problems) > before else [Shared(said["title"], said["union"], said["figure"], shares)]


def _read_shares(said: object, place: str, problems: list[Problem]) -> dict[str, Fraction]:
    shares: dict[str, Fraction] = {}
    for person_id, share in said.items() if isinstance(said, Mapping) else ():
        try:
            shares[person_id] = parse_exact(str(share)) if isinstance(share, str | int) else Fraction(-1)
        except ValueError:
            shares[person_id] = Fraction(-1)
        if shares[person_id] < 0 or isinstance(share, bool):
            problems.append(Problem(f"{place}/{person_id}", f'got {share!r}, want a number such as "1.5", 0 or more'))
    if not sum(shares.values(), Fraction(0)) > 0:
        problems.append(Problem(place, 'want person = "share", one at least above 0'))
    return shares


def _read_subscribers(said: Mapping[str, Any], place: str, problems: list[Problem]) -> list[Subscribers]:
    as_of, count = said.get("as-of"), said.get("count")
    if set(said) == {"as-of", "count"} and type(as_of) is date and type(count) is int and count > 0:
        return [Subscribers(count, as_of)]
    problems.append(Problem(place, "want as-of, a day, and count, a whole number above 0"))
    return []
