import polars as pl

from matinee.tables.schemas import Credits, People


def test_people_and_credits_keep_the_rules_of_their_tables(small):
    assert People.is_valid(small.people)
    assert Credits.is_valid(small.credits)


def test_credits_are_of_known_people_on_every_film_and_series(small):
    assert small.credits["person_id"].is_in(small.people["person_id"].implode()).all()
    assert set(small.credits["title_id"]) == set(small.titles.head(120)["title_id"])


def test_every_work_has_a_director_and_actors_billed_from_one(small):
    billing = small.credits.filter(role="actor").group_by("title_id").agg(pl.col("billing").sort())["billing"]
    assert all(places == list(range(1, len(places) + 1)) for places in billing.to_list())
    assert small.credits.filter(role="director")["title_id"].n_unique() == 120


def test_people_mostly_work_in_one_genre(mixed):
    genres = mixed.titles.select("title_id", genre=pl.col("genres").list.first())
    counts = mixed.credits.join(genres, on="title_id").group_by("person_id", "genre").len()
    most, total = counts.group_by("person_id").agg(pl.col("len").max())["len"].sum(), counts["len"].sum()
    assert 0.75 < most / total < 0.98
