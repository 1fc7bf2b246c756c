"""The people whom candidates name, found among those of the service.

Covers directors, writers and actors, by name. A name that several people bear is theirs whose work it is by role; where
that leaves several, nobody's: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from matinee.acquire.names import normalise
from matinee.tables.schemas import TABLES

ROLES = {"director": "directors", "writer": "writers", "actor": "actors"}
"""Role of a credit -> column of candidates."""

_SHOWN = 5


def credit_offers(offers: pl.DataFrame, people: pl.DataFrame, credits: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Credit candidates with the people they name; without any, with those of the title of ours that they are.

    Args:
        offers: rows of the table candidates.
        people: rows of the table people.
        credits: rows of the table credits.

    Returns:
        Rows of the table credits whose title_id is a candidate_id, and sentences on names that were not found.
    """
    bearers = _list_bearers(people, credits)
    found: list[tuple[str, str, str, int]] = []
    lost: list[str] = []
    for candidate_id, role, name, billing in _named(offers):
        person_id = _choose(bearers.get(normalise(name), {}), role)
        if person_id is None:
            lost.append(name)
        else:
            found.append((candidate_id, person_id, role, billing))
    schema = TABLES["credits"].create_empty().schema
    named = pl.DataFrame(found, schema={name: schema[name] for name in list(schema)[:4]}, orient="row")
    is_nameless = pl.all_horizontal(pl.col(column).list.len().fill_null(0) == 0 for column in ROLES.values())
    own = credits.join(offers.filter(is_nameless).select("title_id", "candidate_id"), on="title_id")
    own = own.with_columns(title_id="candidate_id").drop("candidate_id")
    named = named.unique(["title_id", "person_id", "role"], keep="first", maintain_order=True)
    return pl.concat([named, own], how="diagonal"), _say_lost(lost)


def name_people(titles: pl.DataFrame, people: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """Add the names of the people of titles, a list a role; of namesakes with their ids.

    Args:
        titles: frame with title_id, and none of the columns of `ROLES`.
        people: rows of the table people.
        credits: rows of the table credits.

    Returns:
        The same rows in the same order with the columns of `ROLES`; null where nobody is credited.
    """
    is_shared = pl.len().over(pl.col("name").str.to_lowercase()) > 1
    full = pl.format("{} ({})", "name", "person_id")
    named = people.select("person_id", person=pl.when(is_shared).then(full).otherwise("name"))
    credited = credits.join(named, on="person_id").sort("title_id", "billing", "person")
    lists = [pl.col("person").filter(pl.col("role") == role).alias(column) for role, column in ROLES.items()]
    found = credited.group_by("title_id").agg(lists)
    found = found.with_columns(pl.when(pl.col(each).list.len() > 0).then(each).alias(each) for each in ROLES.values())
    return titles.join(found, on="title_id", how="left", maintain_order="left")


def _named(offers: pl.DataFrame) -> Iterator[tuple[str, str, str, int]]:
    for row in offers.select("candidate_id", *ROLES.values()).iter_rows(named=True):
        for role, column in ROLES.items():
            for place, name in enumerate(row[column] or (), start=1):
                yield row["candidate_id"], role, name, place


def _list_bearers(people: pl.DataFrame, credits: pl.DataFrame) -> dict[str, dict[str, set[str]]]:
    """List who bears each name: person_id -> roles."""
    roles = dict(credits.group_by("person_id").agg(pl.col("role").unique()).iter_rows())
    found: dict[str, dict[str, set[str]]] = {}
    for person_id, name in people.select("person_id", "name").iter_rows():
        found.setdefault(normalise(name), {})[person_id] = {*roles.get(person_id, ())}
    return found


def _choose(bearers: Mapping[str, set[str]], role: str) -> str | None:
    if len(bearers) > 1:
        bearers = {person_id: roles for person_id, roles in bearers.items() if role in roles}
    return next(iter(bearers)) if len(bearers) == 1 else None


def _say_lost(names: list[str]) -> list[str]:
    different = [*dict.fromkeys(names)]
    if not different:
        return []
    more = f" and {len(different) - _SHOWN:,} more" if len(different) > _SHOWN else ""
    return [f"not the name of one person of the service, and so of no use: {', '.join(different[:_SHOWN])}{more}"]
