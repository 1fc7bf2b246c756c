"""What the page for buyers says in words: how many hours, at which price, why in or out.

Covers sentences made of results as `forecast --json` prints them, and what the page's terms mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matinee.report.numbers import NONE, show_count, show_number, show_percent, show_short
from matinee.tables.money import major_units, minor_digits

Told = Mapping[str, Any]

_NAMED = 5
"""So many titles are named in a sentence; of more, how many there are."""

SOURCES = {
    "report": "What We Watched, the half-yearly report of Netflix",
    "chart": "the weekly Top 10 of Netflix",
    "own": "the service's own views",
}
"""Whose audience is forecast."""

UNKNOWN = {
    "forecast": "Hours",
    "who": "Who would watch here",
    "diversion": "What is added",
    "slate": "The slate",
}
"""What a dossier may lack, as the page calls it."""

GLOSSARY = {
    "Hours": "The audience that the source named above would count; that is here only if the source is your own views.",
    "80% interval": "Eight titles in ten like this one end within it, one below and one above.",
    "What moves it": (
        "By how many times a matter raises (above 1) or lowers the hours that decision trees, a part of the forecast,"
        " see in a title beside the usual one; the factors multiply."
    ),
    "What is not seen": (
        "Marketing and quality, and, unless it is learned from your own views, genre, synopsis and cast: titles that"
        " differ in these alone get the same hours."
    ),
    "Likeness": (
        "How alike a known title is in all that the forecast sees, 1 being the same. The own franchise comes first."
    ),
    "No forecast": "Where too little is known that is like a title there is no number, but a reason.",
    "Hours of a slate": "The mean of a title's hours, which lies above the median: that of a slate is their sum.",
    "Would watch": "The sum of every member's chance to watch; segments too small to hide a member are left out.",
    "Price that changes it": "A title in the slate stays up to it, one that is out comes in at it; all else staying.",
}


def show_money(units: int | None, currency: str | None) -> str:
    """Show minor units as a sum with its currency: "1,200,000 EUR"."""
    if units is None:
        return NONE
    whole = major_units(units, currency)
    return f"{whole:,.{minor_digits(currency) if whole % 1 else 0}f} {currency or ''}".rstrip()


def say_headline(told: Told) -> str:
    """Say what to buy, or where no budget was named which titles there are."""
    slate, titles = told["slate"], told["titles"]
    if slate:
        chosen = [each["name"] for each in slate["verdicts"] if each["is_in"]]
        budget = show_money(slate["terms"]["budget"], slate["terms"]["currency"])
        if not chosen:
            return f"For {budget} none of the titles can be bought."
        cost = show_money(slate["cost"], slate["terms"]["currency"])
        named = chosen if len(chosen) <= _NAMED else [*chosen[:_NAMED], f"{len(chosen) - _NAMED} more"]
        return f"For {budget}, buy {join_words(named)}: {cost}, and {show_short(slate['worth'])} hours."
    known = [each for each in titles if each["horizons"]]
    if known:
        best = max(known, key=lambda each: each["horizons"][-1]["hours"]["p50"])
        return f"Of these titles {best['name']} would draw most: {_say_hours(best['horizons'][-1])}."
    asked = [each for each in titles if each["who"]]
    if asked:
        best = max(asked, key=lambda each: each["who"]["audience"])
        return f"Of these titles {best['name']} would be watched most: by {_say_members(best['who'], told['who'])}."
    return "Nothing known says what these titles would draw."


def say_learned(told: Told) -> str:
    """Say what the forecasts were learned from."""
    if told["learned_from"] == 0:
        return f"No hours are forecast: {told['unknown'].get('forecast', 'there is nothing to learn from')}."
    source = SOURCES[told["source"]]
    learned = show_count(told["learned_from"], "title")
    whose = "" if told["source"] == "own" else " Hours are what Netflix would count, not those of your members."
    return f"Learned from {learned} that came out, counted by {source}, up to {told['latest']}.{whose}"


def say_forecast(title: Told) -> str:
    """Say how many hours a title would draw, or why nobody knows."""
    if not title["horizons"]:
        return f"No forecast: {title['abstains']}."
    return f"About {_say_hours(title['horizons'][-1])}."


def _say_hours(horizon: Told) -> str:
    hours = horizon["hours"]
    ends = f"{show_short(hours['p10'])} to {show_short(hours['p90'])}"
    return f"{show_short(hours['p50'])} hours in the first {horizon['days']} days, 80% interval {ends}"


def say_drivers(title: Told) -> str:
    """Say what moves a forecast most, whether up or down."""
    said = [f"{each['what']} ×{each['factor']:.2f}" for each in title["drivers"][:2]]
    return f"Against the usual title, most is made by {join_words(said)}."


def say_who(who: Told, service: Told) -> str:
    """Say how many members would watch, and how many did where the title is one of ours, hidden."""
    said = f"{_say_members(who, service)} would watch."
    if who["watched"] is not None:
        said += f" It was in the log, hidden from all of this: {who['watched']:,} did."
    return said


def _say_members(who: Told, service: Told) -> str:
    return f"{show_number(who['audience'], 0)} of {show_count(service['members'], 'member')}"


def say_loss(title: Told, why: str | None, holdout: Told | None = None) -> str:
    """Say how much of an audience is added, and what is not known of it.

    Args:
        title: the candidate.
        why: nobody knows how much is added; None where it is known.
        holdout: what was measured of a title of ours, where that set the model.
    """
    diverted = title["diverted"]
    if diverted is None or diverted["incremental"] is None:
        return f"How much of its audience would be added is not known: {why or 'nobody can tell'}."
    share = show_percent(diverted["incremental"])
    known = "a holdout can tell"
    if holdout:
        measured = show_percent(holdout["share"])
        known = f"set by the holdout of {holdout['title_id']}, of whose plays {measured} replaced nothing"
    return f"{share} of its plays would replace nothing, if members choose as the model says; {known}."


def say_price(title: Told) -> str:
    """Say what an hour costs; nothing without a price or a forecast."""
    cost = title["price_per_hour"]
    if cost is None:
        return ""
    what = "an incremental hour" if cost["is_incremental"] else "an hour, diverted ones too"
    currency = title["offer"]["currency"]
    ends = f"{show_short(cost['low'])} to {show_short(cost['high'])}"
    return f"{show_short(cost['middle'])} {currency} {what}, in {cost['days']} days; 80% interval {ends}."


def say_verdict(verdict: Told, terms: Told) -> str:
    """Say whether a title is in the slate, why, and at which price that would change."""
    price = show_money(verdict["changes_at"], terms["currency"])
    if verdict["is_in"]:
        limit = "at any price that the budget allows" if verdict["changes_at"] is None else f"up to {price}"
        return f"In the slate: {verdict['why']}. It stays in {limit}."
    if verdict["changes_at"] is None:
        return f"Not in the slate: {verdict['why']}."
    return f"Not in the slate: {verdict['why']}. It would come in at {price} or less."


def say_frontier(slate: Told) -> str:
    """Say what the largest other budget would add, and which smaller one nearly as much."""
    last = slate["frontier"][-1]
    budget = show_money(last["budget"], slate["terms"]["currency"])
    bought = show_count(last["titles"], "title")
    said = f"With {budget} the best slate has {bought} and adds {show_short(last['worth'])} hours."
    if (near := slate["cheaper"]) is None:
        return said
    cost, titles = show_money(near["cost"], slate["terms"]["currency"]), show_count(near["titles"], "title")
    return f"{said} {cost} would buy nearly as much: {titles}, {show_short(near['worth'])} hours."


def say_hour(title: Told) -> str:
    """Say in a word what an hour costs."""
    cost = title["price_per_hour"]
    return f"{show_short(cost['middle'])} {title['offer']['currency']}" if cost else NONE


def list_deal(offer: Told) -> list[tuple[str, str]]:
    """List what is known of an offer, each with its name; what is not known is left out."""
    minutes = offer["runtime_minutes"]
    window = (offer["window_starts_on"], offer["window_ends_on"])
    told = [
        ("kind", offer["kind"]),
        ("runtime", f"{minutes:g} minutes" if minutes else None),
        ("genres", _join(offer["genres"])),
        ("languages", _join(offer["languages"])),
        ("countries", _join(offer["countries"])),
        ("territories", _join(offer["territories"])),
        ("window", " to ".join(each or "open" for each in window) if any(window) else None),
        ("licence", offer["licence"]),
        ("exclusive", None if offer["exclusive"] is None else "yes" if offer["exclusive"] else "no"),
    ]
    return [(name, value) for name, value in told if value]


def _join(values: list[str] | None) -> str | None:
    return ", ".join(values) if values else None


def join_words(words: list[str]) -> str:
    """Join with commas and a last "and"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
