from datetime import date

import numpy as np
import polars as pl

from matinee.recommend.metadata import build_features
from matinee.tables.schemas import Credits, People, Titles


def frame(schema, rows):
    columns = {name: column.dtype for name, column in schema.columns().items()}
    return schema.cast(pl.DataFrame([dict.fromkeys(columns) | row for row in rows], schema=columns, orient="row"))


def titles(*rows):
    return frame(Titles, [{"title_id": f"t{i}", "name": f"T{i}"} | row for i, row in enumerate(rows)])


def credits(*rows):
    keys = ("title_id", "person_id", "role")
    return frame(Credits, [dict(zip(keys, row, strict=True)) for row in rows])


def people(*ids):
    return frame(People, [{"person_id": i, "name": i} for i in ids])


def resemblance(catalogue, cast=None, roles=None):
    features = build_features(catalogue, people() if cast is None else cast, credits() if roles is None else roles)
    assert features.dtype == np.float32
    assert features.shape[0] == len(catalogue)
    return (features @ features.T).toarray()


def test_titles_that_share_genres_are_alike_and_others_are_not():
    noir, farce = {"genres": ["noir"]}, {"genres": ["farce"]}
    alike = resemblance(titles(noir, noir, farce, farce))
    np.testing.assert_allclose(alike, np.kron(np.eye(2), np.ones((2, 2))), atol=1e-6)


def test_a_shared_director_outweighs_a_shared_word():
    catalogue = titles({"synopsis": "A spaceship lands"}, {"synopsis": "The spaceship"}, {}, {"genres": ["noir"]})
    made_by = credits(("t0", "p", "director"), ("t2", "p", "director"))
    alike = resemblance(catalogue, people("p"), made_by)
    np.testing.assert_allclose(alike[0, 2] / alike[0, 1], 1.0 / 0.3, rtol=1e-5)
    assert alike[0, 3] == 0


def test_a_rare_feature_says_more_than_a_common_one():
    drama, heist = {"genres": ["drama"]}, {"keywords": ["heist"]}
    alike = resemblance(titles(drama | heist, drama, heist, drama))
    np.testing.assert_allclose(alike[0, 2] / alike[0, 1], np.log(4 / 2) / np.log(4 / 3), rtol=1e-5)


def test_a_feature_of_a_single_title_vanishes():
    assert build_features(titles({"genres": ["noir"]}, {"genres": ["farce"]}, {}), people(), credits()).nnz == 0


def test_a_feature_of_every_title_vanishes():
    features = build_features(titles({"kind": "film"}, {"kind": "film"}, {"kind": "film"}), people(), credits())
    assert features.nnz == 0
    assert features.shape[0] == 3


def test_rows_have_length_one_or_nothing():
    catalogue = titles(
        {"genres": ["noir", "farce"], "year": 1950, "languages": ["fr"], "synopsis": "night and fog"},
        {"genres": ["noir"], "released_on": date(1950, 5, 1), "languages": ["fr"], "franchise": "F"},
        {"genres": ["farce"], "year": 1952, "franchise": "F", "synopsis": "Fog."},
        {"genres": [], "keywords": None, "synopsis": ""},
    )
    lengths = np.sqrt(resemblance(catalogue).diagonal())
    np.testing.assert_allclose(lengths, [1, 1, 1, 0], rtol=1e-6)


def test_the_day_of_release_stands_in_for_the_year():
    alike = resemblance(titles({"year": 1950}, {"released_on": date(1950, 1, 2)}, {"year": 2000}, {"year": 2000}))
    np.testing.assert_allclose(alike[0, 1], 1, rtol=1e-6)


def test_a_role_matters_and_a_person_who_is_not_listed_does_not_count():
    made_by = credits(("t0", "p", "actor"), ("t1", "p", "director"), ("t0", "q", "actor"), ("t2", "q", "actor"))
    assert not resemblance(titles({}, {}, {}, {}), people("p"), made_by).any()


def test_a_catalogue_without_metadata_and_one_without_titles_work():
    assert build_features(titles({}, {}), people(), credits()).shape == (2, 0)
    assert build_features(titles({}), people(), credits()).shape == (1, 0)
    assert build_features(Titles.create_empty(), people(), credits()).shape == (0, 0)
