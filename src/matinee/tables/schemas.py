"""The nouns: every input table, declared once.

Covers the columns, types, units, keys and rules of each table and what a null in a column means. It does not read
files (`matinee.store`), turn text into these types (`convert`) or apply the rules to a frame (`check`).

Times are UTC with zone; money is integer minor units beside a currency; lists are lists, not joined strings.
A column's metadata says `doc` (what it is, with its unit) and, where it may be null, `null` (what a null means).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import dataframely as dy

KINDS = ("film", "series", "season", "episode", "short", "live", "game")

COUNTRY = r"^[A-Z]{2}$"
CURRENCY = r"^[A-Z]{3}$"


def _about(doc: str, null: str | None = None) -> dict[str, Any]:
    return {"doc": doc} if null is None else {"doc": doc, "null": null}


def _key(doc: str) -> dy.String:
    return dy.String(primary_key=True, min_length=1, metadata=_about(doc))


def _text(doc: str, null: str) -> dy.String:
    return dy.String(nullable=True, min_length=1, metadata=_about(doc, null))


def _texts(doc: str, null: str = "unknown", regex: str | None = None) -> dy.List:
    return dy.List(dy.String(min_length=1, regex=regex), nullable=True, metadata=_about(doc, null))


def _country(doc: str, null: str = "unknown") -> dy.String:
    return dy.String(nullable=True, regex=COUNTRY, metadata=_about(doc, null))


def _day(doc: str, null: str) -> dy.Date:
    return dy.Date(nullable=True, metadata=_about(doc, null))


def _time(doc: str, null: str) -> dy.Datetime:
    return dy.Datetime(nullable=True, time_unit="us", time_zone="UTC", metadata=_about(doc, null))


def _yes(doc: str, null: str) -> dy.Bool:
    return dy.Bool(nullable=True, metadata=_about(doc, null))


class Members(dy.Schema):
    """Who watches."""

    member_id = _key("the service's own id of the member")
    country = _country("where the member lives, ISO 3166-1 alpha-2")
    joined_at = _time("start of membership, UTC", "unknown")
    plan = _text("name of the subscription plan", "unknown")
    personalised = _yes("false = asked not to be profiled", "did not say; treated as true")


class Titles(dy.Schema):
    """What can be watched: films, series and their seasons and episodes."""

    title_id = _key("the service's own id of the title")
    name = dy.String(nullable=False, min_length=1, metadata=_about("name as shown to members"))
    original_name = _text("name in the country of origin", "the same as `name`, or unknown")
    kind = dy.Enum(KINDS, nullable=True, metadata=_about("what it is", "unknown"))
    parent_id = _text("title_id of the season or series it belongs to", "stands by itself")
    number = dy.Int32(nullable=True, min=0, metadata=_about("number within the parent, 0 = specials", "not numbered"))
    year = dy.Int32(nullable=True, min=1870, max=2200, metadata=_about("year of first release", "unknown"))
    released_on = _day("day of first release", "unknown")
    runtime_minutes = dy.Float32(
        nullable=True, min_exclusive=0, max=100_000, metadata=_about("length, minutes", "unknown")
    )
    languages = _texts("spoken languages, BCP 47 where known")
    countries = _texts("countries of production, ISO 3166-1 alpha-2 where known")
    genres = _texts("genres, in the service's own words")
    keywords = _texts("what it is about, in the service's own words")
    synopsis = _text("what happens, in a few sentences", "none")
    maturity = _text("rating of suitability, as given", "not rated")
    franchise = _text("name shared by titles of one franchise", "none")
    eidr = _text("EIDR id of the title", "none known")


class People(dy.Schema):
    """Who made it or appears in it."""

    person_id = _key("the service's own id of the person")
    name = dy.String(nullable=False, min_length=1, metadata=_about("name as credited"))
    isni = _text("ISNI, 16 digits", "none known")
    represented_by = _text("agent, guild or heir who speaks for the person", "speaks for themselves, or unknown")


class Credits(dy.Schema):
    """Who did what in which title."""

    title_id = _key("the title")
    person_id = _key("the person")
    role = _key("actor, director, writer, composer, …")
    billing = dy.Int32(nullable=True, min=1, metadata=_about("place in the credits, 1 = first", "not ordered"))
    character = _text("name of the part", "no part, or unknown")


class Views(dy.Schema):
    """One row a viewing. A log of ratings is views with `rating` and null `seconds`."""

    member_id = _key("who watched")
    title_id = _key("what was watched")
    started_at = dy.Datetime(
        nullable=False, primary_key=True, time_unit="us", time_zone="UTC", metadata=_about("start of the viewing, UTC")
    )
    seconds = dy.Int32(nullable=True, min=0, metadata=_about("time watched, seconds", "unknown"))
    rating = dy.Float32(
        nullable=True, min=0, max=10, metadata=_about("the member's rating, on the log's own scale", "none given")
    )
    device = _text("kind of device", "unknown")
    country = _country("where it was watched, ISO 3166-1 alpha-2")
    origin = _text("where the row came from, or the row of the page it was started from", "unknown")


class Windows(dy.Schema):
    """When and where a title of the catalogue may be shown."""

    title_id = _key("the title")
    territory = dy.String(primary_key=True, regex=COUNTRY, metadata=_about("country, ISO 3166-1 alpha-2"))
    starts_on = dy.Date(nullable=False, primary_key=True, metadata=_about("first day"))
    ends_on = _day("last day", "no end agreed")
    exclusive = _yes("nobody else may show it", "unknown")
    fee = dy.Int64(nullable=True, min=0, metadata=_about("licence fee, minor units of `currency`", "unknown"))
    currency = dy.String(nullable=True, regex=CURRENCY, metadata=_about("ISO 4217 code of `fee`", "no fee given"))


class Audience(dy.Schema):
    """Published or own totals of a title over a period."""

    title_id = _key("the title")
    territory = _key("country, ISO 3166-1 alpha-2, or `world`")
    starts_on = dy.Date(nullable=False, primary_key=True, metadata=_about("first day of the period"))
    ends_on = dy.Date(nullable=False, primary_key=True, metadata=_about("last day of the period"))
    origin = _key("who published it; `views` = computed from own views")
    hours = dy.Float64(nullable=True, min=0, metadata=_about("hours watched in the period", "unknown"))
    views = dy.Float64(nullable=True, min=0, metadata=_about("hours divided by runtime", "unknown"))
    available_from = _day("first day it could be watched", "unknown")
    worldwide = _yes("it could be watched in every country of the publisher", "unknown")
    category = _text("heading under which it was published, such as TV or Films (English)", "none")
    listed_as = _text("name under which it was published", "none")


class Exposures(dy.Schema):
    """One row a title shown to a member: what was on the page, by whose choice and with what chance."""

    exposure_id = _key("the service's own id of the exposure")
    member_id = dy.String(nullable=False, min_length=1, metadata=_about("who was shown it"))
    title_id = dy.String(nullable=False, min_length=1, metadata=_about("what was shown"))
    shown_at = dy.Datetime(
        nullable=False, time_unit="us", time_zone="UTC", metadata=_about("when the page was shown, UTC")
    )
    experiment = _text("name of the experiment that the page was part of", "none")
    arm = _text("arm of the experiment; on an interleaved page, the one that put the title there", "none")
    place = dy.Int32(nullable=True, min=1, metadata=_about("place in its row of the page, 1 = first", "unknown"))
    propensity = dy.Float64(
        nullable=True,
        min_exclusive=0,
        max=1,
        metadata=_about("probability with which the title was chosen for its place", "unknown"),
    )
    origin = _text("the row of the page it stood in, as in `origin` of views", "unknown")


class Candidates(Titles):
    """Titles one might buy or commission: the columns of titles, and the deal."""

    title_id = dy.String(
        nullable=True, min_length=1, metadata=_about("id in `titles`, once bought", "not in the catalogue")
    )
    candidate_id = _key("the buyer's own id of the offer")
    directors = _texts("names of the directors, as credited")
    writers = _texts("names of the writers, as credited")
    actors = _texts("names of the actors, as credited, first-billed first")
    price = dy.Int64(nullable=True, min=0, metadata=_about("price asked, minor units of `currency`", "not yet named"))
    currency = dy.String(nullable=True, regex=CURRENCY, metadata=_about("ISO 4217 code of `price`", "no price named"))
    licence = _text("right that is offered, as sellers write it: SVOD, AVOD, EST, …", "not said")
    territories = _texts("countries of the deal, ISO 3166-1 alpha-2", regex=COUNTRY)
    window_starts_on = _day("first day of the window", "to be agreed")
    window_ends_on = _day("last day of the window", "no end agreed")
    exclusive = _yes("nobody else may show it", "to be agreed")
    exclusive_with = _texts("candidate_ids that cannot be bought together with this one", "none")


TABLES: Mapping[str, type[dy.Schema]] = MappingProxyType({
    "members": Members,
    "titles": Titles,
    "people": People,
    "credits": Credits,
    "views": Views,
    "windows": Windows,
    "audience": Audience,
    "exposures": Exposures,
    "candidates": Candidates,
})


def key_columns(table: str) -> list[str]:
    """Name the columns that together identify a row of `table`, in declared order."""
    return [name for name, column in TABLES[table].columns().items() if column.primary_key]
