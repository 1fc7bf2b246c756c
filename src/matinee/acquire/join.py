"""Join: which titles of different sources are one, with a confidence and a reason.

Covers the comparison of works by normalised name, original name, kind, season, year and day of availability, each
work joined to one other at most. It makes no ids and no rows; what is joined is the caller's business.

Why the confidences are what they are: two catalogues of films agree in the year of 91% of the names that both have,
so a name and a kind alone are worth .9, and .83 where the kind is not known either. The original name all but
settles it: from one report to the next it is the same for 99.9% of the titles listed in both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matinee.acquire.names import Name, Season, read_name

LEAST = 0.75
"""Works of a lower confidence are not joined."""

_SAME_ORIGINAL = 0.97
_SAME_NAME = 0.9
_ORIGINAL_ONLY = 0.85
_CROSSED = 0.7
_ONE_SIDED = 0.85
_OTHER_ORIGINAL = 0.4
_KIND_UNKNOWN = 0.07
_MOVED = 0.1
_SEASON_UNSAID = 0.12
_BOTH = "name and original name"
_SAME_YEAR, _OTHER_YEAR = 0.7, 0.6
_SAME_DAY, _OTHER_DAY = 0.9, 0.5


@dataclass(frozen=True)
class Work:
    """A title as one source tells of it.

    Attributes:
        name: what its name says.
        original: what its original name says; None where none is given.
        kind: film, series, season, …; None if unknown.
        year: of first release; None if unknown.
        available: first and last day on which it may first have been available with its publisher; None if unknown.
        has_all_originals: its source gives the original name of every title that has one, so that none is a statement.
    """

    name: Name
    original: Name | None = None
    kind: str | None = None
    year: int | None = None
    available: tuple[date, date] | None = None
    has_all_originals: bool = False


@dataclass(frozen=True)
class Match:
    """What a work was joined to.

    Attributes:
        place: of the other work in the sequence it was sought in; None if it was joined to none.
        confidence: in [0, 1]; of the best candidate where it was joined to none, 0 where there was no candidate.
        why: in words.
    """

    place: int | None
    confidence: float
    why: str


@dataclass(frozen=True)
class _Candidate:
    """A known work that a listed one may be."""

    confidence: float
    is_spelt_same: bool
    place: int
    why: str

    def ties(self, other: _Candidate) -> bool:
        return (self.confidence, self.is_spelt_same) == (other.confidence, other.is_spelt_same)


def join_works(listed: Sequence[Work], known: Sequence[Work]) -> list[Match]:
    """Join each listed work to the known work that it is, if there is one.

    Args:
        listed: n works of one source, all different.
        known: the works they may be.

    Returns:
        n matches, in the order of `listed`. A known work is joined to one listed work at most: the one of the highest
        confidence. Where two known works are equally likely, none is taken.
    """
    places = _index(known)
    candidates = [_rank(work, known, places) for work in listed]
    order = sorted(range(len(listed)), key=lambda place: -candidates[place][0].confidence if candidates[place] else 1)
    matches = [Match(None, 0.0, "no title of that name")] * len(listed)
    taken: set[int] = set()
    for place in order:
        matches[place] = found = _choose(candidates[place], known, taken)
        taken |= set() if found.place is None else {found.place}
    return matches


def works_of(titles: pl.DataFrame) -> list[Work]:
    """Understand rows of titles as works; seasons are known by the series they belong to.

    Args:
        titles: columns title_id, name, original_name, kind, parent_id, number, year, released_on of the table titles;
            and `available_from` (Date), `is_listed` (Boolean): has totals of a publisher who gives every original name.

    Returns:
        A work for each row, in order; episodes and the like too, which the caller leaves out.
    """
    names = dict(titles.select("title_id", "name").iter_rows())
    return [_work_of(row, names.get(row["parent_id"])) for row in titles.iter_rows(named=True)]


def _work_of(row: dict[str, object], parent: str | None) -> Work:
    name = _name_of(str(row["name"]), parent, row["number"] if row["kind"] == "season" else None)
    original, kind, available = row["original_name"], row["kind"], row["available_from"]
    year, released = row["year"], row["released_on"]
    return Work(
        name,
        read_name(str(original)) if original else None,
        str(kind) if kind else None,
        year if isinstance(year, int) else released.year if isinstance(released, date) else name.year,
        (available, available) if isinstance(available, date) else None,
        bool(row["is_listed"]),
    )


def _name_of(name: str, parent: str | None, number: object) -> Name:
    """Understand a name; of a season called "Season 1", or as its series is, by that of its series."""
    own = read_name(name)
    if own.season or parent is None or not isinstance(number, int):
        return own
    label = read_name(f"{parent}: {name}")
    season = label.season or Season(number, "", name, is_sure=True)
    return replace(own, stem=read_name(parent).stem, season=season)


def _index(known: Sequence[Work]) -> dict[str, list[int]]:
    """List the places of works by each of their names."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, work in enumerate(known):
        for key in _keys(work):
            found[key].append(place)
    return found


def _keys(work: Work) -> set[str]:
    return {work.name.key} | ({work.original.key} if work.original else set())


def _rank(work: Work, known: Sequence[Work], index: dict[str, list[int]]) -> list[_Candidate]:
    """List the works that share a name, the likeliest first; of equals the one spelt the same."""
    places = {place for key in _keys(work) for place in index.get(key, ())}
    judged = ((place, _judge(work, known[place])) for place in sorted(places))
    found = [_Candidate(each[0], _is_spelt_same(work, known[place]), place, each[1]) for place, each in judged if each]
    return sorted(found, key=lambda each: (-each.confidence, not each.is_spelt_same))


def _is_spelt_same(work: Work, other: Work) -> bool:
    originals = [each.original.full if each.original else "" for each in (work, other)]
    return work.name.full == other.name.full and originals[0] == originals[1]


def _choose(candidates: list[_Candidate], known: Sequence[Work], taken: set[int]) -> Match:
    free = [each for each in candidates if each.place not in taken]
    if not free:
        why = "another row is more likely the title of that name" if candidates else "no title of that name"
        return Match(None, 0.0, why)
    best = free[0]
    if best.confidence < LEAST:
        return Match(None, best.confidence, f"too unlike: {best.why}")
    if len(free) > 1 and best.ties(free[1]) and known[best.place] != known[free[1].place]:
        return Match(None, best.confidence, "several titles are equally likely")
    return Match(best.place, best.confidence, best.why)


def _judge(listed: Work, known: Work) -> tuple[float, str] | None:
    """Compare two works that share a name: confidence and reason, or None if they cannot be one."""
    moved = _is_moved(listed, known)
    if _clashes(listed.kind, known.kind) and not moved:
        return None
    confidence, why = _compare_names(listed, known)
    reasons = [why]
    if not _is_same_season(listed, known):
        if why != _BOTH or not _is_first_season(listed, known):
            return None
        confidence -= _SEASON_UNSAID
        reasons.append("one says season 1")
    if moved:
        confidence -= _MOVED
        reasons.append("kind changed")
    elif listed.kind is None or known.kind is None:
        confidence -= _KIND_UNKNOWN
        reasons.append("kind unknown")
    for weigh in (_weigh_days, _weigh_years):
        confidence, reason = weigh(confidence, listed, known)
        reasons += [reason] if reason else []
    return round(confidence, 4), ", ".join(reasons)


def _clashes(kind: str | None, other: str | None) -> bool:
    """Tell whether two kinds exclude each other; a series that says no season may be called its first one elsewhere."""
    return kind is not None and other is not None and kind != other and {kind, other} != {"series", "season"}


def _is_moved(listed: Work, known: Work) -> bool:
    """Tell whether one publisher may have moved a special from its films to its series, or back."""
    is_one_publisher = listed.has_all_originals and known.has_all_originals
    return is_one_publisher and {listed.kind, known.kind} == {"film", "series"}


def _is_same_season(listed: Work, known: Work) -> bool:
    one, other = listed.name.season, known.name.season
    if one is None or other is None:
        return one is other
    return (one.number, one.part) == (other.number, other.part)


def _is_first_season(listed: Work, known: Work) -> bool:
    """Tell whether one of two works of one publisher says that it is the first season and the other says none."""
    if not (listed.has_all_originals and known.has_all_originals):
        return False
    seasons = [work.name.season for work in (listed, known)]
    said = [season for season in seasons if season]
    return len(said) == 1 and (said[0].number, said[0].part) == (1, "")


def _compare_names(listed: Work, known: Work) -> tuple[float, str]:
    ours, theirs = _original_key(listed), _original_key(known)
    if listed.name.key != known.name.key:
        return (_ORIGINAL_ONLY, "original name") if ours == theirs else (_CROSSED, "name here, original name there")
    if ours and theirs:
        return (_SAME_ORIGINAL, _BOTH) if ours == theirs else (_OTHER_ORIGINAL, "other original")
    if listed.has_all_originals and known.has_all_originals:
        return (_SAME_ORIGINAL, "name, no original") if ours == theirs else (_OTHER_ORIGINAL, "other original")
    return (_SAME_NAME, "name") if ours == theirs else (_ONE_SIDED, "name, original on one side")


def _original_key(work: Work) -> str:
    """Normalise the original name; nothing where it is the name itself."""
    key = work.original.key if work.original else ""
    return "" if key == work.name.key else key


def _weigh_days(confidence: float, listed: Work, known: Work) -> tuple[float, str]:
    """Weigh the days of availability: those of one publisher agree, or tell two works apart."""
    if listed.available is None or known.available is None:
        return confidence, ""
    if listed.available[0] <= known.available[1] and known.available[0] <= listed.available[1]:
        return _raise(confidence, _SAME_DAY), "same day"
    is_one_publisher = listed.has_all_originals and known.has_all_originals
    return (confidence * _OTHER_DAY, "other day") if is_one_publisher else (confidence, "")


def _weigh_years(confidence: float, listed: Work, known: Work) -> tuple[float, str]:
    if listed.year is None or known.year is None:
        return confidence, ""
    both_named = listed.name.year is not None and known.name.year is not None
    if abs(listed.year - known.year) <= (0 if both_named else 1):
        return _raise(confidence, _SAME_YEAR), "same year"
    return confidence * _OTHER_YEAR, "other year"


def _raise(confidence: float, share: float) -> float:
    """Take away a share of the doubt."""
    return confidence + (1 - confidence) * share
