from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.recommend.pages.compose import EXPLORED, NEW_DAYS, Viewer, compose_page
from matinee.recommend.pages.request import Boost, PageRequest, Pin

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SOON, PAST = NOW + timedelta(hours=1), NOW


def rows_of(page):
    return {row.key: [slot.title_row for slot in row.slots] for row in reversed(page.rows)}


def everything(page):
    return [slot.title_row for row in page.rows for slot in row.slots]


def test_a_full_page_has_eight_rows_in_order(viewer, catalogue, shelf, request_):
    page = compose_page(viewer, catalogue, shelf, request_, np.random.default_rng(0))
    keys = [row.key for row in page.rows]
    assert keys == ["top", "continue", "because", "top10", "new", "genre", "because", "genre"]


def test_what_comes_next_stands_after_what_was_begun(viewer, catalogue, shelf, request_):
    scores = np.random.default_rng(2).normal(size=len(viewer.scores)).astype(np.float32)
    best = int(np.argsort(-np.where(shelf.open & (catalogue.roots == np.arange(120)), scores, -9))[0])
    page = compose_page(replace(viewer, after=(1, scores)), catalogue, shelf, request_, np.random.default_rng(0))
    assert [row.key for row in page.rows[:4]] == ["top", "continue", "next", "because"]
    row = next(row for row in page.rows if row.key == "next")
    assert (row.about, row.slots[0].title_row) == (1, best)
    assert all(np.isfinite(scores[slot.title_row]) for slot in row.slots)
    assert len(everything(page)) == len(set(everything(page)))


@pytest.mark.parametrize("left", [2, 3])
def test_too_few_titles_that_could_come_next_are_no_row(viewer, catalogue, shelf, request_, left):
    scores = np.full(len(viewer.scores), -np.inf, np.float32)
    scores[20 : 20 + left] = 1.0
    bare = replace(viewer, after=(-1, scores), popular=np.zeros_like(viewer.popular))  # no Top 10 takes them first
    page = compose_page(bare, catalogue, shelf, request_, np.random.default_rng(0))
    rows = [row for row in page.rows if row.key == "next"]
    assert [(row.about, len(row.slots)) for row in rows] == ([] if left < 3 else [(None, 3)])


requests = st.builds(
    PageRequest,
    now=st.just(NOW),
    max_age=st.sampled_from([None, 0, 12, 18]),
    languages=st.sampled_from([(), ("en",), ("fr-CA", "en"), ("de",)]),
    excluded=st.lists(st.integers(0, 119), max_size=10),
    diversity=st.floats(0, 1),
    calibration=st.floats(0, 1),
    length=st.integers(1, 25),
    pins=st.lists(st.integers(0, 119), max_size=4, unique=True).map(
        lambda rows: [Pin(row, ("top", "new")[place % 2], 1 + place, SOON) for place, row in enumerate(rows)]
    ),
)


@settings(deadline=None, max_examples=100)
@given(request=requests, seed=st.integers(0, 99), seen=st.lists(st.integers(0, 119), max_size=60))
def test_no_title_stands_twice_and_none_that_the_filters_forbid(viewer, catalogue, shelf, request, seed, seen):
    following = np.random.default_rng(seed).normal(size=len(viewer.scores)).astype(np.float32)
    viewer = replace(viewer, seen=np.array(seen, np.int64), after=(5, following))
    page = compose_page(viewer, catalogue, shelf, request, np.random.default_rng(seed))
    rows = everything(page)
    assert len(rows) == len(set(rows))
    assert all(len(row.slots) <= max(request.length, 10) for row in page.rows)
    fresh = [slot.title_row for row in page.rows if row.key != "continue" for slot in row.slots]
    assert not set(fresh) & {*seen, *catalogue.roots[seen].tolist()}
    assert not set(rows) & {10, 11, 12, *range(100, 110), *request.excluded}
    if request.max_age is not None:
        assert all(0 <= catalogue.ages[row] <= request.max_age for row in rows)
    if request.languages:
        spoken = [["en", "fr"].index(name[:2]) for name in request.languages if name != "de"]
        assert all(catalogue.languages[row][spoken].any() for row in rows)


def test_excluding_or_watching_an_episode_takes_out_its_series(viewer, catalogue, shelf, request_):
    best = replace(viewer, scores=np.where(np.arange(120) == 13, 9, viewer.scores), seen=np.array([], np.int64))
    assert 13 in everything(compose_page(best, catalogue, shelf, request_))
    assert 13 not in everything(compose_page(best, catalogue, shelf, replace(request_, excluded=[11])))
    assert 13 not in everything(compose_page(replace(best, seen=np.array([10])), catalogue, shelf, request_))


def test_continue_watching_holds_what_may_still_be_shown(viewer, catalogue, shelf, request_):
    assert rows_of(compose_page(viewer, catalogue, shelf, request_))["continue"] == [2]


def test_top_10_shows_true_ranks_and_leaves_gaps_for_what_was_watched(viewer, catalogue, shelf, request_):
    popular = np.zeros(120, np.float32)
    popular[[1, 100, 50, 51, 52, 53]] = [9, 8, 7, 6, 5, 4]
    page = compose_page(replace(viewer, popular=popular), catalogue, shelf, request_)
    (top10,) = [row for row in page.rows if row.key == "top10"]
    assert [(slot.title_row, slot.rank) for slot in top10.slots] == [(50, 2), (51, 3), (52, 4), (53, 5)]


def test_because_shows_what_the_watched_title_speaks_for(viewer, catalogue, shelf, request_):
    page = compose_page(viewer, catalogue, shelf, request_)
    shares = dict(viewer.anchors)
    because = [row for row in page.rows if row.key == "because"]
    assert [row.about for row in because] == [1, 2]
    assert all(shares[row.about][slot.title_row] > 0 for row in because for slot in row.slots)


def test_an_anchor_with_too_little_to_show_gives_way_to_the_next(viewer, catalogue, shelf, request_):
    few = np.full(120, -1, np.float32)
    few[[60, 61]] = 1
    page = compose_page(replace(viewer, anchors=[(1, few), *viewer.anchors[1:]]), catalogue, shelf, request_)
    assert [row.about for row in page.rows if row.key == "because"] == [2, 3]


def test_titles_of_a_row_too_short_to_show_are_free_for_the_next(viewer, catalogue, shelf, request_):
    few, scores = np.full(120, -1, np.float32), np.zeros(120, np.float32)
    few[[60, 61]] = 1
    scores[[20, 21, 22]], scores[[60, 61]] = 9, 8
    own = replace(viewer, scores=scores, anchors=[(1, few)], taste=catalogue.genres[60], popular=scores * 0)
    page = compose_page(own, catalogue, shelf, replace(request_, length=3, diversity=0, calibration=0))
    assert rows_of(page)["top"] == [20, 21, 22]
    assert 60 in everything(page)


def test_new_titles_came_lately_and_not_tomorrow(viewer, catalogue, shelf, request_):
    new = rows_of(compose_page(viewer, catalogue, shelf, request_))["new"]
    age = (np.datetime64("2026-06-01") - shelf.arrived[new]).astype(int)
    assert ((age >= 0) & (age < NEW_DAYS)).all()


def test_genre_rows_are_those_that_set_the_member_apart(viewer, catalogue, shelf, request_):
    popular = catalogue.genres @ np.array([10, 1, 1, 1], np.float32)
    own = replace(viewer, popular=popular, taste=np.array([0.5, 0.3, 0.2, 0], np.float32))
    genres = [row.about for row in compose_page(own, catalogue, shelf, request_).rows if row.key == "genre"]
    assert genres == [1, 2]


def test_without_taste_and_anchors_the_page_is_what_is_popular(viewer, catalogue, shelf, request_):
    plain = Viewer(viewer.popular, viewer.popular, viewer.seen, taste=np.zeros(4, np.float32))
    page = compose_page(plain, catalogue, shelf, replace(request_, diversity=0, calibration=1))
    assert {row.key for row in page.rows} == {"top", "top10", "new", "genre"}
    assert viewer.popular[rows_of(page)["top"]].tolist() == sorted(viewer.popular[rows_of(page)["top"]], reverse=True)


def test_one_title_is_explored_and_its_propensity_is_that_of_the_draw(viewer, catalogue, shelf, request_):
    drawn = []
    for seed in range(400):
        page = compose_page(viewer, catalogue, shelf, request_, np.random.default_rng(seed))
        (slot,) = [slot for row in page.rows for slot in row.slots if slot.how == "explored"]
        drawn.append(slot.title_row)
        assert page.rows[0].slots[-1] is slot
    counts = np.unique_counts(drawn).counts
    assert 1 / slot.propensity == len(counts) <= EXPLORED
    expected = 400 * slot.propensity
    assert ((counts - expected) ** 2 / expected).sum() < len(counts) + 5 * np.sqrt(2 * len(counts))


def test_without_rng_nothing_is_explored(viewer, catalogue, shelf, request_):
    page = compose_page(viewer, catalogue, shelf, request_)
    assert {(slot.how, slot.propensity) for row in page.rows for slot in row.slots} == {("ranked", 1.0)}


def test_pins_stand_at_their_places_until_they_expire(viewer, catalogue, shelf, request_):
    pins = [Pin(90, "top", 3, SOON), Pin(91, "top", 1, SOON), Pin(92, "new", 2, SOON), Pin(93, "top", 2, PAST)]
    rows = rows_of(compose_page(viewer, catalogue, shelf, replace(request_, pins=pins), np.random.default_rng(0)))
    assert [rows["top"][0], rows["top"][2], rows["new"][1]] == [91, 90, 92]
    assert len(rows["top"]) == 10
    assert rows["top"][1] != 93


def test_a_pin_beyond_the_end_of_a_short_row_stands_at_its_end(viewer, catalogue, shelf, request_):
    old = replace(shelf, arrived=np.full(120, np.datetime64("2000-01-01")))
    page = compose_page(viewer, catalogue, old, replace(request_, pins=[Pin(90, "new", 7, SOON)]))
    assert rows_of(page)["new"] == [90]


@pytest.mark.parametrize(
    ("pin", "changed", "why"),
    [
        (Pin(105, "top", 1, SOON), {}, "outside its windows in FR"),
        (Pin(1, "top", 1, SOON), {}, "watched before"),
        (Pin(7, "top", 1, SOON), {}, "watched before"),
        (Pin(90, "top", 1, SOON), {"excluded": [90]}, "excluded by the request"),
        (Pin(10, "top", 1, SOON), {}, "part of a series"),
        (Pin(119, "top", 1, SOON), {"languages": ["fr"]}, "not known to be in fr"),
        (Pin(90, "top", 4, SOON), {"length": 3}, "rows have 3 places"),
    ],
)
def test_a_pin_that_the_filters_forbid_is_left_out_and_said(viewer, catalogue, shelf, request_, pin, changed, why):
    watching = replace(viewer, resume=[7])
    page = compose_page(watching, catalogue, shelf, replace(request_, pins=[pin], **changed))
    ((left, said),) = page.left_out
    assert left == pin
    assert why in said
    assert all(slot.how == "ranked" for row in page.rows for slot in row.slots)


def test_a_boost_adds_deviations_to_the_score_until_it_expires(viewer, catalogue, shelf, request_):
    boosts = [Boost(90, 20, SOON), Boost(91, 20, PAST)]
    page = compose_page(viewer, catalogue, shelf, replace(request_, boosts=boosts))
    assert rows_of(page)["top"][0] == 90
    assert page.boosts[90] == pytest.approx(20 * viewer.scores.std())
    assert page.boosts[91] == 0


def test_arrays_of_another_length_and_scores_that_are_not_finite_are_refused(viewer, catalogue, shelf, request_):
    with pytest.raises(ValueError, match="scores must have one entry for each of 120 titles"):
        compose_page(replace(viewer, scores=viewer.scores[:5]), catalogue, shelf, request_)
    with pytest.raises(ValueError, match="scores must be finite"):
        compose_page(replace(viewer, scores=viewer.scores * np.nan), catalogue, shelf, request_)


def test_where_nothing_may_be_shown_there_are_no_rows(viewer, catalogue, shelf, request_):
    assert compose_page(viewer, catalogue, shelf, replace(request_, languages=["de"])).rows == []
