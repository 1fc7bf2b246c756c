"""A catalogue too large for dense item weights: every verb does with factors what it does with them."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from matinee.flows.evaluation import evaluate
from matinee.flows.forgetting import forget
from matinee.flows.imports import import_table
from matinee.flows.live import load_stored
from matinee.flows.pages import make_page
from matinee.flows.serving import explain, find_similar, load_recommender, recommend_all, recommend_member
from matinee.flows.training import train
from matinee.flows.updating import prove_model, update_model
from matinee.flows.worlds import import_world
from matinee.recommend import recipe
from matinee.recommend.blend import FactorBlend
from matinee.store.models import load_model
from matinee.store.service import create_service, open_service
from matinee.world import WorldSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(recipe, "MOST_DENSE", 40)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A service of 300 members with a title that nobody has watched, trained."""
    folder = tmp_path_factory.mktemp("world")
    service = create_service(folder / "service")
    import_world(service, WorldSettings(members=300, titles=60, days=60, views_per_member=15), seed=3)
    new = service.read("titles").head(1).with_columns(title_id=pl.lit("aaa"), name=pl.lit("New"))
    new.write_parquet(folder / "titles.parquet")
    import_table(service, "titles", folder / "titles.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipe, "MOST_DENSE", 40)
        train(service, now=NOW)
    return service


@pytest.fixture
def service(trained, tmp_path):
    """A copy that a test may change."""
    return open_service(Path(shutil.copytree(trained.path, tmp_path / "service")))


def watch(service, member, folder, hours=1):
    """Import a view of a film that a member has not seen, after the last view there is."""
    views, films = service.read("views"), service.read("titles").filter(pl.col("kind") == "film")["title_id"]
    seen = set(views.filter(pl.col("member_id") == member)["title_id"])
    film = next(title for title in films.sort() if title not in seen)
    row = {"member_id": member, "title_id": film, "started_at": views["started_at"].max() + timedelta(hours=hours)}
    pl.DataFrame([row | {"seconds": 9_000}]).write_parquet(folder / "views.parquet")
    import_table(service, "views", folder / "views.parquet")
    return film


def pick_member(service):
    return service.read("views")["member_id"].mode().sort()[0]


def test_training_chooses_factors_and_keeps_no_matrix_of_titles_by_titles(trained):
    arrays, manifest = load_model(trained.path)
    assert manifest["settings"]["factors"]["embedding_size"] in {64, 128}
    assert "factors" in manifest["metrics"]["inner ndcg@100"]
    assert "weights" not in arrays
    assert manifest["notes"] == [
        f"{manifest['titles']} titles are too many for item weights of titles x titles: taste is told by factors, which"
        " every update fits again from the log."
    ]
    assert isinstance(load_recommender(trained).blend, FactorBlend)


def test_reasons_add_up_and_the_page_for_all_is_the_page_for_one(trained, tmp_path):
    recommender, member = load_recommender(trained), pick_member(trained)
    page = recommend_member(recommender, member, k=5)
    assert page["note"] is None
    for title in page["titles"]:
        assert sum(reason["share"] for reason in title["because"]) == pytest.approx(title["score"], abs=1e-4)
    assert recommend_all(recommender, tmp_path / "pages.parquet", k=5) == trained.read("members").height
    own = pl.read_parquet(tmp_path / "pages.parquet").filter(pl.col("member_id") == member).sort("rank")
    assert own["title_id"].to_list() == [title["title_id"] for title in page["titles"]]


def test_an_explanation_adds_up_for_watched_and_for_unwatched_titles(trained):
    recommender, member = load_recommender(trained), pick_member(trained)
    unwatched = np.flatnonzero(~recommender.blend.known)
    assert recommender.title_ids[unwatched[0]] == "aaa"
    kinds = set()
    for row in (0, 7, *unwatched.tolist()):
        said = explain(recommender, member, recommender.title_ids[row])
        assert sum(part["share"] for part in said["because"]) == pytest.approx(said["score"], abs=1e-4)
        kinds |= {part["kind"] for part in said["because"]}
    assert {"watched", "metadata", "popular"} <= kinds


def test_unwatched_titles_have_vectors_by_their_metadata(trained):
    blend = load_recommender(trained).blend
    assert isinstance(blend, FactorBlend)
    assert blend.right[~blend.known].any(axis=1).all()
    assert not blend.left[~blend.known].any()


def test_similar_titles_are_those_of_the_nearest_vectors(trained):
    recommender = load_recommender(trained)
    found = find_similar(recommender, recommender.title_ids[5], k=4)["titles"]
    scores = [title["score"] for title in found]
    assert recommender.title_ids[5] not in {title["title_id"] for title in found}
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[0] <= 1 + 1e-6


def test_a_page_gives_every_title_its_reasons(trained):
    page = make_page(load_recommender(trained), pick_member(trained), now=LATER)
    titles = [title for row in page["rows"] for title in row["titles"] if title["because"]]
    assert len(titles) > 5
    for title in titles:
        assert sum(reason["share"] for reason in title["because"]) == pytest.approx(title["score"], abs=1e-3)
    assert any(row["key"].startswith("because") for row in page["rows"])


def test_an_update_fits_again_from_the_log_and_says_why(service, tmp_path):
    film, before = watch(service, "newcomer", tmp_path), load_stored(service)
    update = update_model(service, now=LATER)["update"]
    assert (update["events_added"], update["drift"], update["updates_since_solve"]) == (1, 0, 0)
    assert update["solved_because"] == "factors have no exact update"
    assert load_stored(service).recipe == before.recipe
    differences = prove_model(service)
    for name in ("ranker", "next"):  # moved on, not learned again
        differences.pop(name, None)
    assert max(differences.values()) == 0
    page = recommend_member(load_recommender(service), "newcomer")
    assert page["note"] is None
    assert film not in {title["title_id"] for title in page["titles"]}
    assert update_model(service, now=LATER)["update"] is None


def test_who_is_forgotten_is_in_no_factor(service, tmp_path):
    member = pick_member(service)
    watch(service, member, tmp_path)
    assert prove_model(service)["left"] > 1e-6  # there is something to notice
    receipt = forget(service, [member], clock=lambda: LATER).receipt
    assert receipt["model"]["proof"]["max_difference"] == 0
    assert member not in set(load_stored(service).log.member_ids)


def test_what_was_stored_is_what_was_trained(trained):
    stored = load_stored(trained)
    assert stored.recipe.item_model == "factors"
    assert stored.live.state.diagonal.size == stored.live.state.audiences.size == stored.live.state.mixture.size == 0
    assert max(prove_model(trained).values()) == 0


@pytest.mark.parametrize("protocol", ["time", "cold"])
def test_an_evaluation_lists_factors_and_no_dense_model(trained, protocol):
    found = evaluate(trained, protocol)
    part = {"time": "factors", "cold": "cold"}[protocol]
    assert {part, "blend"} <= set(found.models)
    assert not {"linear", "ease-1000"} & set(found.models)
    assert found.recipe.factors is not None
    assert found.models[part]["ndcg@100"] > 0
