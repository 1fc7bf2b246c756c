"""Why a title stands on a page, in a few plain words.

Covers one title's reasons at a time, as `recommend` gives them. It does not compute them
(`matinee.recommend.explain`); the exact shares are drawn beside the words (`members`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TASTES = ("watched", "metadata", "rest")
"""Kinds of contributions that come from what was watched."""

MOST_NAMED = 2

WORTH_NAMING = 0.5
"""A second title is named if its share is at least this much of the first one's."""

WORTH_SAYING = 0.25
"""The smaller of taste and popularity, and how new a title is, is mentioned from this much of the larger."""


def say_reason(because: Iterable[Mapping[str, Any]]) -> str:
    """Say in one short line why a title was recommended.

    Taste is the sum of what the watched titles contribute, those that speak against it included; so a title that is on
    the page for its popularity alone is said to be popular, even if one watched title speaks for it.

    Args:
        because: contributions to the score, in any order: {"kind": "watched" | "popular" | "metadata" | "rest" |
            "fresh" | "habits", "title_id", "name", "share"}; a share may be negative. "rest" = watched titles that are
            not to be named.

    Returns:
        the reason, without a full stop, naming at most `MOST_NAMED` titles.
    """
    parts = list(because)
    tastes = [part for part in parts if part["kind"] in TASTES]
    taste, popular, fresh = (_add_up(parts, kinds) for kinds in (TASTES, ("popular",), ("fresh",)))
    reason = _say_main(parts, tastes, taste, popular)
    if fresh <= 0 or fresh < WORTH_SAYING * max(taste, popular):
        return reason
    return f"{reason}; still new" if max(taste, popular) > 0 else "still new"


def say_next(because: Iterable[Mapping[str, Any]]) -> str:
    """Say in one short line why a title comes next; arguments and result as of `say_reason`.

    Popularity is that of the whole log here, not that of now.
    """
    parts = list(because)
    tastes = [part for part in parts if part["kind"] in TASTES]
    taste, popular = _add_up(parts, TASTES), _add_up(parts, ("popular",))
    liked = sorted((p for p in tastes if p["share"] > 0 and p["kind"] != "rest"), key=lambda part: -part["share"])
    if liked and taste > 0 and taste >= WORTH_SAYING * popular:
        return f"often watched after {_say_names(_worth_naming(liked))}"
    return "often watched" if popular > 0 else "the best of what is left"


def _add_up(parts: list[Mapping[str, Any]], kinds: Sequence[str]) -> float:
    return float(sum(part["share"] for part in parts if part["kind"] in kinds))


def _say_main(parts: list[Mapping[str, Any]], tastes: list[Mapping[str, Any]], taste: float, popular: float) -> str:
    """Say what taste and popularity have to say."""
    named = [part for part in tastes if part["kind"] != "rest"]
    liked = sorted((part for part in named if part["share"] > 0), key=lambda part: -part["share"])
    if liked and taste > 0 and taste >= WORTH_SAYING * popular:
        return _say_liked(liked, taste, popular)
    if len(named) < len(tastes) and taste > 0 and taste >= WORTH_SAYING * popular:
        return "because of what you watched"
    if popular > 0:
        return "popular with everybody right now"
    return "the best of what is left" if parts else "no reason is recorded"


def _say_liked(liked: list[Mapping[str, Any]], taste: float, popular: float) -> str:
    names = _say_names(_worth_naming(liked))
    if liked[0]["kind"] == "metadata":
        return f"new here; like {names} you watched"
    if popular > taste:
        return f"popular right now, and you watched {names}"
    also = "; popular right now, too" if popular >= WORTH_SAYING * taste else ""
    return f"because you watched {names}{also}"


def _worth_naming(liked: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [part for part in liked if part["share"] >= WORTH_NAMING * liked[0]["share"]]


def _say_names(parts: list[Mapping[str, Any]]) -> str:
    names = [str(part["name"] or part["title_id"] or "a title without a name") for part in parts]
    return " and ".join(names[:MOST_NAMED])
