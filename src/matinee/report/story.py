"""The page of a story: acts, each with sentences and perhaps a table.

Covers putting the page together; what happens comes told (`matinee.flows.rights_demo`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matinee.report.layout import fill_template


@dataclass(frozen=True)
class Act:
    """A part of a story.

    Attributes:
        title: what happens.
        said: sentences; those that begin with a dash are items of a list.
        headings: of its table; empty = it has none.
        rows: of its table, each as long as `headings`.
    """

    title: str
    said: tuple[str, ...]
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def render_story(title: str, acts: Sequence[Act], *, made: Mapping[str, str]) -> str:
    """Make the page as one self-contained HTML document.

    Args:
        title: of the story.
        acts: what happens.
        made: what and by which command the page was made.

    Returns:
        HTML that asks for nothing from outside; the same values give the same text.
    """
    return fill_template("story.html", {"title": title, "acts": acts, "made": made})
