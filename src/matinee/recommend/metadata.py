"""What is known of a title before anybody watched it, as one sparse row a title.

Covers genres, people, words of the synopsis and the like, weighted by how rare they are. Nothing here looks at views.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

WORD_WEIGHT = 0.3
"""How much a word of the synopsis counts beside a genre, a person or a year (1): there are many, most mean nothing."""

MIN_TITLES = 2
"""A feature that fewer titles share says nothing about another title; nor does one that all share."""


def build_features(titles: pl.DataFrame, people: pl.DataFrame, credits: pl.DataFrame) -> csr_array:
    """Describe each title by what it shares with others.

        f(t, x) = weight(field of x) * ln(titles / titles with x),   rows scaled to length 1

    Args:
        titles: rows of the table `titles`, in the order wanted.
        people: rows of the table `people`; unused names are no harm.
        credits: rows of the table `credits`.

    Returns:
        float32 (len(titles), features); a title of which nothing telling is known is a row of zeros.
    """
    named = credits.join(people.select("person_id"), on="person_id", how="semi")
    features = pl.concat([_of_titles(titles), _of_credits(titles, named)]).unique()
    counted = features.with_columns(n=pl.len().over("field", "value"))
    counted = counted.filter(pl.col("n").is_between(MIN_TITLES, len(titles) - 1))
    weight = pl.when(pl.col("field") == "word").then(WORD_WEIGHT).otherwise(1.0)
    counted = counted.with_columns(
        column=pl.struct("field", "value").rank("dense") - 1, weight=weight * (len(titles) / pl.col("n")).log()
    )
    rows, columns = counted["row"].to_numpy().astype(np.int32), counted["column"].to_numpy().astype(np.int32)
    shape = (len(titles), int(columns.max(initial=-1)) + 1)
    return _scale_rows(csr_array((counted["weight"].to_numpy().astype(np.float32), (rows, columns)), shape=shape))


def _of_titles(titles: pl.DataFrame) -> pl.DataFrame:
    rows = titles.with_row_index("row")
    year = pl.coalesce("year", pl.col("released_on").dt.year())
    words = pl.col("synopsis").str.to_lowercase().str.extract_all(r"[\p{L}']{3,}")
    single = {
        "kind": pl.col("kind").cast(pl.String),
        "maturity": pl.col("maturity"),
        "franchise": pl.col("franchise"),
        "year": year.cast(pl.String),
        "lustrum": (year // 5).cast(pl.String),
        "decade": (year // 10).cast(pl.String),
    }
    many = {
        "genre": pl.col("genres"),
        "keyword": pl.col("keywords"),
        "language": pl.col("languages"),
        "country": pl.col("countries"),
        "word": words,
    }
    parts = [rows.select("row", field=pl.lit(f), value=e) for f, e in single.items()]
    parts += [
        rows.select("row", field=pl.lit(f), value=e).explode("value", empty_as_null=True) for f, e in many.items()
    ]
    return pl.concat(parts).drop_nulls()


def _of_credits(titles: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    rows = titles.select("title_id").with_row_index("row")
    return credits.join(rows, on="title_id").select("row", field="role", value="person_id")


def _scale_rows(matrix: csr_array) -> csr_array:
    squares = np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel()
    lengths: NDArray[np.float32] = np.sqrt(squares).astype(np.float32)
    matrix.data /= np.repeat(lengths, np.diff(matrix.indptr))
    return matrix
