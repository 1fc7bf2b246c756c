import polars as pl
import pytest

from matinee.errors import BadFile
from matinee.store.readers.movielens import read_movielens
from matinee.store.readers.movielens_names import split_name
from matinee.tables.check import check, check_keys, check_service
from matinee.tables.convert import convert


def write(folder, **files):
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)


def load(path):
    """Read, convert and check a folder as an import does; a table's rows, and the problems of all."""
    tables: dict[str, list[pl.DataFrame]] = {}
    problems = []
    for batch in read_movielens(path):
        typed, unreadable = convert(batch.table, batch.frame, file=batch.file, time=batch.time)
        valid, broken = check(batch.table, typed, file=batch.file)
        good, repeated = check_keys(batch.table, valid, file=batch.file)
        tables.setdefault(batch.table, []).append(good.drop("row"))
        problems += [unreadable, broken, repeated]
    return {table: pl.concat(frames) for table, frames in tables.items()}, pl.concat(problems)


@pytest.mark.parametrize(
    ("text", "name", "year"),
    [
        ("Toy Story (1995)", "Toy Story", 1995),
        ("Matrix, The (1999)", "The Matrix", 1999),
        ("Postino, Il (The Postman) (1994)", "Il Postino (The Postman)", 1994),
        ("City of Lost Children, The (Cité des enfants perdus, La) (1995)",
         "The City of Lost Children (La Cité des enfants perdus)", 1995),
        ("Star Maker, The (Uomo delle stelle, L') (1995)", "The Star Maker (L'Uomo delle stelle)", 1995),
        ("Professional, The (a.k.a. Leon: The Professional) (1994)",
         "The Professional (a.k.a. Leon: The Professional)", 1994),
        ("Paris, Texas (1984)", "Paris, Texas", 1984),
        ("Two Friends (1986) ", "Two Friends", 1986),
        ("Land Before Time III (1995) (V)", "Land Before Time III", 1995),
        ("Fawlty Towers (1975-1979)", "Fawlty Towers", 1975),
        ("2001: A Space Odyssey (1968)", "2001: A Space Odyssey", 1968),
        ("unknown", "unknown", None),
        ("(1999)", "(1999)", 1999),
    ],
)  # fmt: skip
def test_years_come_out_of_names_and_articles_to_the_front(text, name, year):
    assert split_name(text) == (name, year)


def test_the_100k_layout(tmp_path):
    flags = "0|0|0|1|1" + "|0" * 14
    items = f"1|Misérables, Les (1995)|01-Jan-1995||url|{flags}\n2|GoldenEye (1995)|17-Nov-1995||url|1{'|0' * 18}\n"
    write(tmp_path, u__item=items.encode("latin-1"), u__data=b"7\t1\t3\t881250949\n", u__user=b"7|24|M|other|85711\n")
    tables, problems = load(tmp_path)
    assert problems.is_empty()
    titles = tables["titles"].select("title_id", "name", "year", "genres").rows()
    assert titles == [
        ("1", "Les Misérables", 1995, ["Animation", "Children's"]),
        ("2", "GoldenEye", 1995, None),
    ]
    assert tables["titles"]["released_on"].cast(pl.String).to_list() == [None, "1995-11-17"]
    assert tables["members"]["member_id"].to_list() == ["7"]
    view = tables["views"].with_columns(pl.col("started_at").dt.epoch("s")).row(0, named=True)
    assert (view["rating"], view["started_at"], view["origin"], view["seconds"]) == (3.0, 881250949, "movielens", None)


def test_the_1m_layout_with_what_another_file_tells_of_its_films(tmp_path):
    extras = (
        "1::Toy Story::1995::G::22 Nov 1995::Animation, Comedy::John Lasseter::"
        "Joss Whedon (screenplay), Pete Docter (story), Joss Whedon (x)::Tom Hanks, Tim Allen::A boy, a doll.::url\n"
        "2::Dull::N/A::UNRATED::N/A::N/A::N/A::N/A::N/A::N/A::url\n"
    )
    write(
        tmp_path,
        movies__dat="1::Toy Story (1995)::Animation|Children's\n2::Amélie (2001)::Comedy\n".encode("latin-1"),
        movies_extrainfos__dat=extras.encode(),
        users__dat=b"1::F::1::10::48067\n",
        ratings__dat=b"1::1::5::978824268\n",
    )
    tables, problems = load(tmp_path)
    assert problems.is_empty()
    toy = tables["titles"].row(0, named=True)
    assert (toy["genres"], toy["maturity"], toy["synopsis"]) == (
        ["Animation", "Children's", "Comedy"], "G", "A boy, a doll.",
    )  # fmt: skip
    assert tables["titles"].select("name", "genres", "maturity", "synopsis").row(1) == (
        "Amélie",
        ["Comedy"],
        None,
        None,
    )
    assert tables["people"].select("person_id", "name").row(0) == ("john-lasseter", "John Lasseter")
    assert tables["credits"].select("person_id", "role", "billing").rows() == [
        ("john-lasseter", "director", None),
        ("joss-whedon", "writer", None),
        ("pete-docter", "writer", None),
        ("tom-hanks", "actor", 1),
        ("tim-allen", "actor", 2),
    ]


def test_the_layout_of_latest_and_25m(tmp_path):
    movies = b'movieId,title,genres\n11,"American President, The (1995)",Comedy|Drama\n12,Heat,(no genres listed)\n'
    ratings = b"userId,movieId,rating,timestamp\n1,11,4.5,1112486027\n1,12,3.0,1112486028\n2,11,1.0,1112486029\n"
    write(tmp_path, movies__csv=movies, ratings__csv=ratings)
    tables, problems = load(tmp_path)
    assert problems.is_empty()
    assert tables["titles"].select("name", "genres").rows() == [
        ("The American President", ["Comedy", "Drama"]),
        ("Heat", None),
    ]
    assert tables["members"]["member_id"].to_list() == ["1", "2"]
    assert tables["views"]["rating"].to_list() == [4.5, 3.0, 1.0]


def test_atomic_files(tmp_path):
    items = (
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        "1\tUsual Suspects, The\t1995\tFilm-Noir Children's\n2\tLand\tV\tunknown\n"
    )
    write(
        tmp_path,
        **{"ml-100k__inter": b"user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t1\t3\t881250949\n"},
        **{"ml-100k__item": items.encode(), "ml-100k__user": b"user_id:token\tage:token\n196\t49\n"},
    )
    tables, problems = load(tmp_path)
    assert problems.is_empty()
    assert tables["titles"].select("name", "year", "genres").rows() == [
        ("The Usual Suspects", 1995, ["Film-Noir", "Children's"]),
        ("Land", None, None),
    ]
    assert tables["members"]["member_id"].to_list() == ["196"]
    assert tables["views"]["title_id"].to_list() == ["1"]


def test_titles_come_before_views(tmp_path):
    test_the_layout_of_latest_and_25m(tmp_path)
    names = [batch.table for batch in read_movielens(tmp_path)]
    assert names.index("titles") < names.index("views")


def test_a_torn_line_is_a_problem_and_the_rest_goes_on(tmp_path):
    write(tmp_path, movies__dat=b"1::Heat (1995)::Action\n2::no genres\n", ratings__dat=b"1::1::5::978824268\n1::1\n")
    tables, problems = load(tmp_path)
    assert problems.select("file", "row", "value").rows() == [
        ("movies.dat", 2, "2::no genres"),
        ("ratings.dat", 2, "1::1"),
    ]
    assert (tables["titles"].height, tables["views"].height) == (1, 1)


def test_other_folders_and_files_are_refused(tmp_path):
    with pytest.raises(BadFile, match=r"has none of u\.data and u\.item, .*`matinee import table`"):
        list(read_movielens(tmp_path))
    (tmp_path / "x.csv").write_text("a")
    with pytest.raises(BadFile, match=r"is not a folder"):
        list(read_movielens(tmp_path / "x.csv"))
    write(tmp_path, movies__csv=b"id,name\n1,2\n", ratings__csv=b"a\n1\n")
    with pytest.raises(BadFile, match=r"no column movieId; the file has id, name"):
        list(read_movielens(tmp_path))


@pytest.mark.parametrize(
    ("folder", "members", "titles", "views"),
    [("movielens-100k", 943, 1_682, 100_000), ("movielens-1m", 6_040, 3_883, 663_043)],
)
def test_the_real_data_sets_have_no_problems(shared, folder, members, titles, views):
    tables, problems = load(shared / "data" / folder)
    assert problems.is_empty()
    assert (tables["members"].height, tables["titles"].height, tables["views"].height) == (members, titles, views)
    assert check_service(tables).is_empty()
