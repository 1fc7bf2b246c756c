"""Ratings of suitability as ages, so that a ceiling can be held against any of them.

Covers the words of the best known boards and every rating that names an age ("12", "12A", "FSK 16", "16+"). Any other
word is unknown, and what is unknown passes no ceiling.
"""

from __future__ import annotations

import re

AGES = {
    "all": 0, "u": 0, "g": 0, "tv-g": 0, "tv-y": 0, "tp": 0, "e": 0, "l": 0, "al": 0,
    "pg": 8, "tv-pg": 8, "tv-y7": 7, "tv-y7-fv": 7, "pg-13": 13, "m": 15, "tv-14": 14,
    "r": 17, "tv-ma": 18, "nc-17": 18, "x": 18, "r18": 18,
}  # fmt: skip
"""Rating, in small letters -> age from which it is meant, years."""

OLDEST = 21


def read_age(rating: str | None) -> int | None:
    """Read the age that a rating stands for.

    Args:
        rating: as given, such as "PG-13", "FSK 12", "16+"; None = not rated.

    Returns:
        years, in [0, 21]; None where the rating is missing or unknown.
    """
    word = (rating or "").strip().lower()
    if word in AGES:
        return AGES[word]
    number = re.fullmatch(r"(?:[a-z]+[ -]?)?(\d{1,2})(?:\+|[a-z]{1,2})?", word)
    return int(number[1]) if number and int(number[1]) <= OLDEST else None
