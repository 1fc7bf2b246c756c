"""Slug: a stable, readable id out of a name, for files that give names and no ids."""

from __future__ import annotations

import hashlib
import re
import unicodedata


def slug(name: str) -> str:
    """Make an id of a name: letters and digits of any script in lower case, without accents, joined by hyphens.

    A name without a letter or digit gives the head of its SHA-256, so that every name has an id. Names that differ in
    case, accents or punctuation alone share one.
    """
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", plain).casefold().replace("'", "").replace("’", ""))
    return "-".join(words) or hashlib.sha256(name.encode()).hexdigest()[:12]
