import polars as pl
import pytest

from matinee.errors import BadFile
from matinee.store.readers.netflix import iso_dates, read_netflix_history, split_title
from matinee.tables.check import check, check_service
from matinee.tables.convert import convert

FULL = (
    "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,"
    "Latest Bookmark,Country\n"
    'Ana,2021-03-05 19:22:31,01:21:34,,Dark: Staffel 1: Lügen (Folge 2),,Smart TV,00:45:00,00:45:00,FR (France)\n'
    "Ana,2021-03-06 19:00:00,00:00:30,,Dark: Staffel 1 (Trailer),TRAILER,Smart TV,00:00:30,00:00:30,FR (France)\n"
    "Bob,2021-03-07 20:00:00,02:00:00,,Heat,,Phone,02:00:00,02:00:00,US (United States)\n"
)  # fmt: skip


def load(path, member_id="Ana"):
    tables, problems, notes = {}, [], []
    for batch in read_netflix_history(path, member_id):
        typed, unreadable = convert(batch.table, batch.frame, file=batch.file, time=batch.time)
        good, broken = check(batch.table, typed, file=batch.file)
        tables[batch.table] = good.drop("row")
        problems += [unreadable, broken]
        notes.append(batch.note)
    return tables, pl.concat(problems), "".join(notes)


def load_short(tmp_path, *rows):
    path = tmp_path / "NetflixViewingHistory.csv"
    path.write_text("Title,Date\n" + "".join(f'"{title}","{date}"\n' for title, date in rows), encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("text", "series", "season", "season_number", "name", "number"),
    [
        ("The Crown: Season 1: Wolferton Splash", "The Crown", "Season 1", 1, "Wolferton Splash", None),
        ("Maniac: Limited Series: Windmills", "Maniac", "Limited Series", None, "Windmills", None),
        ("Money Heist: Part 2: Episode 3", "Money Heist", "Part 2", 2, "Episode 3", 3),
        ("Love, Death & Robots: Volume 1: Zima Blue", "Love, Death & Robots", "Volume 1", 1, "Zima Blue", None),
        (
            "Sabrina: Part One: Chapter One: October Country",
            "Sabrina",
            "Part One",
            1,
            "Chapter One: October Country",
            None,
        ),
        ("Dark: Staffel 1: Geheimnisse", "Dark", "Staffel 1", 1, "Geheimnisse", None),
        ("Lupin: Saison 1: Chapitre 1", "Lupin", "Saison 1", 1, "Chapitre 1", None),
        ("Élite: Temporada 2: 20 horas desaparecido", "Élite", "Temporada 2", 2, "20 horas desaparecido", None),
        ("Star Trek: Discovery: Season 2: Brother", "Star Trek: Discovery", "Season 2", 2, "Brother", None),
        ("Kingdom: Episode 4", "Kingdom", None, None, "Episode 4", 4),
    ],
)
def test_episodes_are_known_by_season_or_number(text, series, season, season_number, name, number):
    found = split_title(text)
    assert (found.series, found.season, found.season_number) == (series, season, season_number)
    assert (found.name, found.number) == (name, number)


@pytest.mark.parametrize(
    "text", ["Heat", "Mission: Impossible", "Kill Bill: Vol. 1", "The Hunger Games: Mockingjay: Part 1"]
)
def test_a_name_of_a_film_may_hold_colons(text):
    found = split_title(text)
    assert (found.series, found.name, found.kind) == (None, text, "film")


@pytest.mark.parametrize(
    ("dates", "first", "has_note"),
    [
        (["1/31/24", "2/1/24"], "2024-01-31", False),
        (["31/1/24", "1/2/24"], "2024-01-31", False),
        (["1/2/24", "3/2/24"], "2024-01-02", True),
        (["2/2/24"], "2024-02-02", False),
        (["31.01.24"], "2024-01-31", False),
        (["01.02.24"], "2024-02-01", True),
        (["2024-01-31"], "2024-01-31", False),
        (["31/01/2024"], "2024-01-31", False),
        (["soon", "1/31/24"], "soon", False),
    ],
)
def test_the_order_of_a_date_comes_from_the_whole_column(dates, first, has_note):
    found, note = iso_dates(pl.Series("Date", dates))
    assert found[0] == first
    assert bool(note) is has_note


def test_the_short_form_makes_series_seasons_and_episodes(tmp_path):
    tables, problems, _ = load_short(tmp_path, ("The Crown: Season 1: Smoke", "1/31/24"), ("Heat", "1/30/24"))
    assert problems.is_empty()
    assert tables["titles"].select("title_id", "name", "kind", "parent_id", "number").rows() == [
        ("series:the-crown", "The Crown", "series", None, None),
        ("series:the-crown:season-1", "Season 1", "season", "series:the-crown", 1),
        ("series:the-crown:season-1:smoke", "Smoke", "episode", "series:the-crown:season-1", None),
        ("film:heat", "Heat", "film", None, None),
    ]
    assert tables["views"].select("member_id", "title_id", "seconds", "origin").row(0) == (
        "Ana", "series:the-crown:season-1:smoke", None, "netflix",
    )  # fmt: skip
    assert tables["views"]["started_at"].dt.strftime("%F %T").to_list() == [
        "2024-01-31 00:00:00",
        "2024-01-30 00:00:00",
    ]
    assert check_service(tables).is_empty()


def test_a_title_twice_on_a_day_is_one_viewing_and_said_so(tmp_path):
    tables, problems, note = load_short(tmp_path, ("Heat", "1/31/24"), ("Heat", "1/31/24"), ("Heat", "2/1/24"))
    assert problems.is_empty()
    assert tables["views"].height == 2
    assert "1 rows name a title again on the same day" in note


def test_a_date_that_is_none_is_a_problem(tmp_path):
    tables, problems, _ = load_short(tmp_path, ("Heat", "1/31/24"), ("Ran", "someday"), ("Big", "2/31/24"))
    assert tables["views"].height == 1
    assert problems.select("row", "column", "value").rows() == [
        (3, "started_at", "someday"),
        (4, "started_at", "2024-02-31"),
    ]


def test_the_full_form_takes_the_rows_of_one_profile_without_trailers(tmp_path):
    path = tmp_path / "ViewingActivity.csv"
    path.write_text(FULL, encoding="utf-8")
    tables, problems, note = load(path, "ana")
    assert problems.is_empty()
    assert tables["views"].select("seconds", "device", "country").rows() == [(4894, "Smart TV", "FR")]
    assert tables["titles"]["kind"].to_list() == ["series", "season", "episode"]
    assert "1 rows are trailers" in note


def test_a_full_form_of_one_profile_needs_no_name(tmp_path):
    path = tmp_path / "ViewingActivity.csv"
    path.write_text(FULL.replace("Bob", "Ana"), encoding="utf-8")
    tables, _, _ = load(path, "member-7")
    assert tables["views"]["member_id"].to_list() == ["member-7", "member-7"]


def test_a_duration_of_another_shape_is_a_problem(tmp_path):
    path = tmp_path / "ViewingActivity.csv"
    path.write_text(FULL.replace("01:21:34", "81 min"), encoding="utf-8")
    _, problems, _ = load(path)
    assert problems.select("column", "value").rows() == [("seconds", "81 min")]


def test_several_profiles_and_none_of_the_name_is_refused(tmp_path):
    path = tmp_path / "ViewingActivity.csv"
    path.write_text(FULL, encoding="utf-8")
    with pytest.raises(BadFile, match=r"has the profiles Ana, Bob, and none is called Eve; .*--member 'Ana'"):
        list(read_netflix_history(path, "Eve"))


def test_another_layout_is_refused_by_name(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("user,item\n1,2\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"no Netflix history: wanted .*; it has user, item; use `matinee import table"):
        list(read_netflix_history(path, "Ana"))


def test_a_history_without_rows_is_refused(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("Title,Date\n", encoding="utf-8")
    with pytest.raises(BadFile, match=r"has a header and no rows"):
        list(read_netflix_history(path, "Ana"))
