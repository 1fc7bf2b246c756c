import numpy as np
import polars as pl
import pytest

from matinee.tables.schemas import Titles
from matinee.world.catalogue import number_ids
from matinee.world.clock import STARTS_ON
from matinee.world.words import KEYWORDS
from matinee.world.works import all_keywords


def test_titles_keep_the_rules_of_their_table(small):
    assert Titles.is_valid(small.titles)


def test_films_and_series_come_first_in_order_of_release(small):
    works = small.titles.head(120)
    assert set(works["kind"].unique()) == {"film", "series"}
    assert works["released_on"].is_sorted()
    assert set(small.titles.tail(-120)["kind"].unique()) == {"season", "episode"}


def test_seasons_belong_to_series_and_episodes_to_seasons(small):
    parents = small.titles.select(parent_id="title_id", parent_kind="kind", parent_day="released_on")
    children = small.titles.join(parents, on="parent_id")
    pairs = children.select(pl.col("kind", "parent_kind").cast(pl.String)).unique().rows()
    assert set(pairs) == {("season", "series"), ("episode", "season")}
    assert len(children) == len(small.titles) - 120
    assert (children["released_on"] >= children["parent_day"]).all()


def test_children_are_numbered_from_one_without_gaps(small):
    numbered = small.titles.drop_nulls("parent_id").group_by("parent_id").agg(pl.col("number").sort())
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in numbered["number"].to_list())


def test_nothing_is_released_after_the_log_ends(small):
    assert (small.titles["released_on"] - STARTS_ON).dt.total_days().max() < 60


def test_what_is_watched_of_a_work_is_the_film_itself_or_its_episodes_in_order(small):
    titles = small.titles.with_row_index("row")
    for row, first, count in zip(range(120), small.truth.first_parts, small.truth.parts, strict=True):
        parts = titles[int(first) : int(first + count)]
        if titles["kind"][row] == "film":
            assert parts["row"].to_list() == [row]
        else:
            assert parts["kind"].unique().to_list() == ["episode"]
            assert parts["title_id"].str.starts_with(titles["title_id"][row] + "-s").all()
            assert parts["released_on"].is_sorted()


def test_runtimes_are_known_of_what_can_be_watched_and_of_nothing_else(small):
    is_watchable = small.titles["kind"].is_in(["film", "episode"])
    assert (small.titles["runtime_minutes"].is_not_null() == is_watchable).all()


def test_genres_and_keywords_foretell_the_hidden_vectors_but_not_wholly(mixed):
    works = mixed.titles.head(700)
    features = np.array([
        [word in own for word in [*KEYWORDS, *all_keywords()]]
        for own in (works["genres"].to_list()[row] + works["keywords"].to_list()[row] for row in range(700))
    ]).astype(float)
    is_train = np.arange(700) % 2 == 0
    x, y = features[is_train], mixed.truth.vectors[is_train]
    weights = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ y)
    held_out = mixed.truth.vectors[~is_train]
    explained = 1 - ((held_out - features[~is_train] @ weights) ** 2).sum() / (held_out**2).sum()
    assert 0.4 < explained < 0.9


def test_titles_of_a_franchise_are_nearer_than_others(mixed):
    works = mixed.titles.head(700).with_row_index("row").drop_nulls("franchise")
    vectors, everything = mixed.truth.vectors, []
    for rows in works.group_by("franchise").agg("row")["row"].to_list():
        everything += [vectors[rows[0]] @ vectors[row] for row in rows[1:]]
    assert np.mean(everything) > 0.8
    assert np.mean(vectors[:100] @ vectors[100:200].T) < 0.3


@pytest.mark.parametrize(("numbers", "wanted"), [([0, 8], ["t1", "t9"]), (list(range(10)), "t01")])
def test_ids_are_padded_to_one_length(numbers, wanted):
    ids = number_ids("t", np.array(numbers))
    assert wanted in (ids, ids[0])
