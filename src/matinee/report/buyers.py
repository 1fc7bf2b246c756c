"""The page for buyers: a slate with its frontier, then a page a title.

Covers putting the page together from what `forecast --json` prints, and from nothing else, so that every number of the
page is in it. Words that tell results are in `offers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from matinee.report.charts import draw_factors, draw_fan, draw_frontier
from matinee.report.layout import fill_template
from matinee.report.offers import (
    GLOSSARY,
    UNKNOWN,
    list_deal,
    say_drivers,
    say_forecast,
    say_frontier,
    say_headline,
    say_hour,
    say_learned,
    say_loss,
    say_price,
    say_verdict,
    say_who,
    show_money,
)
from matinee.tables.money import major_units

SHOWN_DRIVERS, SHOWN_SEGMENTS = 8, 6
"""How many a title's page lists, the strongest and the likeliest first."""

Told = Mapping[str, Any]
"""Results as JSON gives them."""


def render_dossier(told: Told, *, made: Mapping[str, str], about: str = "") -> str:
    """Make the page as one self-contained HTML document.

    Args:
        told: as `matinee.flows.dossiers.Dossier.to_dict` gives it.
        made: what and by which command the page was made.
        about: a sentence at the top, as what is invented; empty = none.

    Returns:
        HTML that asks for nothing from outside; the same values give the same text.
    """
    told = _name_verdicts(told)
    verdicts = {each["candidate_id"]: each for each in (told["slate"] or {}).get("verdicts", ())}
    pages = [_lay_out_title(title, told, verdicts.get(title["candidate_id"])) for title in told["titles"]]
    values = {
        "title": "What to buy",
        "made": made,
        "headline": say_headline(told),
        "learned": say_learned(told),
        "about": about,
        "pages": pages,
        "has_members": any(title["who"] for title in told["titles"]),
        "has_hours": any(title["horizons"] for title in told["titles"]),
        "counted_days": max((each["days"] for title in told["titles"] for each in title["horizons"]), default=None),
        "slate": _lay_out_slate(told["slate"]) if told["slate"] else None,
        "all_added": told["unknown"].get("diversion"),
        "no_slate": told["unknown"].get("slate"),
        "set_aside": told["problems"],
        "notes": told["notes"],
        "unknown": [(UNKNOWN[what], why) for what, why in told["unknown"].items()],
        "glossary": GLOSSARY,
    }
    return fill_template("buyers.html", values)


def _name_verdicts(told: Told) -> Told:
    """Call the titles of the slate as their pages do: an offer's name may hold the original one, too."""
    if not told["slate"]:
        return told
    names = {each["candidate_id"]: each["name"] for each in told["titles"]}
    verdicts = [each | {"name": names.get(each["candidate_id"], each["name"])} for each in told["slate"]["verdicts"]]
    return {**told, "slate": {**told["slate"], "verdicts": verdicts}}


def _lay_out_title(title: Told, told: Told, verdict: Told | None) -> dict[str, Any]:
    offer, last = title["offer"], title["horizons"][-1] if title["horizons"] else None
    price = show_money(offer["price"], offer["currency"])
    return {
        "id": title["candidate_id"],
        "name": title["name"],
        "price": price,
        "deal": [*([("price", price)] if offer["price"] is not None else []), *list_deal(offer)],
        "headline": say_forecast(title) if last or not title["who"] else say_who(title["who"], told["who"]),
        "abstains": say_forecast(title) if title["who"] and not last else None,
        "members": title["who"] and title["who"]["audience"],
        "last": last,
        "fan": _draw_fan(title) if last else None,
        "horizons": title["horizons"],
        "has_views": last is not None and last["views"] is not None,
        "drivers": _chart_drivers(title) if last else None,
        "comps": title["comps"] if last else [],
        "who": _lay_out_who(title["who"], told) if title["who"] else None,
        "diverted": title["diverted"],
        "loss": say_loss(title, told["unknown"].get("diversion"), told["holdout"]),
        "cost": say_price(title),
        "hour": say_hour(title),
        "verdict": say_verdict(verdict, told["slate"]["terms"]) if verdict else None,
        "is_in": bool(verdict and verdict["is_in"]),
    }


def _draw_fan(title: Told) -> Markup:
    points = [(each["days"], each["hours"]) for each in title["horizons"]]
    label = f"Hours of {title['name']} by days since release. {say_forecast(title)}"
    return draw_fan(points, axis="days since release", unit="hours", label=label)


def _chart_drivers(title: Told) -> dict[str, Any]:
    rows = [(each["what"], each["factor"]) for each in title["drivers"][:SHOWN_DRIVERS]]
    finding = say_drivers(title)
    svg = draw_factors(rows, axis="times the hours", label=f"What moves the forecast of {title['name']}. {finding}")
    return {"svg": svg, "finding": finding}


def _lay_out_who(who: Told, told: Told) -> dict[str, Any]:
    tables = [(name, [each for each in who[key] if each["audience"] is not None][:SHOWN_SEGMENTS])
              for name, key in (("favourite genre", "taste"), ("country", "country"))]  # fmt: skip
    return {"finding": say_who(who, told["who"]), "tables": [(name, rows) for name, rows in tables if rows]}


COUNTED = {
    "mean": "Hours of a slate are means, which lie above the medians of the titles: what may be large counts for more.",
    "median": "Hours of a slate are medians.",
    "low": "Hours of a slate are the 10% quantiles, which each title passes nine times in ten.",
}
"""What the hours of a slate are, by the risk asked for."""


def _lay_out_slate(slate: Told) -> dict[str, Any]:
    chosen = [each for each in slate["verdicts"] if each["is_in"]]
    return {
        "cost": show_money(slate["cost"], slate["terms"]["currency"]),
        "budget": show_money(slate["terms"]["budget"], slate["terms"]["currency"]),
        "worth": slate["worth"],
        "is_proved": slate["is_proved"],
        "bound": slate["bound"],
        "counted": COUNTED[slate["terms"]["risk"]],
        "chosen": [_lay_out_verdict(each, slate["terms"]) for each in chosen],
        "out": [_lay_out_verdict(each, slate["terms"]) for each in slate["verdicts"] if not each["is_in"]],
        "frontier": _chart_frontier(slate),
        "steps": [
            step | {name: show_money(step[name], slate["terms"]["currency"]) for name in ("budget", "cost")}
            for step in slate["frontier"]
        ],
    }


def _lay_out_verdict(verdict: Told, terms: Told) -> dict[str, Any]:
    money = {name: show_money(verdict[name], terms["currency"]) for name in ("price", "changes_at")}
    return {**verdict, **money}


def _chart_frontier(slate: Told) -> dict[str, str | Markup] | None:
    steps: Sequence[Told] = slate["frontier"]
    if len(steps) < 2:
        return None
    finding, currency = say_frontier(slate), slate["terms"]["currency"]
    points = [(_major(step["budget"], currency), step["worth"]) for step in steps]
    here = (_major(slate["terms"]["budget"], currency), slate["worth"])
    label = f"What the best slate of other budgets adds. {finding}"
    svg = draw_frontier(points, here, axis=f"budget, {currency}", unit="hours added", label=label)
    return {"svg": svg, "finding": finding}


def _major(units: int, currency: str) -> float:
    return float(major_units(units, currency))
