import polars as pl
from tests.acquire.conftest import make_tables

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
    facts = gather_facts(own, pl.concat([named, series]))
    assert facts.filter(title_id="t0-001")["english"].unique().to_list() == ["Ink: Season 1"]
