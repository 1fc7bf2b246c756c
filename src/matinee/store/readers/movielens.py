"""MovieLens: ratings, titles, people and members of the GroupLens data sets.

Covers the layouts of 100K (`u.data`), 1M (`ratings.dat` or `ratings.parquet`, with or without
`movies_extrainfos.dat`), latest and 25M (`ratings.csv`), and RecBole's atomic files (`NAME.inter`). Ids are those of
MovieLens. Age, gender, occupation and zip code of members are left out: the tables have no place for them. Tags and
links to other catalogues are left out as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from matinee.errors import BadFile
from matinee.store.readers.batch import Batch
from matinee.store.readers.fields import Layout, read_all_fields
from matinee.store.readers.movielens_names import split_name
from matinee.store.readers.slug import slug
from matinee.store.readers.table import read_table
from matinee.tables.problems import UNREADABLE, names_in_file

ORIGIN = "movielens"

GENRES_100K = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
"""Genres of `u.item`, in the order of its flags."""

_VIEWS = ("member_id", "title_id", "rating", "started_at")
_TITLES = ("title_id", "name", "kind", "year", "released_on", "genres", "synopsis", "maturity")
_EXTRAS = (
    "title_id", "extra_name", "extra_year", "maturity", "released_on", "extra_genres",
    "director", "writer", "actor", "synopsis", "poster",
)  # fmt: skip
_NOTHING = ("", "N/A", "unknown", "(no genres listed)", "UNRATED", "Not Rated", "Unrated")


def read_movielens(path: Path) -> Iterator[Batch]:
    """Read a folder of MovieLens.

    Args:
        path: the unpacked folder.

    Yields:
        Titles, then people and credits where the folder has them, members, and last views with origin "movielens".

    Raises:
        BadFile: not a folder, or none of the layouts.
    """
    if not path.is_dir():
        raise BadFile("is not a folder", where=str(path), todo="name the unpacked folder of MovieLens")
    atomic = sorted(path.glob("*.inter"))
    if (path / "u.data").is_file() and (path / "u.item").is_file():
        yield from _read_100k(path)
    elif (path / "movies.dat").is_file():
        yield from _read_1m(path)
    elif (path / "ratings.csv").is_file() and (path / "movies.csv").is_file():
        yield from _read_latest(path)
    elif len(atomic) == 1:
        yield from _read_atomic(atomic[0])
    else:
        raise BadFile(
            "has none of u.data and u.item, movies.dat, ratings.csv and movies.csv, or one NAME.inter",
            where=str(path),
            todo="name the folder that holds them, or use `matinee import table` for other files",
        )


def _read_100k(path: Path) -> Iterator[Batch]:
    columns = ("title_id", "name", "released_on", "video_released_on", "imdb_url", *GENRES_100K)
    items = _read(path / "u.item", "|", columns)
    flags = [pl.when(pl.col(genre) == "1").then(pl.lit(genre)) for genre in GENRES_100K[1:]]
    # The first of January stands for "some day of that year" in this file.
    dated = pl.when(~pl.col("released_on").str.starts_with("01-Jan")).then("released_on").alias("released_on")
    titles = items.with_columns(dated, pl.concat_str(flags, separator="|", ignore_nulls=True).alias("genres"))
    yield _titles(titles, path / "u.item", time="%d-%b-%Y")
    yield from _members(path / "u.user", "|", ("member_id", "age", "gender", "occupation", "zip"))
    yield from _views(path / "u.data", sep="\t", columns=[*_VIEWS])


def _read_1m(path: Path) -> Iterator[Batch]:
    titles = _read(path / "movies.dat", "::", ("title_id", "name", "genres"))
    extras_path = path / "movies_extrainfos.dat"
    if extras_path.is_file():
        extras = _read(extras_path, "::", _EXTRAS).filter(pl.col("title_id").is_not_null())
        told = extras.select("title_id", "maturity", "released_on", "extra_genres", "synopsis").unique("title_id")
        titles = titles.join(told, on="title_id", how="left", maintain_order="left").with_columns(_both_genres())
        yield _titles(titles, path / "movies.dat", time="%d %b %Y")
        yield from _people(extras.join(titles, on="title_id", how="semi", maintain_order="left"), extras_path)
    else:
        yield _titles(titles, path / "movies.dat")
    yield from _members(path / "users.dat", "::", ("member_id", "gender", "age", "occupation", "zip"))
    if (path / "ratings.parquet").is_file():
        theirs = {"member_id": "user_id", "title_id": "movie_id", "started_at": "timestamp"}
        yield from _views(path / "ratings.parquet", renames=theirs)
    else:
        yield from _views(path / "ratings.dat", sep="::", columns=[*_VIEWS])


def _read_latest(path: Path) -> Iterator[Batch]:
    movies = read_all_fields(path / "movies.csv", Layout(","))
    _check_header(movies, ("movieId", "title", "genres"), path / "movies.csv")
    yield _titles(movies.rename({"movieId": "title_id", "title": "name"}), path / "movies.csv")
    theirs = {"member_id": "userId", "title_id": "movieId", "started_at": "timestamp"}
    members = pl.DataFrame(schema={"row": pl.Int64, "member_id": pl.String})
    for batch in _views(path / "ratings.csv", renames=theirs):
        met = batch.frame.select("row", "member_id").drop_nulls().unique("member_id", keep="first", maintain_order=True)
        members = pl.concat([members, met]).unique("member_id", keep="first", maintain_order=True)
        yield batch
    yield Batch("members", "ratings.csv", members)


def _read_atomic(path: Path) -> Iterator[Batch]:
    """Read RecBole's atomic files: tab separated, columns named `name:type`, items in words separated by spaces."""
    items, users = path.with_suffix(".item"), path.with_suffix(".user")
    if items.is_file():
        frame = read_all_fields(items, Layout("\t", is_quoted=False))
        ours = {
            "item_id": "title_id",
            "movie_title": "name",
            "release_year": "year",
            "class": "genres",
            "genre": "genres",
        }
        frame = frame.rename({name: ours.get(name.split(":")[0], name) for name in frame.columns})
        _check_header(frame, ("title_id", "name"), items)
        if "genres" in frame.columns:
            frame = frame.with_columns(pl.col("genres").str.replace_all(" ", "|", literal=True))
        if "year" in frame.columns:  # RecBole cut it out of the name, and wrote other things where there was none
            frame = frame.with_columns(pl.col("year").str.extract(r"^(\d{4})$"))
        yield _titles(frame, items)
    if users.is_file():
        frame = read_all_fields(users, Layout("\t", is_quoted=False))
        _check_header(frame, ("user_id:token",), users)
        yield Batch("members", users.name, _keep(frame.rename({"user_id:token": "member_id"}), ("member_id",)))
    theirs = {"member_id": "user_id:token", "title_id": "item_id:token", "started_at": "timestamp:float"}
    yield from _views(path, sep="\t", renames=theirs | {"rating": "rating:float"})


def _read(path: Path, sep: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Read a small file without header; the older data sets are in Latin-1, copies of them often in UTF-8."""
    if not path.is_file():
        raise BadFile("no such file", where=str(path), todo="unpack the whole of MovieLens into one folder")
    try:
        path.read_bytes().decode()
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "latin-1"
    return read_all_fields(path, Layout(sep, columns, is_quoted=False, encoding=encoding))


def _check_header(frame: pl.DataFrame, names: tuple[str, ...], path: Path) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        there = ", ".join(names_in_file(frame))
        raise BadFile(
            f"no column {missing[0]}; the file has {there}", where=str(path), todo="use `matinee import table` for it"
        )


def _keep(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    return frame.select(name for name in ("row", *names, UNREADABLE) if name in frame.columns)


def _titles(frame: pl.DataFrame, path: Path, *, time: str | None = None) -> Batch:
    """Make a batch of films: names in reading order, years out of names, words that stand for nothing as null."""
    names = [split_name(name) if name else (None, None) for name in frame["name"]]
    has_words = [name for name in ("genres", "maturity", "synopsis", "released_on") if name in frame.columns]
    titles = frame.with_columns(
        pl.Series("name", [name for name, _ in names], pl.String),
        pl.lit("film").alias("kind"),
        *(pl.when(~pl.col(name).is_in(_NOTHING)).then(name).alias(name) for name in has_words),
    )
    if "year" not in titles.columns:
        titles = titles.with_columns(pl.Series("year", [year for _, year in names], pl.Int32))
    return Batch("titles", path.name, _keep(titles, _TITLES), time)


def _both_genres() -> pl.Expr:
    """Join the genres of both files, each once."""
    extra = pl.col("extra_genres").str.replace_all(", ", "|", literal=True)
    words = pl.concat_str("genres", extra, separator="|", ignore_nulls=True).str.split("|")
    return words.list.unique(maintain_order=True).list.set_difference([*_NOTHING]).list.join("|").alias("genres")


def _people(extras: pl.DataFrame, path: Path) -> Iterator[Batch]:
    """Make people and credits of the lists of names; a name is a person, and only actors are billed in order."""
    roles = [_credits(extras, role) for role in ("director", "writer", "actor")]
    credits = pl.concat(roles).unique(["title_id", "person_id", "role"], keep="first", maintain_order=True)
    people = credits.sort("row", maintain_order=True).unique("person_id", keep="first", maintain_order=True)
    yield Batch("people", path.name, people.select("row", "person_id", "name"))
    yield Batch("credits", path.name, credits.select("row", "title_id", "person_id", "role", "billing"))


def _credits(extras: pl.DataFrame, role: str) -> pl.DataFrame:
    names = pl.col(role).str.replace_all(r"\s*\([^)]*\)", "").str.split(",")
    listed = extras.select(
        "row", "title_id", names.alias("name"), pl.int_ranges(1, names.list.len() + 1).alias("billing")
    )
    named = listed.explode("name", "billing").with_columns(pl.col("name").str.strip_chars())
    named = named.filter(pl.col("name").is_not_null() & ~pl.col("name").is_in(_NOTHING))
    return named.with_columns(
        pl.col("name").map_elements(slug, return_dtype=pl.String).alias("person_id"),
        pl.lit(role).alias("role"),
        pl.col("billing") if role == "actor" else pl.lit(None, pl.Int64).alias("billing"),
    )


def _members(path: Path, sep: str, columns: tuple[str, ...]) -> Iterator[Batch]:
    if path.is_file():
        yield Batch("members", path.name, _keep(_read(path, sep, columns), ("member_id",)))


def _views(
    path: Path, *, sep: str | None = None, columns: list[str] | None = None, renames: dict[str, str] | None = None
) -> Iterator[Batch]:
    for batch in read_table(path, "views", sep=sep, columns=columns, renames=renames, time="unix"):
        views = _keep(batch.frame, _VIEWS).with_columns(pl.lit(ORIGIN).alias("origin"))
        yield replace(batch, frame=views)
