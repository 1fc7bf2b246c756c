"""Invented names: of titles, of people, and short synopses made from genre and keywords."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from matinee.world.words import ADJECTIVES, FIRST_NAMES, NOUNS, NUMBERS, SURNAME_ENDS, SURNAME_STARTS

_TITLES = (
    "The {adjective} {noun}",
    "{adjective} {plural}",
    "{number} {adjective} {plural}",
    "The {noun} and the {other}",
    "A {noun} for the {other}",
    "{adjective} {noun}, {adjective2} {other}",
    "The {adjective} {noun} of the {other}",
)
_OPENINGS = (
    "A {genre} about {first} and {second}.",
    "{First} changes everything in this {genre} about {second}.",
    "When {first} meets {second}, nothing stays as it was.",
    "A {genre} of {first}, told through {second}.",
)
_CLOSINGS = (
    "",
    " Nobody leaves {place} unchanged.",
    " It begins in {place} and ends far from it.",
    " The answer lies in {place}.",
)
_ROUNDS = 20


def invent_titles(count: int, rng: np.random.Generator) -> list[str]:
    """Return `count` names of titles, such as "The Copper Lantern", different while the words last (some 100,000)."""
    return _distinct(count, lambda: _title_name(rng))


def invent_people(count: int, rng: np.random.Generator) -> list[str]:
    """Return `count` names of people, such as "Maren Calstad", different while the words last (some 70,000)."""
    return _distinct(count, lambda: f"{_pick(FIRST_NAMES, rng)} {_pick(SURNAME_STARTS, rng)}{_pick(SURNAME_ENDS, rng)}")


def write_synopsis(genre: str, keywords: Sequence[str], rng: np.random.Generator) -> str:
    """Return one or two sentences about a title.

    Args:
        genre: its first genre.
        keywords: two or more of its keywords; the first two are named.
        rng: where the wording comes from.

    Returns:
        Text that names two keywords and, mostly, the genre.
    """
    first, second = keywords[:2]
    place = f"the {_pick(ADJECTIVES, rng)} {_pick(NOUNS, rng)}".lower()
    pattern = _pick(_OPENINGS, rng) + _pick(_CLOSINGS, rng)
    return pattern.format(genre=genre.lower(), first=first, First=first.capitalize(), second=second, place=place)


def _distinct(count: int, invent: Callable[[], str]) -> list[str]:
    """Invent until there are `count` different names; where the words do not give that many, names repeat."""
    names: dict[str, None] = {}
    for _ in range(_ROUNDS):
        names.update((invent(), None) for _ in range(count - len(names)))
    return list(names) + [invent() for _ in range(count - len(names))]


def _title_name(rng: np.random.Generator) -> str:
    noun, other = _pick(NOUNS, rng), _pick(NOUNS, rng)
    return _pick(_TITLES, rng).format(
        adjective=_pick(ADJECTIVES, rng), adjective2=_pick(ADJECTIVES, rng), number=_pick(NUMBERS, rng),
        noun=noun, plural=_plural(noun), other=other,
    )  # fmt: skip


def _plural(noun: str) -> str:
    if noun.endswith(("ch", "sh", "s", "x")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeo":
        return noun[:-1] + "ies"
    return noun + "s"


def _pick(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]
