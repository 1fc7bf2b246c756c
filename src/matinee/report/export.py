"""The README of an export: what each of its files is, in plain words for the member who asked for it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sized
from datetime import datetime

TITLE = "Everything this service holds about you"

RIGHTS = """\
This is the answer to a request for access (General Data Protection Regulation, article 15), in files
that other programs can read (article 20). Every table comes twice: as .json, for programs, and as
.csv, for spreadsheets. Times are UTC. An empty cell means that nothing is known.
"""

WIDTH = 100

FILES = {
    "members": "you as a member: country, start, plan, and whether you asked not to be profiled.",
    "views": "what you watched: when, how many seconds of it, your rating, on what kind of device, in which country.",
    "exposures": "what you were shown: when, in which place, as part of which experiment, and with what chance.",
    "set_aside": "rows about you that are not used because something in them is wrong; `record` is the whole row.",
    "titles": "the names of the titles in the tables above.",
    "derived": "what is made of your rows when you open the service: titles recommended to you with the reasons for"
    " each (the shares add up to its score), titles you could continue, the genres you watch, and the groups you are"
    " counted in when the service measures how good its recommendations are.",
    "models": "the trained models that are kept, which of them serves now, and whether your viewing is part of what it"
    " learned from.",
    "settings": "what decides how your rows are used: whether you are profiled, and from which rating on a viewing"
    " counts as enjoyed.",
    "files": "other files in the service's folder that name you: lists made for all members, and reports.",
}


def describe_files(rows: Mapping[str, Sized], facts: Mapping[str, object], *, member_id: str, now: datetime) -> str:
    """Write the README of an export.

    Args:
        rows: table -> rows.
        facts: other files by name; those that hold nothing are not in the export.
        member_id: whose export.
        now: when it was made.

    Returns:
        text, a paragraph a file.
    """
    heading = f"{TITLE}\n{'=' * len(TITLE)}\n\nMember {member_id}, {now:%Y-%m-%d %H:%M} UTC\n\n{RIGHTS}"
    tables = [_describe(f"{name}.json, {name}.csv, rows: {len(each):,}", name) for name, each in rows.items()]
    others = [_describe(f"{name}.json", name) for name, each in facts.items() if each]
    return "\n".join([heading, *tables, *others])


def _describe(heading: str, name: str) -> str:
    words = textwrap.fill(FILES[name], WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"{heading}\n{words}\n"
