"""Offers: what is wrong with a candidate as a deal, beyond what its single columns can say.

Covers what must fit together (price and currency, the days of a window, exclusives of one title), what a forecast
cannot do without (a kind) and what it would miss (runtime, known genres). It guesses nothing: what is missing is said,
and the other candidates go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import polars as pl

from matinee.acquire.names import normalise, read_name
from matinee.tables.problems import concat_problems, problems_of

_NO_RUNTIME = ("live", "game")
"""Kinds whose length nobody knows before."""

_COMPARED = (
    *("candidate_id", "eidr", "name", "kind", "year", "number"),
    *("exclusive", "territories", "window_starts_on", "window_ends_on"),
)
"""What tells whether two exclusives overlap."""

_LISTED = 10
_LAST_DAY = date(9999, 12, 31)
_FIRST_DAY = date(1, 1, 1)

Rule = Callable[[pl.DataFrame, str, date], pl.DataFrame]
"""Takes candidates with `row`, their file and today; gives the problems."""


def check_offers(
    frame: pl.DataFrame, *, file: str, today: date, before: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part candidates that can be weighed from the others.

    Args:
        frame: rows of the table candidates, and `row`.
        file: the file they come from.
        today: a window that ended before it cannot be bought.
        before: what came before, of `join_offers`, None = nothing; offers whose candidate_id stands in `frame` are
            replaced, so that nothing is checked against them.

    Returns:
        The good rows, and all problems of the others.
    """
    found = [rule(frame, file, today) for rule in RULES]
    problems = concat_problems([*found, _find_sold_twice(frame, before, file)])
    return frame.filter(~pl.col("row").is_in(problems["row"].implode())), problems


def join_offers(before: pl.DataFrame | None, offers: pl.DataFrame, *, file: str | None) -> pl.DataFrame:
    """Put offers behind those that came before; of one candidate_id only the later stay.

    Args:
        before: what this function gave for those before, None = none.
        offers: rows of the table candidates; of one candidate_id the first counts.
        file: the file they come from, None = they are stored already.
    """
    added = offers.select(*_COMPARED, pl.lit(file, pl.String).alias("file")).unique(
        "candidate_id", keep="first", maintain_order=True
    )
    return added if before is None else pl.concat([_drop_replaced(before, added), added])


def _drop_replaced(before: pl.DataFrame, offers: pl.DataFrame) -> pl.DataFrame:
    return before.join(offers, on="candidate_id", how="anti", maintain_order="left")


def note_offers(frame: pl.DataFrame, genres: set[str], *, file: str, today: date) -> list[str]:
    """Say what a buyer should know of good candidates: unknown genres, no runtime, windows that have begun.

    Args:
        frame: rows of the table candidates, and `row`.
        genres: those of the service's titles; none if their genres are unknown.
        file: the file they come from.
        today: the day of the import.

    Returns:
        Sentences, one a matter.
    """
    named = frame.select("candidate_id", pl.col("genres").alias("genre")).explode("genre").drop_nulls()
    unknown = named.filter(~pl.col("genre").is_in([*genres])) if genres else named.clear()
    notes = [
        f"{file}: genre '{genre}' of {_list_ids(rows)} is one that no title has; it says nothing to a forecast"
        for (genre,), rows in unknown.group_by("genre", maintain_order=True)
    ]
    is_timed = ~pl.col("kind").cast(pl.String).is_in(_NO_RUNTIME)
    untimed = frame.filter(pl.col("runtime_minutes").is_null() & is_timed)
    notes += [f"{file}: {_list_ids(untimed)}: no runtime; views cannot be told from hours"] if untimed.height else []
    begun = frame.filter(pl.col("window_starts_on") < today)
    notes += [f"{file}: the window of {_list_ids(begun)} began before today"] if begun.height else []
    return notes


def note_undated(offers: pl.DataFrame) -> list[str]:
    """Say which candidates have no year, no release and no window, so that they are taken for new: a sentence or none.

    Args:
        offers: rows of the table candidates.
    """
    undated = offers.filter(pl.all_horizontal(pl.col("year", "released_on", "window_starts_on").is_null()))
    return [f"{_list_ids(undated)}: no year, release or window; taken for new"] if undated.height else []


def _list_ids(rows: pl.DataFrame) -> str:
    ids = rows["candidate_id"].unique(maintain_order=True)
    more = f" and {len(ids) - _LISTED:,} more" if len(ids) > _LISTED else ""
    return ", ".join(ids.head(_LISTED)) + more


def find_overlaps(offers: pl.DataFrame) -> pl.DataFrame:
    """Find pairs of exclusive offers of one title whose windows overlap in a territory.

    Args:
        offers: rows of the table candidates, and `row`. Titles are one if they share an EIDR id, or name, kind and
            year. No territories means any, no first or last day an open window.

    Returns:
        `row` of the later offer, `first` (row) and `first_id` (candidate_id) of the earlier, and `territory`, the
        first that they share: one row a later offer.
    """
    found: dict[int, tuple[int, int, str, str]] = {}
    for earlier, later, shared in _overlaps(offers.filter("exclusive").sort("row")):
        found.setdefault(later["row"], (later["row"], earlier["row"], earlier["candidate_id"], shared))
    schema = {"row": pl.Int64, "first": pl.Int64, "first_id": pl.String, "territory": pl.String}
    return pl.DataFrame([*found.values()], schema=schema, orient="row")


def find_clashes(offers: pl.DataFrame) -> list[tuple[str, str]]:
    """List the pairs of offers that cannot be bought together, by candidate_id, each pair once.

    They exclude each other by `exclusive_with`, whichever of the two says so, or are the same work (as in
    `find_overlaps`) at the same time in the same territory, exclusive or not: it would be paid for twice.

    Args:
        offers: rows of the table candidates.
    """
    known = {*offers["candidate_id"]}
    named = offers.select("candidate_id", pl.col("exclusive_with").alias("other")).explode("other").drop_nulls()
    pairs = {_pair(one, other) for one, other in named.iter_rows() if other in known and one != other}
    pairs |= {_pair(one["candidate_id"], other["candidate_id"]) for one, other, _ in _overlaps(offers)}
    return sorted(pairs)


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _overlaps(offers: pl.DataFrame) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    """Find pairs of offers of one work whose windows overlap in a territory: the earlier row, the later, where.

    Two rows of one candidate_id are one offer said twice, which the rule of keys finds.
    """
    for _, same in offers.with_columns(_work_key(offers)).group_by("work", maintain_order=True):
        rows = same.rows(named=True) if same.height > 1 else []
        for place, later in enumerate(rows):
            for earlier in rows[:place]:
                shared = _shared_territory(earlier["territories"], later["territories"])
                is_other = earlier["candidate_id"] != later["candidate_id"]
                if shared is not None and is_other and _overlap(earlier, later):
                    yield earlier, later, shared


def _work_key(offers: pl.DataFrame) -> pl.Series:
    """Name the work of each offer."""
    keys = []
    for row in offers.select("eidr", "name", "kind", "year", "number").iter_rows(named=True):
        name = read_name(row["name"])
        season = (name.season.number, name.season.part) if name.season else row["number"]
        keys.append(row["eidr"] or f"{normalise(name.stem)}|{season}|{row['kind']}|{row['year'] or name.year}")
    return pl.Series("work", keys, pl.String)


def _shared_territory(one: list[str] | None, other: list[str] | None) -> str | None:
    """Find a territory that two offers share, in words where neither names one; None if there is none."""
    if not one or not other:
        return next(iter(one or other or []), "any territory")
    return next((each for each in one if each in other), None)


def _overlap(one: dict[str, date | None], other: dict[str, date | None]) -> bool:
    starts = [each["window_starts_on"] or _FIRST_DAY for each in (one, other)]
    ends = [each["window_ends_on"] or _LAST_DAY for each in (one, other)]
    return max(starts) <= min(ends)


def _find_kindless(frame: pl.DataFrame, file: str, today: date) -> pl.DataFrame:
    """Find candidates without kind: a film and a season differ tenfold in hours."""
    del today
    bad = frame.filter(pl.col("kind").is_null())
    return _say(bad, file, "kind", pl.lit(None), "film, season, series, …: nothing can be forecast without")


def _find_unpriced(frame: pl.DataFrame, file: str, today: date) -> pl.DataFrame:
    """Find prices without a currency."""
    del today
    bad = frame.filter(pl.col("price").is_not_null() & pl.col("currency").is_null())
    return _say(bad, file, "price", pl.col("price").cast(pl.String), "a price with its currency, as EUR")


def _find_past(frame: pl.DataFrame, file: str, today: date) -> pl.DataFrame:
    """Find windows that ended before they began, or before today."""
    starts_on, ends_on = pl.col("window_starts_on"), pl.col("window_ends_on")
    turned = frame.filter(ends_on < starts_on)
    past = frame.filter((ends_on < today) & ~(ends_on < starts_on).fill_null(value=False))
    wanted = pl.format("on or after its first day, {}", starts_on.cast(pl.String))
    return concat_problems([
        _say(turned, file, "window_ends_on", ends_on.cast(pl.String), wanted),
        _say(past, file, "window_ends_on", ends_on.cast(pl.String), "a day to come: the window is over"),
    ])


def _find_sold_twice(frame: pl.DataFrame, before: pl.DataFrame | None, file: str) -> pl.DataFrame:
    """Find exclusives that overlap with one that came before or stands before them."""
    kept = _drop_replaced(join_offers(before, frame.clear(), file=None), frame)
    numbered = kept.with_columns(pl.int_range(-kept.height, 0, dtype=pl.Int64).alias("row"))
    overlaps = find_overlaps(pl.concat([numbered.select("row", *_COMPARED), frame.select("row", *_COMPARED)]))
    places = numbered.select(
        pl.col("row").alias("first"), pl.format(" of {},", "file").fill_null(", imported before,").alias("place")
    )
    bad = frame.join(overlaps.join(places, on="first", how="left"), on="row", maintain_order="left")
    place = pl.col("place").fill_null("")
    wanted = pl.format("a window of its own: {}{} is exclusive in {} at the same time", "first_id", place, "territory")
    said = bad.select(wanted.alias("wanted"))["wanted"]
    days = pl.format(
        "{} to {}", *(pl.col(f"window_{end}").cast(pl.String).fill_null("open") for end in ("starts_on", "ends_on"))
    )
    rows = bad.drop("first", "first_id", "territory", "place")
    return _say(rows, file, "window_starts_on", days, pl.lit(said))


def _say(bad: pl.DataFrame, file: str, column: str, value: pl.Expr, wanted: str | pl.Expr) -> pl.DataFrame:
    return problems_of(bad, table="candidates", file=file, column=column, value=value, wanted=wanted)


RULES: tuple[Rule, ...] = (_find_kindless, _find_unpriced, _find_past)
