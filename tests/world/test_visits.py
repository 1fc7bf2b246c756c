from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

from matinee.tables.schemas import Exposures
from matinee.world import show_newest
from matinee.world.clock import STARTS_ON


def test_every_visit_is_an_exposure_that_keeps_the_rules(small):
    shown = pl.concat(show_newest(small))
    assert Exposures.is_valid(shown)
    assert shown["shown_at"].is_sorted()
    assert shown.height == small.truth.visits.sum()


def test_every_first_viewing_of_a_work_began_with_a_visit(small):
    first = small.views.filter(pl.col("origin") != "continue").select("member_id", shown_at="started_at")
    assert first.join(pl.concat(show_newest(small)), on=["member_id", "shown_at"], how="anti").is_empty()


def test_what_is_shown_is_the_newest_title_that_is_out(small):
    works = small.titles.head(len(small.truth.released)).select("title_id", "released_on")
    shown = pl.concat(show_newest(small)).join(works, on="title_id").with_columns(day=pl.col("shown_at").dt.date())
    newest = pl.col("released_on") <= pl.col("day")
    latest = [works.filter(pl.col("released_on") <= day)["released_on"].max() for day in shown["day"].unique().sort()]
    assert shown.select(newest.all()).item()
    assert shown.sort("day").unique("day", maintain_order=True)["released_on"].to_list() == latest


def test_before_the_first_release_nothing_is_shown(small):
    late = replace(small, truth=replace(small.truth, released=np.maximum(small.truth.released, 30)))
    assert pl.concat(show_newest(late))["shown_at"].dt.date().min() == STARTS_ON + timedelta(days=30)


def test_visits_are_the_same_however_they_are_cut(small):
    frames = list(show_newest(small, chunk_days=17))
    assert len(frames) == 4
    assert_frame_equal(pl.concat(frames), pl.concat(show_newest(small)))
