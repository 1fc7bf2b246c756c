from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from matinee.acquire.who.hidden import Evidence, find_signals, find_watched, learn_chances, predict_chances
from matinee.acquire.who.past import NUMBERS, describe_past
from matinee.acquire.who.since import find_since
from matinee.recommend.metadata import build_features
from matinee.tables.log import EVENTS
from matinee.tables.schemas import TABLES

MEMBERS, TITLES = 300, 120


@pytest.fixture(scope="module")
def evidence():
    """Half of the members watch genre a, half genre b, active ones more; titles of the star twice as often."""
    rng = np.random.default_rng(1)
    is_a, has_star = np.arange(TITLES) % 2 == 0, np.arange(TITLES) % 3 == 0
    likes_a, active = np.arange(MEMBERS) < MEMBERS // 2, rng.uniform(0.3, 1.0, MEMBERS)
    odds = np.where(likes_a[:, None] == is_a, 0.4, 0.05) * active[:, None] * np.where(has_star, 1.0, 0.5)
    rows = np.argwhere(rng.random(odds.shape) < odds)
    columns = {"member_row": rows[:, 0], "title_row": rows[:, 1], "at": np.arange(len(rows)), "weight": 1.0}
    empty = TABLES["titles"].create_empty()
    made = [
        dict.fromkeys(empty.columns)
        | {"title_id": f"t{n}", "name": f"Film {'abcdefghij'[n % 10]}{n}", "kind": "film", "year": 1990 + n // 12}
        | {"genres": ["a" if is_a[n] else "b"], "released_on": date(1990 + n // 12, 1 + n % 12, 1)}
        for n in range(TITLES)
    ]
    titles = pl.DataFrame(made, schema=empty.schema)
    actor = {"person_id": "star", "role": "actor", "billing": 1}
    stars = [{"title_id": f"t{n}"} | actor for n in range(TITLES) if has_star[n]]
    credits = pl.DataFrame(stars)
    metadata = build_features(titles, pl.DataFrame({"person_id": ["star"]}), credits)
    since = find_since(titles, TABLES["windows"].create_empty())
    return Evidence(pl.DataFrame(columns, schema_overrides=EVENTS), MEMBERS, titles, credits, metadata, since)


def test_chances_find_who_watches_titles_that_were_hidden(evidence):
    practice, hidden = evidence.years == 1998, evidence.years == 1999
    model = learn_chances(evidence, practice, hidden, rng=np.random.default_rng(0))
    rows = np.flatnonzero(hidden)
    chances = predict_chances(model, find_signals(evidence, rows, hidden))
    watched = find_watched(evidence, rows)
    assert chances[watched].mean() > 1.6 * chances[~watched].mean()
    assert chances.sum() == pytest.approx(watched.sum(), rel=0.15)
    has_star = rows % 3 == 0
    assert chances[:, has_star].sum(axis=0).mean() > 1.3 * chances[:, ~has_star].sum(axis=0).mean()


def test_views_of_hidden_titles_change_nothing(evidence):
    practice, hidden = evidence.years == 1998, evidence.years == 1999
    rows = np.flatnonzero(hidden)
    kept = evidence.events.filter(~pl.Series(hidden[evidence.events["title_row"].to_numpy()]))
    blind = replace(evidence, events=kept)
    models = [learn_chances(each, practice, hidden, rng=np.random.default_rng(0)) for each in (evidence, blind)]
    signals = [find_signals(each, rows, hidden) for each in (evidence, blind)]
    seen, unseen = (predict_chances(model, each) for model, each in zip(models, signals, strict=True))
    assert np.array_equal(seen, unseen)


def test_only_other_titles_up_to_its_year_count_for_a_titles_past(evidence):
    logs, known, middle = np.log10(np.maximum(evidence.counts, 0.5)), np.ones(TITLES, np.bool_), 60
    before = describe_past(evidence.titles, evidence.credits, evidence.years, logs, known)
    after = describe_past(
        evidence.titles, evidence.credits, evidence.years, logs + 5 * (np.arange(TITLES) == middle), known
    )
    sums = 2 * NUMBERS  # of actors: the largest sum of their titles' audiences, then their best title
    has_changed = np.flatnonzero((before != after)[:, sums : sums + 2].any(axis=1))
    stars = np.flatnonzero((np.arange(TITLES) % 3 == 0) & (evidence.years >= evidence.years[middle]))
    assert has_changed.tolist() == [row for row in stars if row != middle]


def test_titles_asked_about_must_be_hidden(evidence):
    nothing = np.zeros(TITLES, np.bool_)
    with pytest.raises(ValueError, match="got titles that are not hidden"):
        find_signals(evidence, np.array([3]), nothing)
    with pytest.raises(ValueError, match="got no title that anybody watched"):
        learn_chances(evidence, nothing, nothing, rng=np.random.default_rng(0))
