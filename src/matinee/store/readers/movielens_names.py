"""Names as MovieLens writes them: "Matrix, The (1999)" is The Matrix, of 1999."""

from __future__ import annotations

import re

_ARTICLES = "The|An|A|Les|Le|La|L'|Los|Las|El|Lo|Il|I|Gli|Das|Der|Die|Den|Det|De|Het|O|Os|As|Un|Une|Una|Ein|Eine|En|Et"
_YEAR = re.compile(r"\s*\((\d{4})(?:[-–]\d{0,4})?\s*\)(?:\s*\(V\))?\s*$")
_INVERTED = re.compile(rf"(^|\()([^()]+), ({_ARTICLES})(?=\)|\s*\(|\s*$)")


def split_name(text: str) -> tuple[str, int | None]:
    """Part a name from its year, and put a trailing article in front, in another name in parentheses too.

    Args:
        text: such as "City of Lost Children, The (Cité des enfants perdus, La) (1995)".

    Returns:
        The name, "The City of Lost Children (La Cité des enfants perdus)", and the year; None where there is none.
    """
    found = _YEAR.search(text)
    name = _YEAR.sub("", text).strip() if found else text.strip()
    return _INVERTED.sub(_in_front, name) or text, int(found[1]) if found else None


def _in_front(found: re.Match[str]) -> str:
    opening, name, article = found.groups()
    prefix = "a.k.a. " if name.startswith("a.k.a. ") else ""
    return f"{opening}{prefix}{article}{'' if article.endswith(chr(39)) else ' '}{name.removeprefix(prefix)}"
