"""Experiments on a small service by hand, and on a simulated one where it is known whether arms differ."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from matinee.errors import BadFile, MatineeError, UsageError
from matinee.flows.experiments import assign_members, report_experiment
from matinee.flows.imports import check_tables, import_table
from matinee.flows.worlds import import_world
from matinee.store.service import create_service
from matinee.world import WorldSettings

DAY = timedelta(days=1)
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A service of 800 members, and the arms they were assigned to."""
    folder = tmp_path_factory.mktemp("world")
    service = create_service(folder / "service")
    settings = WorldSettings(members=800, titles=80, days=60, views_per_member=25, new_members=0.0)
    import_world(service, settings, seed=3)
    assign_members(service, "page", {"old": 0.5, "new": 0.5}, folder / "arms.parquet", salt="1")
    return service, pl.read_parquet(folder / "arms.parquet")


def expose(service, rows, folder):
    """Import rows of exposures; what they leave out is as in an ordinary exposure."""
    usual = {"title_id": "t1", "shown_at": NOON, "experiment": "page"}
    frame = pl.DataFrame([{"exposure_id": str(number), **usual, **row} for number, row in enumerate(rows)])
    path = folder / "exposures.parquet"
    frame.write_parquet(path)
    return import_table(service, "exposures", path)


def show_halfway(world, folder, keep=lambda _member, _arm: True):
    """Give each member of the world one exposure, halfway through the log, on a copy of the service's tables."""
    service, arms = world
    middle = service.read("views")["started_at"].sort()[service.scan("views").collect().height // 2]
    copy = create_service(folder / "copy")
    for table in ("members", "titles", "views"):
        service.read(table).write_parquet(folder / f"{table}.parquet")
        import_table(copy, table, folder / f"{table}.parquet")
    title = service.read("titles")["title_id"][0]
    rows = [
        {"member_id": member, "arm": arm, "shown_at": middle, "title_id": title}
        for member, _, arm in arms.iter_rows()
        if keep(member, arm)
    ]
    expose(copy, rows, folder)
    return copy


def test_everybody_is_assigned_and_the_same_way_again(world, tmp_path):
    service, arms = world
    said = assign_members(service, "page", {"new": 0.5, "old": 0.5}, tmp_path / "deep" / "again.parquet", salt="1")
    assert pl.read_parquet(said["file"]).equals(arms)
    assert arms.columns == ["member_id", "experiment", "arm"]
    assert sum(said["arms"].values()) == 800
    assert abs(said["arms"]["new"] - 400) < 50


def test_two_arms_that_show_the_same_do_not_differ(world, tmp_path):
    found = report_experiment(show_halfway(world, tmp_path), "page", shares={"old": 0.5, "new": 0.5}, days=14)
    enjoyed, active = found["differences"]
    assert (enjoyed["arm"], enjoyed["against"], enjoyed["outcome"]) == ("new", "old", "enjoyed")
    assert enjoyed["low"] < 0 < enjoyed["high"]
    assert active["low"] < 0 < active["high"]
    assert found["warnings"] == []
    assert sum(arm["members"] for arm in found["arms"].values()) == 800


def test_the_past_of_members_narrows_the_interval(world, tmp_path):
    enjoyed = report_experiment(show_halfway(world, tmp_path), "page", days=25)["differences"][0]
    adjusted = enjoyed["adjusted"]
    assert adjusted["high"] - adjusted["low"] < 0.95 * (enjoyed["high"] - enjoyed["low"])
    assert adjusted["low"] < 0 < adjusted["high"]


def test_an_arm_that_made_members_watch_more_is_found(world, tmp_path):
    service = show_halfway(world, tmp_path)
    exposed = service.read("exposures").filter(pl.col("arm") == "new")
    titles = service.read("titles").filter(pl.col("kind") == "film")["title_id"]
    extra = exposed.select(
        "member_id", title_id=titles.gather([at % len(titles) for at in range(exposed.height)]), started_at="shown_at"
    )
    extra.with_columns(pl.col("started_at") + DAY).write_parquet(tmp_path / "more.parquet")
    import_table(service, "views", tmp_path / "more.parquet")
    enjoyed = report_experiment(service, "page", days=14, shares={"old": 0.5, "new": 0.5})["differences"][0]
    assert enjoyed["value"] > 0.3
    assert enjoyed["low"] > 0


def test_members_lost_in_one_arm_are_a_plain_warning(world, tmp_path):
    service = show_halfway(world, tmp_path, keep=lambda member, arm: arm == "old" or member[-1] > "2")
    found = report_experiment(service, "page", shares={"old": 0.5, "new": 0.5})
    assert found["sample_ratio"]["p"] < 0.001
    assert "are not split as planned (old 0.5, new 0.5)" in found["warnings"][0]
    assert "Do not trust" in found["warnings"][0]


@pytest.fixture
def service(tmp_path):
    """Two titles; the views of six members, the last ten days after noon of the first of May."""
    made = create_service(tmp_path / "service")
    views = [(f"m{number}", "t1", NOON + DAY) for number in range(3)]
    views += [("m0", "t2", NOON + 2 * DAY), ("m5", "t2", NOON - DAY), ("late", "t2", NOON + 10 * DAY)]
    pl.DataFrame({"title_id": ["t1", "t2"], "name": ["One", "Two"]}).write_parquet(tmp_path / "titles.parquet")
    import_table(made, "titles", tmp_path / "titles.parquet")
    schema = ["member_id", "title_id", "started_at"]
    pl.DataFrame(views, schema=schema, orient="row").write_parquet(tmp_path / "views.parquet")
    import_table(made, "views", tmp_path / "views.parquet")
    return made


def members_of(arm, *numbers, **more):
    return [{"member_id": f"m{number}", "arm": arm, **more} for number in numbers]


def test_exposures_come_in_and_are_checked_by_their_declaration_alone(service, tmp_path):
    rows = [*members_of("a", 0, 1, propensity=0.25, place=1), *members_of("b", 2, propensity=0.0, place=0)]
    counts = expose(service, rows, tmp_path)
    assert (counts.counts["exposures"].added, counts.counts["exposures"].quarantined) == (2, 1)
    assert sorted(counts.sample["column"]) == ["place", "propensity"]
    assert expose(service, rows, tmp_path).counts["exposures"].unchanged == 2
    assert check_tables(service).is_empty()
    expose(service, [{"exposure_id": "x", "member_id": "m0", "arm": "a", "title_id": "t9"}], tmp_path)
    assert check_tables(service)["column"].to_list() == ["title_id"]


def test_means_are_titles_a_member_and_shares_of_members(service, tmp_path):
    expose(service, members_of("a", 0, 1) + members_of("b", 2, 3, 4, 5), tmp_path)
    found = report_experiment(service, "page")
    assert {arm: facts["members"] for arm, facts in found["arms"].items()} == {"a": 2, "b": 4}
    assert {arm: facts["enjoyed"]["value"] for arm, facts in found["arms"].items()} == {"a": 3 / 2, "b": 1 / 4}
    assert {arm: facts["active"]["value"] for arm, facts in found["arms"].items()} == {"a": 1, "b": 1 / 4}
    assert [each["value"] for each in found["differences"]] == pytest.approx([-5 / 4, -3 / 4])


def test_who_cannot_be_measured_is_left_out_and_told(service, tmp_path):
    rows = members_of("a", 0, 1, 2) + members_of("b", 2, 3, 4) + [{"member_id": "m6"}]
    rows += members_of("b", 5, shown_at=NOON + 4 * DAY)
    expose(service, rows, tmp_path)
    found = report_experiment(service, "page")
    assert found["left_out"] == {"several_arms": 1, "days_not_over": 1}
    assert {arm: facts["members"] for arm, facts in found["arms"].items()} == {"a": 2, "b": 2}
    assert found["sample_ratio"]["seen"] == {"a": 2, "b": 3}
    assert found["warnings"] == [
        "Left out: 1 members who were shown several arms.",
        "Left out: 1 members whose 7 days are not over when the views end.",
        "Left out: 1 exposures that name no arm.",
    ]


def drafted(members, begins=lambda number: "ab"[number % 2]):
    """Pages of two titles, t1 of arm a and t2 of arm b, and who went first on each."""
    return [
        {"member_id": f"m{number}", "arm": arm, "title_id": title, "place": 1 if arm == begins(number) else 2}
        for number in range(members)
        for arm, title in (("a", "t1"), ("b", "t2"))
    ]


def test_interleaved_pages_are_compared_member_by_member(service, tmp_path):
    expose(service, drafted(4), tmp_path)
    found = report_experiment(service, "page", interleaved=True)
    assert {arm: facts["enjoyed"]["value"] for arm, facts in found["arms"].items()} == {"a": 3 / 4, "b": 1 / 4}
    (difference,) = found["differences"]
    assert difference["value"] == pytest.approx(-2 / 4)
    assert (difference["members_for"], difference["members_against"]) == (0, 2)
    assert found["sample_ratio"]["seen"] == {"a": 2, "b": 2}


def test_a_coin_that_always_falls_alike_is_a_plain_warning(service, tmp_path):
    expose(service, drafted(20, begins=lambda _: "b"), tmp_path)
    found = report_experiment(service, "page", interleaved=True)
    assert found["sample_ratio"]["seen"] == {"a": 0, "b": 20}
    assert "The members whose first page each arm began (a 0, b 20) are not split as planned" in found["warnings"][0]


def test_the_coin_is_not_checked_where_no_place_is_known(service, tmp_path):
    expose(service, [row | {"place": None} for row in drafted(4)], tmp_path)
    found = report_experiment(service, "page", interleaved=True)
    assert found["sample_ratio"]["p"] is None
    assert "Sample ratio not checked" in found["warnings"][0]


def test_the_first_arm_named_is_the_baseline_else_the_first_in_the_alphabet(service, tmp_path):
    expose(service, members_of("new", 0, 1) + members_of("old", 2, 3), tmp_path)
    named = report_experiment(service, "page", shares={"old": 0.5, "new": 0.5})
    unnamed = report_experiment(service, "page")
    assert (named["baseline"]["arm"], named["differences"][0]["against"]) == ("old", "old")
    assert (unnamed["baseline"]["arm"], unnamed["differences"][0]["against"]) == ("new", "new")
    assert "--arms to choose" in unnamed["baseline"]["why"]


def test_what_was_assigned_is_the_plan_of_a_report_that_names_no_arms(service, tmp_path):
    expose(service, members_of("new", 0, 1) + members_of("old", 2, 3), tmp_path)
    for shares in ({"new": 0.5, "old": 0.5}, {"old": 0.75, "new": 0.25}):
        assert assign_members(service, "page", shares, tmp_path / "arms.parquet")["warnings"] == []
    found = report_experiment(service, "page")
    assert found["baseline"] == {"arm": "old", "why": "the first as assigned"}
    assert found["sample_ratio"]["planned"] == {"old": 0.75, "new": 0.25}
    assert report_experiment(service, "page", shares={"new": 0.5, "old": 0.5})["baseline"]["arm"] == "new"


def test_another_salt_than_before_is_said(service, tmp_path):
    shares = {"old": 0.5, "new": 0.5}
    assign_members(service, "page", shares, tmp_path / "arms.parquet", salt="a")
    assign_members(service, "other", shares, tmp_path / "arms.parquet")
    for salt, said in (("", "with --salt 'a'"), ("b", "without --salt")):
        found = assign_members(service, "page", shares, tmp_path / "arms.parquet", salt=salt)
        assert found["warnings"] == [f"Assigned before {said}: members change arms."]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"page": 3}', '{"page": {"shares": {"a": "b"}, "salt": ""}}', '{"page": {"salt": ""}}']
)
def test_a_damaged_file_of_assignments_is_one_clear_line(service, tmp_path, content):
    (service.path / "experiments.json").write_text(content)
    with pytest.raises(BadFile, match="does not say how experiments were assigned; delete it"):
        assign_members(service, "page", {"a": 0.5, "b": 0.5}, tmp_path / "arms.parquet")


def test_an_episode_shown_or_watched_counts_for_its_series(service, tmp_path):
    pl.DataFrame({"title_id": ["e"], "name": ["E"], "kind": ["episode"], "parent_id": ["t1"]}).write_parquet(
        tmp_path / "more.parquet"
    )
    import_table(service, "titles", tmp_path / "more.parquet")
    rows = [{"member_id": f"m{n}", "arm": arm, "title_id": t} for n in range(3) for arm, t in (("a", "e"), ("b", "t2"))]
    expose(service, rows, tmp_path)
    found = report_experiment(service, "page", interleaved=True)
    assert found["arms"]["a"]["enjoyed"]["value"] == 1


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"name": "pages"}, UsageError, "no exposure of experiment 'pages'; experiments with exposures: page"),
        (
            {"days": 30},
            MatineeError,
            r"arm a has 0 members to measure over 30 days \(0 several arms, 5 days not over\)",
        ),
        ({"shares": {"a": 0.5, "c": 0.5}}, UsageError, "exposures of arm 'b'"),
        ({"shares": {"a": 0.5, "b": 0.25, "c": 0.25}}, MatineeError, "arm c has 0 members"),
        ({"shares": {"a": 0.5, "b": 0.25, "c": 0.25}, "interleaved": True}, UsageError, "3 arms"),
        ({"shares": {"a": 0.7, "b": 0.3}, "interleaved": True}, UsageError, "shares a 0.7, b 0.3 of interleaved pages"),
        ({"interleaved": True}, UsageError, "no member was shown titles of both arms; leave out --interleaved"),
    ],
)
def test_what_cannot_be_reported_is_refused_with_what_to_do(service, tmp_path, options, error, match):
    expose(service, members_of("a", 0, 1) + members_of("b", 2, 3, 4), tmp_path)
    with pytest.raises(error, match=match):
        report_experiment(service, **{"name": "page", **options})


def test_members_shown_a_title_that_has_left_the_tables_still_count(service, tmp_path):
    expose(service, members_of("a", 0, 1, title_id="gone") + members_of("b", 2, 3), tmp_path)
    assert report_experiment(service, "page")["arms"]["a"]["members"] == 2


def test_one_arm_is_no_experiment(service, tmp_path):
    expose(service, members_of("a", 0, 1), tmp_path)
    with pytest.raises(UsageError, match="has 1 arm"):
        report_experiment(service, "page")


def test_a_service_of_nobody_assigns_nobody(tmp_path):
    empty = create_service(tmp_path / "empty")
    with pytest.raises(MatineeError, match="no members to assign"):
        assign_members(empty, "page", {"a": 1.0}, tmp_path / "arms.parquet")


def test_exposures_without_views_are_no_experiment(tmp_path):
    empty = create_service(tmp_path / "empty")
    expose(empty, members_of("a", 0, 1), tmp_path)
    with pytest.raises(MatineeError, match="no views"):
        report_experiment(empty, "page")
