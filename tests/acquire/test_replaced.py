from datetime import date

import numpy as np
import polars as pl
import pytest

from matinee.acquire.replaced import PERIOD_DAYS, find_start, learn_switching
from matinee.acquire.who.hidden import Evidence
from matinee.recommend.metadata import build_features
from matinee.tables.log import EVENTS
from matinee.tables.schemas import TABLES

MEMBERS, TITLES, DAY = 120, 12, 86_400


def make_evidence(days=90, seed=0):
    """Make two crowds, of dramas (even) and of comedies (odd), and a drama that nobody has watched."""
    rng = np.random.default_rng(seed)
    genres = [["Drama"] if row % 2 == 0 else ["Comedy"] for row in range(TITLES)] + [["Drama"]]
    titles = TABLES["titles"].create_empty().select("title_id", "name", "released_on", "genres", "year")
    rows = [(f"t{row}", f"Title {row}", date(1970, 1, 1), each, 1970) for row, each in enumerate(genres)]
    titles = pl.DataFrame(rows, schema=titles.schema, orient="row")
    full = pl.concat([TABLES["titles"].create_empty(), titles], how="diagonal")
    events = [
        (member, row, int(rng.integers(0, days * DAY)), 1.0)
        for member in range(MEMBERS)
        for row in range(TITLES)
        if rng.random() < (0.7 if row % 2 == member % 2 else 0.1)
    ]
    metadata = build_features(full, TABLES["people"].create_empty(), TABLES["credits"].create_empty())
    frame = pl.DataFrame(events, schema=EVENTS, orient="row").sort("at")
    since = np.full(full.height, -np.inf)
    return Evidence(frame, MEMBERS, full, TABLES["credits"].create_empty(), metadata, since)


CHANCES = np.where(np.arange(MEMBERS) % 2 == 0, 0.5, 0.05)


def learn(visits=2.0, **changes):
    hidden, came = np.arange(TITLES + 1) == TITLES, np.full(MEMBERS, visits)
    return learn_switching(make_evidence(**changes), hidden, visits=came, rng=np.random.default_rng(0))


def test_a_drama_takes_its_plays_from_dramas():
    learned = learn()
    made, rows = learned.split(TITLES, CHANCES), learned.scene.titles
    assert made.incremental + made.diverted.sum() == pytest.approx(made.plays)
    is_drama = rows % 2 == 0
    assert made.diverted[is_drama].sum() > 2 * made.diverted[~is_drama].sum()
    assert TITLES not in rows


def test_the_more_visits_end_with_nothing_the_more_is_added():
    few, many = (learn(visits).split(TITLES, CHANCES) for visits in (2.0, 8.0))
    assert many.incremental / many.plays > few.incremental / few.plays


def test_a_log_of_a_few_days_has_no_past_to_learn_from():
    assert find_start(make_evidence(days=5)) < 0
    with pytest.raises(ValueError, match=f"nothing before or in the last {PERIOD_DAYS} days"):
        learn(days=5)


def test_what_a_holdout_measured_of_one_title_moves_every_other():
    learned = learn()
    anchored = learned.anchored(TITLES, CHANCES, share=0.5)
    made, other = anchored.split(TITLES, CHANCES), np.roll(CHANCES, 1)
    assert made.incremental / made.plays == pytest.approx(0.5, rel=1e-4)
    assert anchored.split(TITLES, other).incremental > learned.split(TITLES, other).incremental
