"""Members' pages as a reader sees them: each title with its reason in words and its shares as a bar.

Covers laying out what `recommend` gives. The words themselves are in `reasons`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matinee.report.numbers import Number, as_number, show_signed
from matinee.report.reasons import TASTES, say_reason

MOST_WATCHED = 3
"""Watched titles that get a piece of the bar each; the others share one."""

OTHERS = {
    "popular": "what members watch now",
    "fresh": "how new it is",
    "habits": "habits, and the rest",
}
"""What a piece stands for that is of no watched title."""


@dataclass(frozen=True)
class Piece:
    """One piece of a bar.

    Attributes:
        style: "watched1" to "watched3", "rest", a key of `OTHERS`; how it is drawn.
        name: what it stands for.
        share: what it adds to the score; negative = speaks against the title.
        width: percent of the longest bar of the page, in [0, 100].
    """

    style: str
    name: str
    share: float
    width: float

    @property
    def text(self) -> str:
        """Name and share."""
        return f"{self.name} {show_signed(self.share, 2)}"


@dataclass(frozen=True)
class TitleRow:
    """One title of a page.

    Attributes:
        name: of the title, or its id where it has none.
        score: sum of the shares.
        reason: in words.
        pieces: of the bar; those that speak for the title first.
    """

    name: str
    score: Number
    reason: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class MemberPage:
    """One member's page.

    Attributes:
        member_id: whose.
        note: why the page is not made from the member's own history; None = it is.
        watched: names of recent titles, with the year where it is known.
        titles: of the page, best first.
    """

    member_id: str
    note: str | None
    watched: Sequence[str]
    titles: Sequence[TitleRow]


def lay_out_page(page: Mapping[str, Any]) -> MemberPage:
    """Lay out one page as `recommend` gives it, with what the member `watched` last."""
    shares = [_pile_up(title["because"]) for title in page["titles"]]
    longest = max((sum(abs(share) for *_, share in pile) for pile in shares), default=0.0) or 1.0
    rows = [
        TitleRow(
            name=_name(title),
            score=as_number(title["score"]),
            reason=say_reason(title["because"]),
            pieces=[Piece(style, name, share, 100 * abs(share) / longest) for style, name, share in pile],
        )
        for title, pile in zip(page["titles"], shares, strict=True)
    ]
    watched = [_name(title) + (f" ({title['year']})" if title.get("year") else "") for title in page["watched"]]
    return MemberPage(str(page["member_id"]), page.get("note"), watched, rows)


def _pile_up(because: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, float]]:
    """Add up the shares into the few pieces of a bar: style, name, share."""
    tastes = sorted((part for part in because if part["kind"] in TASTES), key=lambda part: -part["share"])
    named = [part for part in tastes[:MOST_WATCHED] if part["share"] > 0]
    others = tastes[len(named) :]
    pile = [(f"watched{place}", _name(part), float(part["share"])) for place, part in enumerate(named, start=1)]
    if others:
        pile.append(("rest", f"{len(others)} other watched", float(sum(part["share"] for part in others))))
    for kind, name in OTHERS.items():
        pile.append((kind, name, float(sum(part["share"] for part in because if part["kind"] == kind))))
    return sorted((piece for piece in pile if piece[2]), key=lambda piece: piece[2] < 0)


def _name(title: Mapping[str, Any]) -> str:
    return str(title.get("name") or title.get("title_id") or "a title without a name")
