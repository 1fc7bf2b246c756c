"""The live model of a small service is kept up with its log, and forgets."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from matinee.errors import BadModel, MatineeError, UsageError
from matinee.flows.imports import import_table
from matinee.flows.live import load_stored
from matinee.flows.serving import load_recommender, recommend_member
from matinee.flows.training import train
from matinee.flows.updating import forget_in_models, prove_model, update_model
from matinee.flows.worlds import import_world
from matinee.recommend.model import dump_arrays
from matinee.store.models import load_model, name_current
from matinee.store.service import create_service, open_service
from matinee.world import WorldSettings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A service of 300 members, trained."""
    service = create_service(tmp_path_factory.mktemp("world") / "service")
    import_world(service, WorldSettings(members=300, titles=60, days=60, views_per_member=15), seed=3)
    train(service, now=NOW)
    return service


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    """A service whose log a ranker puts in better order than the blend."""
    service = create_service(tmp_path_factory.mktemp("ranked") / "service")
    settings = replace(WorldSettings.mixed(), members=900, titles=120, days=90, views_per_member=20)
    import_world(service, settings, seed=3)
    assert train(service, now=NOW)["live"] == "ranker"
    return service


@pytest.fixture
def own_ranked(ranked, tmp_path):
    """A copy that a test may change."""
    return open_service(Path(shutil.copytree(ranked.path, tmp_path / "ranked")))


@pytest.fixture
def service(trained, tmp_path):
    """A copy that a test may change."""
    return open_service(Path(shutil.copytree(trained.path, tmp_path / "service")))


def watch(service, rows, folder):
    """Import views of member, title and hours after the last one."""
    last = service.read("views")["started_at"].max()
    frame = pl.DataFrame([
        {"member_id": member, "title_id": title, "started_at": last + timedelta(hours=hours), "seconds": 9_000}
        for member, title, hours in rows
    ])
    frame.write_parquet(folder / "views.parquet")
    import_table(service, "views", folder / "views.parquet")


def erase(service, keep):
    """Rewrite every file of views without some rows; what the store does when it forgets is not the matter here."""
    for file in (service.path / "tables" / "views").rglob("*.parquet"):
        pl.read_parquet(file).filter(keep).write_parquet(file)


def find_drift(service):
    """The largest difference of what updates keep exact: all but what training alone learns."""
    return max(value for name, value in prove_model(service).items() if name not in {"ranker", "next"})


def members_in_models(service):
    return {path: set(np.load(path).tolist()) for path in (service.path / "models").rglob("member_ids.npy")}


def pick_films(service, n):
    titles = load_recommender(service).title_ids
    films = service.read("titles").filter(pl.col("kind") == "film")["title_id"]
    return [title for title in titles if title in set(films)][:n]


def test_new_views_are_folded_in_exactly_and_are_live(service, tmp_path):
    films = pick_films(service, 2)
    watch(service, [("newcomer", film, hours) for hours, film in enumerate(films)], tmp_path)
    manifest = update_model(service, now=LATER)
    update = manifest["update"]
    assert (update["events_added"], update["events_removed"], update["members"]) == (2, 0, 1)
    assert (update["solved_because"], update["updates_since_solve"]) == (None, 1)
    assert update["drift"] < 1e-7
    assert find_drift(service) < 1e-6
    assert load_recommender(service).manifest["events"] == manifest["events"]
    assert recommend_member(load_recommender(service), "newcomer")["note"] is None


def test_nothing_new_writes_nothing(service):
    before = sorted(service.path.rglob("*"))
    manifest = update_model(service, now=LATER)
    assert manifest["update"] is None
    assert manifest["run"] == name_current(service.path)
    assert sorted(service.path.rglob("*")) == before


def test_after_an_update_no_model_is_outdated_even_by_what_says_nothing_to_it(service, tmp_path):
    short = {"member_id": "shy", "title_id": pick_films(service, 1)[0], "started_at": NOW, "seconds": 20}
    pl.DataFrame([short]).write_parquet(tmp_path / "views.parquet")
    import_table(service, "views", tmp_path / "views.parquet")
    assert load_recommender(service).is_outdated
    assert update_model(service, now=LATER)["update"]["events_added"] == 0
    assert not load_recommender(service).is_outdated
    assert find_drift(service) < 1e-6


def test_what_no_model_is_made_from_dates_none(service, tmp_path):
    window = {"title_id": pick_films(service, 1)[0], "territory": "FR", "starts_on": NOW.date()}
    pl.DataFrame([window]).write_parquet(tmp_path / "windows.parquet")
    import_table(service, "windows", tmp_path / "windows.parquet")
    assert not load_recommender(service).is_outdated
    assert update_model(service, now=LATER)["update"] is None


def test_a_run_says_what_it_was_made_from_and_keeps_what_training_said(service, tmp_path):
    trained = load_model(service.path)[1]
    watch(service, [("newcomer", pick_films(service, 1)[0], 1)], tmp_path)
    first = name_current(service.path)
    manifest = update_model(service, now=LATER)
    stored = load_model(service.path)[1]
    assert manifest["update"]["from"] == first
    assert stored["update"] == manifest["update"]
    assert stored["events"] == trained["events"] + 1
    for name in ("settings", "metrics", "seed", "min_rating"):
        assert stored[name] == trained[name]


def test_updates_add_up(service, tmp_path):
    for hours, film in enumerate(pick_films(service, 3)):
        watch(service, [("newcomer", film, hours)], tmp_path)
        manifest = update_model(service, now=LATER + timedelta(hours=hours))
    assert manifest["update"]["updates_since_solve"] == 3
    assert find_drift(service) < 1e-6


def test_a_member_who_is_forgotten_is_in_no_model(service):
    member = service.read("views")["member_id"].mode().sort()[0]
    everybody = prove_model(service)
    erase(service, pl.col("member_id") != member)
    assert prove_model(service)["weights"] > 1e-6 > everybody["weights"]  # there is something to forget
    forgotten = forget_in_models(service, now=LATER)
    assert forgotten["update"]["members"] == 1
    assert len(forgotten["deleted"]) == 1
    assert max(prove_model(service).values()) < 1e-6
    assert [member in ids for ids in members_in_models(service).values()] == [False]
    assert not any(member.encode() in file.read_bytes() for file in (service.path / "models").rglob("*.json"))


def test_who_never_had_a_view_is_forgotten_without_a_new_model(service):
    run = name_current(service.path)
    forgotten = forget_in_models(service, now=LATER)
    assert forgotten["update"] is None
    assert forgotten["deleted"] == []
    assert name_current(service.path) == run


def test_a_new_title_stands_in_the_model_by_its_metadata(service, tmp_path):
    like = service.read("titles").filter(pl.col("title_id") == pick_films(service, 1)[0])
    like.with_columns(title_id=pl.lit("aaa"), name=pl.lit("New")).write_parquet(tmp_path / "titles.parquet")
    import_table(service, "titles", tmp_path / "titles.parquet")
    update = update_model(service, now=LATER)["update"]
    recommender = load_recommender(service)
    assert (update["titles_added"], update["events_added"]) == (1, 0)
    everything = np.arange(len(recommender.title_ids))
    assert recommender.blend.cut_weights(everything, np.array([recommender.row_of["aaa"]])).any()
    assert find_drift(service) < 1e-6


def test_a_member_who_moves_counts_for_the_other_country(service, tmp_path):
    members = service.read("members")
    country = members["country"].drop_nulls().unique().sort()[-1]
    row = members.filter(pl.col("country") != country).head(3).with_columns(country=pl.lit(country))
    row.write_parquet(tmp_path / "members.parquet")
    import_table(service, "members", tmp_path / "members.parquet")
    assert prove_model(service)["newcomers"] > 1e-3
    update_model(service, now=LATER)
    assert find_drift(service) < 1e-6


def test_a_model_without_state_says_what_to_do(service):
    file = service.path / "models" / name_current(service.path) / "manifest.json"
    manifest = json.loads(file.read_text())
    for state in (None, {"format": 0}):
        file.write_text(json.dumps(manifest | {"state": state}))
        with pytest.raises(BadModel, match="another version and cannot be updated; run `matinee train` again"):
            update_model(service, now=LATER)
    del manifest["arrays"]["diagonal"]
    file.write_text(json.dumps(manifest))
    with pytest.raises(BadModel, match=r"cannot be updated|not a model that can be updated \(a State needs"):
        update_model(service, now=LATER)


def test_before_any_training_there_is_nothing_to_update(tmp_path):
    with pytest.raises(UsageError, match="no model yet; run `matinee train`"):
        update_model(create_service(tmp_path / "s"), now=NOW)


def test_a_log_without_positives_is_no_model(service):
    erase(service, pl.lit(False))
    with pytest.raises(MatineeError, match="no viewing counts as positive"):
        update_model(service, now=LATER)


def test_what_was_stored_is_what_was_trained(service):
    stored = load_stored(service)
    assert stored.recipe.judged.keys() == stored.manifest["metrics"]["inner ndcg@100"].keys()
    assert stored.log.events.height == stored.manifest["events"]
    assert set(stored.log.member_ids) <= set(service.read("members")["member_id"])
    assert max(prove_model(service).values()) == 0


def test_an_update_gives_the_ranker_the_facts_of_the_log_now(own_ranked, tmp_path):
    before = load_recommender(own_ranked).ranker
    watch(own_ranked, [("newcomer", pick_films(own_ranked, 1)[0], 24)], tmp_path)
    manifest = update_model(own_ranked, now=LATER)
    after = load_recommender(own_ranked).ranker
    assert (manifest["live"], manifest["ranker"]["is_of_this_log"]) == ("ranker", False)
    assert before is not None
    assert after is not None
    assert after.facts.now >= before.facts.now + 24 * 3600
    weighed, weighs = (dump_arrays(ranker.correction) for ranker in (before, after))
    assert all((weighs[name] == array).all() for name, array in weighed.items())


def test_a_ranker_learns_again_without_the_forgotten_even_after_an_update(own_ranked):
    member = own_ranked.read("views")["member_id"].mode().sort()[0]
    erase(own_ranked, pl.col("member_id") != member)
    update_model(own_ranked, now=LATER)  # leaves what the ranker learned as it was
    differences = prove_model(own_ranked)
    assert differences.pop("ranker") > 1e-6
    assert max(differences.values()) < 1e-6
    forget_in_models(own_ranked, now=LATER)
    assert prove_model(own_ranked)["ranker"] == 0
    assert forget_in_models(own_ranked, now=LATER)["update"] is None  # once is enough
