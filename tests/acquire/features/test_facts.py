from datetime import date

import polars as pl
from tests.acquire.conftest import NOBODY, make_tables

from matinee.acquire.features.facts import gather_facts


def test_a_season_that_is_named_by_its_number_alone_bears_the_name_of_its_series():
    titles, audience = make_tables(debuts=4)
    is_season = pl.col("title_id") == "t0-001"
    about = {"title_id": pl.lit("s"), "name": pl.lit("Ink"), "kind": pl.lit("series")}
    series = titles.filter(title_id="t0-000").with_columns(**about)
    named = titles.with_columns(
        name=pl.when(is_season).then(pl.lit("Season 1")).otherwise("name"),
        parent_id=pl.when(is_season).then(pl.lit("s")).otherwise("parent_id"),
    )
    own = audience.with_columns(listed_as=pl.lit(None, pl.String), origin=pl.lit("views"))
    facts = gather_facts(own, pl.concat([named, series]), *NOBODY)
    assert facts.filter(title_id="t0-001")["english"].unique().to_list() == ["Ink: Season 1"]


def test_a_chart_bears_the_terms_that_a_report_names_and_own_totals_do_not():
    titles, audience = make_tables(debuts=2)
    week = audience.filter(starts_on=date(2023, 1, 1)).with_columns(
        origin=pl.lit("netflix-top10"), available_from=pl.lit(None, pl.Date), worldwide=pl.lit(None, pl.Boolean)
    )
    facts = gather_facts(pl.concat([audience, week, week.with_columns(origin=pl.lit("views"))]), titles, *NOBODY)
    first = audience.filter(starts_on=date(2023, 1, 1))["available_from"].to_list()
    assert facts.filter(origin="netflix-top10")["available_from"].to_list() == first
    assert facts.filter(origin="netflix-top10")["worldwide"].to_list() == [True, True]
    assert facts.filter(origin="views").select("available_from", "worldwide").unique().rows() == [(None, None)]


def test_own_titles_bear_what_the_service_knows_of_them_and_published_ones_do_not():
    titles, audience = make_tables(debuts=2)
    is_season = pl.col("title_id") == "t0-001"
    about = {"title_id": pl.lit("s"), "name": pl.lit("Ink"), "kind": pl.lit("series"), "synopsis": pl.lit("A pen.")}
    series = titles.filter(title_id="t0-000").with_columns(**about, genres=pl.lit(["Drama"]))
    titles = titles.with_columns(parent_id=pl.when(is_season).then(pl.lit("s")).otherwise("parent_id"))
    people = pl.DataFrame({"person_id": ["p"], "name": ["Ida Lupino"]})
    credits = pl.DataFrame({"title_id": ["s"], "person_id": ["p"], "role": ["director"], "billing": [1]})
    both = pl.concat([audience, audience.with_columns(origin=pl.lit("views"))])
    facts = gather_facts(both, pl.concat([titles, series]), people, credits).filter(title_id="t0-001")
    told = facts.select("origin", "genres", "directors", "actors", "synopsis").unique(maintain_order=True).rows()
    assert set(map(str, told)) == {
        "('netflix-report', None, None, None, None)",
        "('views', ['Drama'], ['Ida Lupino'], None, 'A pen.')",
    }
