from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from matinee.acquire.features.facts import VALUES
from matinee.acquire.features.history import DECAY
from matinee.acquire.features.shared import compute_shared

START = date(2024, 1, 1)


def make_facts(rates, **lists):
    """One debut a day, each counted over its first 28 days, with lists of values."""
    rows = len(rates)
    first = [START + timedelta(days=row) for row in range(rows)]
    empty = dict.fromkeys(VALUES, pl.Series([None] * rows, dtype=pl.List(pl.String)))
    return pl.DataFrame({
        "origin": "views",
        "title_id": [f"t{row:03}" for row in range(rows)],
        "starts_on": first,
        "available_from": first,
        "ends_on": [day + timedelta(days=27) for day in first],
        "hours": 10 ** (np.array(rates) + DECAY * np.log10(28)),
    } | empty | lists)  # fmt: skip


def make_works(**lists):
    rows = max(map(len, lists.values()))
    return pl.DataFrame(dict.fromkeys(VALUES, pl.Series([None] * rows, dtype=pl.List(pl.String))) | lists)


def ask(facts, decided_on, **lists):
    return compute_shared(make_works(**lists).with_columns(decided_on=pl.lit(decided_on)), facts)


@pytest.fixture
def noir():
    """Sixty debuts: those of Ida draw ten times as much as the others, give or take a fifth; genres tell nothing."""
    rng = np.random.default_rng(0)
    is_hers = np.arange(60) % 3 == 0
    rates = 3.0 + is_hers + 0.1 * rng.standard_normal(60)
    directors = [["Ida Lupino"] if hers else ["Other"] for hers in is_hers]
    return make_facts(rates, directors=directors, genres=[["Noir"] if row % 2 else ["Drama"] for row in range(60)])


def test_people_whose_titles_drew_more_are_known_by_name(noir):
    told = ask(noir, date(2025, 1, 1), directors=[["ida lupino"], ["Other"], ["Nobody"], None])["shared_people"]
    assert told[0] == pytest.approx(2 / 3, abs=0.05)
    assert told[1] == pytest.approx(-1 / 3, abs=0.05)
    assert told[2:].to_list() == [None, None]


def test_where_values_tell_nothing_all_are_the_usual(noir):
    told = ask(noir, date(2025, 1, 1), genres=[["Noir"], ["Drama"]])["shared_themes"]
    assert told.abs().max() < 0.02


def test_only_debuts_that_had_ended_count(noir):
    third = START + timedelta(days=29)  # by then two have ended: hers, and one of another
    for day, is_known in ((third, False), (third + timedelta(days=10), True)):
        told = ask(noir, day, directors=[["Ida Lupino"]])["shared_people"]
        later = ask(noir.with_columns(hours=pl.when(pl.col("ends_on") < day).then("hours").otherwise(1.0)), day,
                    directors=[["Ida Lupino"]])["shared_people"]  # fmt: skip
        assert told.equals(later)
        assert told[0] == (pytest.approx(0.6, abs=0.2) if is_known else 0.0)


def test_a_value_of_one_debut_each_tells_nothing_and_hides_no_other(noir):
    writers = pl.Series([[f"w{row}"] for row in range(noir.height)])
    noir = noir.with_columns(writers=writers, countries=pl.Series([["US"]] * noir.height))
    day = date(2025, 1, 1)
    told = ask(noir, day, directors=[["Ida Lupino"]], writers=[["w3"]], countries=[["US"]])
    assert told["shared_people"].to_list() == ask(noir, day, directors=[["Ida Lupino"]])["shared_people"].to_list()
    assert told["shared_themes"].to_list() == [0.0]


def test_works_keep_their_order_and_know_nothing_of_each_other(noir):
    days = [date(2024, 3, 1), date(2024, 2, 5), date(2025, 1, 1)]
    works = make_works(directors=[["Ida Lupino"]] * 3, genres=[["Noir"]] * 3).with_columns(decided_on=pl.Series(days))
    alone = [compute_shared(works[[row]], noir) for row in range(3)]
    assert_frame_equal(compute_shared(works, noir), pl.concat(alone))
    assert compute_shared(works, noir.clear()).null_count().row(0) == (3, 3)


def test_the_parts_of_several_lists_add_up(noir):
    both = ask(noir, date(2025, 1, 1), directors=[["Ida Lupino"]], actors=[["Ida Lupino"]])["shared_people"]
    assert both.to_list() == ask(noir, date(2025, 1, 1), directors=[["Ida Lupino"]])["shared_people"].to_list()
    acted = noir.with_columns(actors="directors")
    twice = ask(acted, date(2025, 1, 1), directors=[["Ida Lupino"]], actors=[["Ida Lupino"]])["shared_people"]
    assert twice[0] == pytest.approx(2 * both[0])
