"""The catalogue as arrays over the model's titles, and what of it may be shown somewhere on a day.

Covers genres, franchises, languages, ages, the roll-up into series, and windows. What a member watched and what a
request asks for are in `compose` and `request`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from matinee.recommend.pages.maturity import read_age
from matinee.tables.log import find_roots


@dataclass(frozen=True)
class Catalogue:
    """What is known of the model's titles.

    Attributes:
        genre_names: in alphabetical order.
        genres: float32 (titles, genres), p(g|i): each genre of a title alike, summing to 1; zeros where unknown.
        franchises: int32 (titles,), number of the franchise; -1 = none.
        language_names: primary subtags in small letters ("en" of "en-GB"), in alphabetical order.
        languages: bool (titles, languages); no entry where unknown.
        ages: int16 (titles,), years from which a title is suitable; -1 = not rated, or by an unknown word.
        roots: int32 (titles,), row of the title each counts for: itself, or the series of an episode; -1 = it has
            left the catalogue.
        released: datetime64[D] (titles,), day of first release; NaT = unknown.
    """

    genre_names: Sequence[str]
    genres: NDArray[np.float32]
    franchises: NDArray[np.int32]
    language_names: Sequence[str]
    languages: NDArray[np.bool_]
    ages: NDArray[np.int16]
    roots: NDArray[np.int32]
    released: NDArray[np.datetime64]


@dataclass(frozen=True)
class Shelf:
    """What may be shown in one territory on one day.

    Attributes:
        open: bool (titles,); a title with a window anywhere, its own or where it has none its parts', needs one here
            that holds today; a title without any is always open.
        arrived: datetime64[D] (titles,), first day of the present window (windows that follow each other without a
            gap are one), or of release where there is no window; NaT = unknown.
    """

    open: NDArray[np.bool_]
    arrived: NDArray[np.datetime64]


def build_catalogue(titles: pl.DataFrame, title_ids: Sequence[str]) -> Catalogue:
    """Lay out the table `titles` as arrays in the model's order.

    Args:
        titles: rows of the table `titles`; those that the model does not have are left out.
        title_ids: the model's titles, in row order.

    Returns:
        the catalogue.
    """
    rows = pl.DataFrame({"title_id": title_ids}, schema={"title_id": pl.String}).with_row_index("title_row")
    own = rows.join(titles, on="title_id", how="left", maintain_order="left")
    genre_names, genres = _spread(own, pl.col("genres"))
    language_names, languages = _spread(own, pl.col("languages").list.eval(primary_subtag(pl.element())))
    ages = own["maturity"].map_elements(lambda word: _age(read_age(word)), pl.Int16, skip_nulls=True)
    root_rows = rows.select(root_id="title_id", root_row="title_row")
    roots = rows.join(find_roots(titles), on="title_id", how="left", maintain_order="left")
    roots = roots.join(root_rows, on="root_id", how="left", maintain_order="left")
    franchises = own["franchise"].rank("dense").cast(pl.Int32).fill_null(-1)
    return Catalogue(
        genre_names=genre_names,
        genres=genres / np.maximum(genres.sum(axis=1, keepdims=True), 1),
        franchises=franchises.to_numpy(),
        language_names=language_names,
        languages=languages > 0,
        ages=ages.fill_null(-1).to_numpy(),
        roots=roots["root_row"].cast(pl.Int32).fill_null(-1).to_numpy(),
        released=own["released_on"].to_numpy().astype("datetime64[D]"),
    )


def open_shelf(
    catalogue: Catalogue, windows: pl.DataFrame, row_of: Mapping[str, int], *, territory: str | None, day: date
) -> Shelf:
    """Find what may be shown in a territory on a day.

    Args:
        catalogue: the titles.
        windows: as `lend_windows` gives them; both days of a window belong to it, no last day = no end.
        row_of: row of each title by its id; windows of other titles are left out.
        territory: ISO 3166-1 alpha-2; None = unknown, so that only titles without any window are open.
        day: today.

    Returns:
        the shelf.
    """
    bound = np.zeros(len(catalogue.roots), np.bool_)
    bound[[row_of[title_id] for title_id in windows["title_id"].unique() if title_id in row_of]] = True
    is_open, arrived = ~bound, catalogue.released.copy()
    arrived[bound] = np.datetime64("NaT")
    for title_id, since in _join_windows(windows.filter(pl.col("territory") == (territory or "")), day).iter_rows():
        if title_id in row_of:
            is_open[row_of[title_id]] = True
            arrived[row_of[title_id]] = since
    return Shelf(is_open, arrived)


def lend_windows(windows: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    """Give each title without a window of its own the windows of its parts: a series those of its seasons.

    A part with windows speaks for its own parts; a part without any says nothing.

    Args:
        windows: rows of the table `windows`.
        titles: rows of the table `titles`.

    Returns:
        title_id, territory, starts_on, ends_on: the windows there are, and those that were lent.
    """
    own, above = set(windows["title_id"]), dict(titles.select("title_id", "parent_id").iter_rows())
    lent = []
    for part_id in own:
        line, parent = {part_id}, above.get(part_id)
        while parent is not None and parent not in own and parent not in line:
            lent.append((part_id, parent))
            line.add(parent)
            parent = above.get(parent)
    heirs = pl.DataFrame(lent, {"title_id": pl.String, "heir_id": pl.String}, orient="row")
    wanted = windows.select("title_id", "territory", "starts_on", "ends_on")
    inherited = wanted.join(heirs, on="title_id").select(pl.col("heir_id").alias("title_id"), *wanted.columns[1:])
    return pl.concat([wanted, inherited])


def primary_subtag(language: pl.Expr) -> pl.Expr:
    """Reduce language tags to what filters compare: "en" of "en-GB"."""
    return language.str.to_lowercase().str.split("-").list.first()


def _join_windows(windows: pl.DataFrame, day: date) -> pl.DataFrame:
    """Join windows that follow each other without a gap; keep the one of today: title_id, first day."""
    ends = pl.col("ends_on").fill_null(date.max)
    before = ends.cum_max().shift(1).over("title_id")
    fresh = (before.is_null() | (pl.col("starts_on").cast(pl.Int32) > before.cast(pl.Int32) + 1)).cast(pl.UInt32)
    runs = windows.sort("title_id", "starts_on").with_columns(run=fresh.cum_sum().over("title_id"))
    held = pl.col("starts_on") <= day, ends >= day
    today = runs.filter(*held).select("title_id", "run").unique()
    joined = runs.join(today, on=["title_id", "run"], how="semi")
    return joined.group_by("title_id").agg(pl.col("starts_on").min()).sort("title_id")


def _spread(titles: pl.DataFrame, values: pl.Expr) -> tuple[list[str], NDArray[np.float32]]:
    """Lay out a column of lists as a matrix of zeros and ones, one column a value."""
    pairs = titles.select("title_row", value=values).explode("value", empty_as_null=True).drop_nulls().unique()
    names = pairs["value"].unique().sort().to_list()
    column_of: dict[str, Any] = {name: column for column, name in enumerate(names)}
    matrix = np.zeros((len(titles), len(names)), np.float32)
    columns = pairs["value"].replace_strict(column_of, return_dtype=pl.Int32) if names else pairs["title_row"]
    matrix[pairs["title_row"].to_numpy(), columns.to_numpy()] = 1
    return names, matrix


def _age(age: int | None) -> int:
    return -1 if age is None else age
