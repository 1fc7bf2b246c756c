from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from matinee.flows.pages import make_page
from matinee.flows.serving import load_recommender
from matinee.store.service import open_service

AT = "2026-01-01"


@pytest.fixture(scope="session")
def member(world):
    service = open_service(world)
    personal = service.read("members").filter(pl.col("personalised").fill_null(True) & pl.col("country").is_not_null())
    counts = service.scan("views").group_by("member_id").len().sort("len", "member_id", descending=True).collect()
    return counts.join(personal, on="member_id", maintain_order="left")["member_id"][0]


@pytest.fixture
def ask(command, world, member):
    def call(*words, who=None, service=None):
        words = ("page", "--member", who or member, "--at", AT, "--service", service or world, *words)
        return command(*words, "--json")

    return call


def titles_of(page):
    return [title for row in page["rows"] for title in row["titles"]]


def test_a_page_has_rows_without_doubles_whose_reasons_add_up(ask, world):
    page = ask().json
    ids = [title["title_id"] for title in titles_of(page)]
    roots = load_recommender(open_service(world)).row_of
    assert {"top", "because", "top10", "genre"} <= {row["key"] for row in page["rows"]}
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(roots)
    for title in titles_of(page):
        assert title["reason"]
        assert sum(part["share"] for part in title["because"]) == pytest.approx(title["score"], abs=1e-4)


def test_scores_are_those_of_explain(command, ask, world, member):
    title = ask().json["rows"][0]["titles"][0]
    exact = command("explain", "--member", member, "--title", title["title_id"], "--json", "--service", world).json
    assert title["score"] == pytest.approx(exact["score"], abs=1e-4)


def test_what_was_started_stands_in_continue_watching_only(ask, world, member):
    seen = open_service(world).scan("views").filter(pl.col("member_id") == member).collect()["title_id"]
    for row in ask().json["rows"]:
        ids = {title["title_id"] for title in row["titles"]}
        assert ids.isdisjoint(i.split("-")[0] for i in seen) == (row["key"] != "continue")


def test_an_unfinished_film_can_be_continued(command, ask, own_world, tmp_path, member):
    seen = open_service(own_world).scan("views").filter(pl.col("member_id") == member).select("title_id").collect()
    films = open_service(own_world).read("titles").filter(pl.col("kind") == "film").sort("title_id")
    titles = films.join(seen, on="title_id", how="anti")
    film, minutes = titles.select("title_id", "runtime_minutes").row(0)
    views = f"member_id,title_id,started_at,seconds\n{member},{film},2025-12-31T00:00:00Z,{round(minutes * 24)}\n"
    (tmp_path / "views.csv").write_text(views)
    command("import", "table", "views", tmp_path / "views.csv", "--service", own_world)
    rows = {row["key"]: row["titles"] for row in ask(service=own_world).json["rows"]}
    first = rows["continue"][0]
    assert (first["title_id"], first["part_id"]) == (film, film)
    assert first["share"] < 0.9


def test_a_member_who_asked_not_to_be_profiled_gets_the_page_of_their_country(ask, world):
    members = open_service(world).read("members").filter(~pl.col("personalised"))
    page = ask(who=members["member_id"][0]).json
    assert page["note"].startswith("asked not to be profiled")
    assert {part["kind"] for title in titles_of(page) for part in title["because"]} == {"popular"}
    assert {row["key"] for row in page["rows"]} <= {"top", "continue", "top10", "new", "genre"}
    assert page["rows"][0]["name"] == f"Popular in {members['country'][0]}"


def test_a_title_outside_its_window_or_territory_is_out(command, ask, own_world, tmp_path):
    ids = [title["title_id"] for title in ask().json["rows"][0]["titles"]][:4]
    windows = [
        (ids[0], "US", "2020-01-01", ""),
        (ids[1], "FR", "2020-01-01", "2025-12-31"),
        (ids[2], "FR", "2020-01-01", "2026-01-01"),
    ]
    lines = ["title_id,territory,starts_on,ends_on", *(",".join(row) for row in windows)]
    (tmp_path / "windows.csv").write_text("\n".join(lines))
    command("import", "table", "windows", tmp_path / "windows.csv", "--service", own_world)
    shown = {title["title_id"] for title in titles_of(ask("--territory", "FR", service=own_world).json)}
    assert [title_id in shown for title_id in ids] == [False, False, True, True]


def test_a_series_whose_episodes_alone_have_windows_is_out_elsewhere(command, ask, own_world, tmp_path):
    titles = open_service(own_world).read("titles")
    parent_of = dict(titles.drop_nulls("parent_id").select("parent_id", "title_id").iter_rows())
    shown = [title["title_id"] for title in titles_of(ask("--territory", "FR", service=own_world).json)]
    series = next(title_id for title_id in shown if title_id in parent_of)
    (tmp_path / "windows.csv").write_text(f"title_id,territory,starts_on\n{parent_of[series]},US,2020-01-01\n")
    command("import", "table", "windows", tmp_path / "windows.csv", "--service", own_world)
    for territory, is_open in (("FR", False), ("US", True)):
        page = ask("--territory", territory, service=own_world).json
        assert (series in [title["title_id"] for title in titles_of(page)]) == is_open


def test_maturity_language_and_exclusions_are_kept(ask, world):
    titles = open_service(world).read("titles").select("title_id", "maturity", "languages")
    facts = {title_id: (maturity, languages) for title_id, maturity, languages in titles.iter_rows()}
    best = ask().json["rows"][0]["titles"][0]["title_id"]
    ids = [
        title["title_id"] for title in titles_of(ask("--maturity", "12", "--language", "en", "--exclude", best).json)
    ]
    assert ids
    assert best not in ids
    assert {facts[title_id][0] for title_id in ids} <= {"all", "7", "12"}
    assert all("en" in facts[title_id][1] for title_id in ids)


def test_a_ceiling_of_age_names_no_watched_title_above_it(ask, world):
    maturity = dict(open_service(world).read("titles").select("title_id", "maturity").iter_rows())
    for ceiling, allowed in (("7", {"all", "7"}), ("12", {"all", "7", "12"}), ("16", {"all", "7", "12", "16"})):
        page = ask("--maturity", ceiling).json
        named = {part["title_id"] for title in titles_of(page) for part in title["because"]} - {None}
        named |= {row["about"] for row in page["rows"] if row["key"] == "because"}
        assert named
        assert {maturity[title_id] for title_id in named} <= allowed


def test_pins_hold_until_they_expire_and_those_left_out_are_said(ask, tmp_path):
    page = ask().json
    last, other = (titles_of(page)[place]["title_id"] for place in (-1, -2))
    pins = tmp_path / "pins.toml"
    pins.write_text(
        f'[[pin]]\ntitle = "{last}"\nplace = 2\nuntil = 2026-01-01\n[[pin]]\ntitle = "{other}"\nuntil = 2025-12-31\n'
        f'[[boost]]\ntitle = "{other}"\nby = 30\nuntil = 2026-01-01\n'
    )
    top = ask("--pins", pins).json["rows"][0]["titles"]
    assert [(t["title_id"], t["how"]) for t in top[:2]] == [(other, "ranked"), (last, "pinned")]
    assert top[0]["reason"].endswith("lifted by the editors")
    assert top[0]["because"][-1]["kind"] == "editors"
    assert sum(part["share"] for part in top[0]["because"]) == pytest.approx(top[0]["score"], rel=1e-4)
    (left,) = ask("--pins", pins, "--exclude", last).json["left_out"]
    assert (left["title_id"], left["why"]) == (last, "excluded by the request")


def test_a_pin_of_an_episode_is_left_out_and_said(ask, world, tmp_path):
    episode = open_service(world).read("titles").filter(pl.col("kind") == "episode")["title_id"][0]
    pins = tmp_path / "pins.toml"
    pins.write_text(f'[[pin]]\ntitle = "{episode}"\nuntil = 9999-12-31\n')
    page = ask("--pins", pins).json
    assert [(left["title_id"], left["why"]) for left in page["left_out"]] == [
        (episode, "part of a series: name the series")
    ]
    assert "pinned" not in {title["how"] for title in titles_of(page)}


def test_conflicting_pins_are_one_line(ask, tmp_path):
    ids = [title["title_id"] for title in titles_of(ask().json)][:2]
    pins = tmp_path / "pins.toml"
    pins.write_text("".join(f'[[pin]]\ntitle = "{title_id}"\nuntil = 2026-01-01\n' for title_id in [*ids, "nothing"]))
    said = ask("--pins", pins)
    assert said.code == 1
    assert f"place 1 of row 'top' is pinned to '{ids[0]}' and '{ids[1]}'" in said.err
    assert "no title 'nothing'" in said.err
    assert said.err.count("\n") == 1


def test_a_page_of_one_day_explores_the_same_title_and_says_how_likely_it_was(ask):
    first, second = ask().json, ask().json
    assert first == second
    explored = [title for title in titles_of(first) if title["how"] == "explored"]
    assert [0 < title["propensity"] < 1 for title in explored] == [True]
    assert {title["propensity"] for title in titles_of(first) if title["how"] == "ranked"} == {1.0}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--maturity", "spicy"), 2, "no known rating"),
        (("--territory", "France"), 2, "no country code"),
        (("--exclude", "nothing"), 2, "no title 'nothing'"),
        (("--pins", "nothing.toml"), 2, "no such file"),
        (("--diversity", "2"), 2, "diversity"),
        (("--at", "soon"), 2, "no time"),
        (("--at", "0001-01-01T00:00+14:00"), 2, "no time"),
    ],
)
def test_misuse_is_said(ask, words, code, said):
    result = ask(*words)
    assert result.code == code
    assert said in result.err


def test_a_broken_file_of_pins_says_what_to_write(ask, tmp_path):
    (tmp_path / "pins.toml").write_text("[[pin]]\nplace = 1\n")
    said = ask("--pins", tmp_path / "pins.toml")
    assert said.code == 1
    assert "pin 1: no `title`" in said.err


def test_a_page_can_be_read(command, world, member):
    said = command("page", "--member", member, "--at", AT, "--service", world)
    assert said.code == 0
    assert "Because you watched" in said.out


def test_a_page_of_a_newcomer_without_country_is_what_is_popular_everywhere(command, own_world, tmp_path):
    (tmp_path / "members.csv").write_text("member_id,country\nnew,\n")
    command("import", "table", "members", tmp_path / "members.csv", "--service", own_world)
    recommender = load_recommender(open_service(own_world))
    page = make_page(recommender, "new", now=datetime(2026, 1, 1, tzinfo=UTC))
    (top10,) = [row for row in page["rows"] if row["key"] == "top10"]
    order = np.argsort(-recommender.newcomers[-1], kind="stable")[:10]
    assert [title["title_id"] for title in top10["titles"]] == [recommender.title_ids[row] for row in order]
    assert top10["name"] == "Top 10 on the service"


def test_a_logged_page_comes_in_as_exposures_and_the_experiment_reports_it(command, ask, own_world, tmp_path, member):
    log, folder = tmp_path / "deep" / "log.csv", ("--service", own_world)
    others = open_service(own_world).read("members").filter(pl.col("member_id") != member)["member_id"].sort()[:5]
    pages = {}
    for number, who in enumerate([member, *others]):
        words = ("--log", log, "--experiment", "new", "--arm", "ab"[number % 2], "--at", "2020-01-01")
        pages[who] = ask(*words, who=who, service=own_world).json
    said = command("import", "table", "exposures", log, "--json", *folder).json["tables"]["exposures"]
    assert (said["added"], said["quarantined"]) == (sum(page["logged"] for page in pages.values()), 0)
    rows = open_service(own_world).read("exposures").filter(member_id=member, experiment="new")
    told = {
        (title["title_id"], place, title["propensity"])
        for row in pages[member]["rows"]
        for place, title in enumerate(row["titles"], 1)
    }
    assert set(rows.select("title_id", "place", "propensity").iter_rows()) == told
    assert (rows["propensity"] < 1).sum() == 1
    assert rows["shown_at"].unique().to_list() == [datetime(2020, 1, 1, tzinfo=UTC)]
    assert {"top", "top10"} <= set(rows["origin"])
    found = command("experiment", "report", "new", "--json", *folder).json
    assert {arm: facts["members"] for arm, facts in found["arms"].items()} == {"a": 3, "b": 3}


def test_a_page_logged_twice_counts_once(command, ask, own_world, tmp_path):
    logged = ask("--log", tmp_path / "one.csv", service=own_world).json["logged"]
    ask("--log", tmp_path / "two.csv", service=own_world)
    ask("--log", tmp_path / "two.csv", service=own_world)
    counts = [
        command("import", "table", "exposures", tmp_path / file, "--json", "--service", own_world).json["tables"]
        for file in ("one.csv", "two.csv")
    ]
    assert counts[0]["exposures"]["added"] == logged
    assert (counts[1]["exposures"]["added"], counts[1]["exposures"]["unchanged"]) == (0, logged)


def test_a_log_of_something_else_or_cut_off_is_refused_and_kept(command, world, member, tmp_path):
    log, words = tmp_path / "log.csv", ("page", "--member", member, "--service", world, "--log")
    log.write_text("a,b\n")
    assert "the file has another heading" in command(*words, log).err
    assert log.read_text() == "a,b\n"
    log.unlink()
    assert "titles shown to" in command(*words, log).out
    log.write_text(log.read_text().rstrip("\n"))
    assert "the last line of the file is not whole" in command(*words, log).err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--experiment", "x", "--log", "f.csv"), "belong together"),
        (("--arm", "x"), "belong together"),
        (("--experiment", "x", "--arm", "a"), "without --log"),
    ],
)
def test_an_experiment_that_cannot_be_logged_is_misuse(command, world, member, words, message):
    said = command("page", "--member", member, "--service", world, *words)
    assert said.code == 2
    assert message in said.err
