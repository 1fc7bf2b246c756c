"""What the page's terms mean, in words: protocols, metrics, models, and what tuning chose.

Covers sentences that explain; sentences that tell results are in `findings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matinee.recommend.popular import HALF_LIVES
from matinee.recommend.recipe import name_popular
from matinee.report.numbers import as_number, show_number

PROTOCOLS = {
    "time": (
        "The log was cut at one moment. Models learned from what members enjoyed before it and were asked what the "
        "same members would enjoy after it."
    ),
    "members": (
        "Some members were kept from training altogether. Models were told a part of what each of them enjoyed and "
        "asked for the rest."
    ),
    "next": (
        "Each member's latest title was hidden. Models were told all that came before and asked for that one title."
    ),
    "cold": (
        "Some titles were kept from training altogether, as if they were new. Models ranked them among themselves, by "
        "what is known of them."
    ),
}

SPLIT_COUNTS = {
    "train_events": "viewings learned from",
    "train_members": "members learned from",
    "train_titles": "titles learned from",
    "test_members": "members asked about",
    "history_events": "viewings told about them",
    "target_events": "viewings to be found",
    "target_events_unseen": "of these, on titles never seen in training",
    "candidate_titles": "titles to choose from",
}

GLOSSARY = {
    "NDCG@100": (
        "How well the first 100 places are ordered: a title found counts 1 at place 1 and less further down; 1 is the "
        "best order possible."
    ),
    "NDCG@10": "The same for the first 10 places.",
    "Recall@20": "Of the titles that could be found within 20 places, the share that was found.",
    "Recall@50": "The same within 50 places.",
    "Coverage@20": "The share of all titles to choose from that stand in at least one member's first 20 places.",
    "95% interval": (
        "Had other members of the same kind been asked, the mean would fall in here about 19 times in 20. That of a "
        "difference is computed member by member, and is the one to trust when two models are compared."
    ),
    "Taken up": "A title is taken up by a member who enjoyed it during training.",
    "Share": "What one reason adds to a title's score; the shares add up to the score exactly.",
}

_MODELS = {
    "popular": "every viewing counts alike, however old",
    "ease-1000": "item model (EASE) as published, with no tuning",
    "linear": "item model: titles that the same members enjoy, tuned on this log",
    "factors": "item model of a short vector a title, for catalogues too large for weights of all pairs",
    "cold": "the item model with titles that nobody has watched filled in from their metadata",
    "blend": "taste and popularity in proportions learned from this log",
    "ranker": "the blend's list put in order again by what was learned from earlier weeks of this log",
    "next": "what tends to follow what was watched last, in the order of watching",
}


def describe_protocol(protocol: str) -> str:
    """Say how the test was made; a protocol not known here is named."""
    return PROTOCOLS.get(protocol, f"The split is named “{protocol}”.")


def describe_model(name: str) -> str:
    """Say what a model is, in one clause; empty if it is not known here."""
    if name.startswith("popular-") and name.endswith("d"):
        return f"popularity; a viewing counts half after {_days(name[8:-1])}"
    return _MODELS.get(name, "")


def describe_split(counts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Name each count of a split, in the order given."""
    return [(SPLIT_COUNTS.get(key, key.replace("_", " ")), value) for key, value in counts.items()]


def describe_recipe(recipe: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name each setting that tuning chose, with its value in words."""
    return [
        *_describe_items(recipe),
        ("new titles from metadata, ridge", show_number(recipe.get("cold_reg"), 1)),
        ("popularity for members without history", _half_life_words(recipe.get("half_life"))),
    ]


def _describe_items(recipe: Mapping[str, Any]) -> list[tuple[str, str]]:
    if factors := recipe.get("factors"):
        return [
            ("factors, numbers a title", show_number(factors.get("embedding_size"), 0)),
            ("factors, regularisation", show_number(factors.get("reg"), 4)),
            ("factors, weight of a title not watched", show_number(factors.get("unobserved"), 4)),
        ]
    linear = recipe.get("linear") or {}
    half_life = as_number(linear.get("half_life"))
    return [
        ("item model, regularisation", show_number(linear.get("reg"), 0)),
        ("item model, dropout", show_number(linear.get("dropout"), 2)),
        ("a member's weight", f"halves {_days(half_life)} after the last viewing" if half_life else "alike for all"),
        ("a member of many viewings", _length_words(linear.get("length_power"))),
        ("a title of many viewers", _audience_words(linear.get("audience_power"))),
        ("a viewing's weight", "by rating or share watched" if linear.get("weighted") else "alike for all"),
    ]


def list_parts(recipe: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """List the parts of the blend: name, weight in the blend, score on the inner split.

    The blend itself comes last, without a weight. Names of parts are those of the inner scores (`judged`), where there
    are any.
    """
    names = ["factors" if recipe.get("factors") else "linear", *map(name_popular, HALF_LIVES)]
    weights = [recipe.get("taste"), *(recipe.get("popular_weights") or [])]
    judged = recipe.get("judged") or {}
    parts = [(name, weight, judged.get(name)) for name, weight in zip(names, weights, strict=False)]
    return [*parts, *((name, None, score) for name, score in judged.items() if name not in names)]


def _length_words(power: Any) -> str:  # ruff: ignore[any-type] - as JSON gives it
    exponent = as_number(power)
    return f"each viewing counts by (number of viewings) ^ -{exponent}" if exponent else "each viewing counts alike"


def _audience_words(power: Any) -> str:  # ruff: ignore[any-type] - as JSON gives it
    exponent = as_number(power)
    return f"what speaks for it counts by (number of viewers) ^ -{exponent}" if exponent else "as any other"


def _half_life_words(half_life: Any) -> str:  # ruff: ignore[any-type] - as JSON gives it
    days = as_number(half_life)
    return f"halves every {_days(days)}" if days else "every viewing alike"


def _days(number: float | str) -> str:
    text = number if isinstance(number, str) else f"{number:g}"
    return "1 day" if text == "1" else f"{text} days"
