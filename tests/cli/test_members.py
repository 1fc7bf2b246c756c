import polars as pl
import pytest

from matinee.store.models import load_model
from matinee.store.service import open_service


@pytest.fixture(scope="session")
def member(world):
    views = open_service(world).scan("views").group_by("member_id").len().sort("len", "member_id")
    return views.collect()["member_id"][-1]


def test_a_page_has_titles_with_reasons_whose_shares_add_up(command, world, member):
    page = command("recommend", "--member", member, "-k", 10, "--json", "--service", world).json
    assert page["member_id"] == member
    assert len(page["titles"]) == 10
    for title in page["titles"]:
        assert title["name"]
        assert {part["kind"] for part in title["because"]} <= {"watched", "popular", "metadata", "fresh", "habits"}
        assert sum(part["share"] for part in title["because"]) == pytest.approx(title["score"], abs=1e-4)


def test_nothing_that_the_member_started_is_on_their_page(command, world, member):
    service = open_service(world)
    seen = service.scan("views").filter(pl.col("member_id") == member).collect()["title_id"]
    page = command("recommend", "--member", member, "--json", "--service", world).json
    roots = {title_id.split("-")[0] for title_id in seen}
    assert roots.isdisjoint(title["title_id"] for title in page["titles"])


def test_a_member_who_gave_up_on_everything_is_told_why_the_page_is_common(command, own_world, tmp_path):
    title_id = load_model(own_world)[0]["title_ids"][0]
    (tmp_path / "views.csv").write_text(f"member_id,title_id,started_at,seconds\nshy,{title_id},2026-01-01,20\n")
    command("import", "table", "views", tmp_path / "views.csv", "--service", own_world)
    page = command("recommend", "--member", "shy", "--json", "--service", own_world).json
    assert page["note"].startswith("nothing yet that counts as enjoyed")
    assert title_id not in [title["title_id"] for title in page["titles"]]


def test_more_titles_than_there_are_take_no_more_memory(command, world, tmp_path, member):
    out = tmp_path / "all.parquet"
    assert command("recommend", "--all", "--out", out, "-k", "1000000000", "--service", world).code == 0
    title_ids = load_model(world)[0]["title_ids"].tolist()
    assert pl.read_parquet(out)["rank"].to_numpy().max() <= len(title_ids)
    one = ["recommend", "--member", member]
    for asked in (one, [*one, "--next"], ["similar", "--title", title_ids[0]]):
        listed = command(*asked, "-k", "1000000000000", "--service", world, "--json").json["titles"]
        assert 10 < len(listed) < len(title_ids)


def test_a_model_that_does_not_know_the_latest_views_says_so(command, own_world, tmp_path, member):
    verbs = [["recommend", "--member", member], ["page", "--member", member], ["report", "--out", tmp_path / "r.html"]]
    verbs.append(["recommend", "--all", "--out", tmp_path / "all.parquet"])
    title_id = load_model(own_world)[0]["title_ids"][0]
    (tmp_path / "views.csv").write_text(f"member_id,title_id,started_at\n{member},{title_id},2026-01-01\n")
    assert command(*verbs[0], "--service", own_world, "--json").json["outdated"] is False
    command("import", "table", "views", tmp_path / "views.csv", "--service", own_world)
    for verb in verbs:
        assert command(*verb, "--service", own_world, "--json").json["outdated"] is True
        said = command(*verb, "--service", own_world).err
        assert "The tables have changed since the model was made; `matinee update` takes in what came.\n" in said
    assert "The tables have changed since the model of these pages" in (tmp_path / "r.html").read_text()
    command("train", "--service", own_world)
    assert "have changed" not in command(*verbs[0], "--service", own_world).err


@pytest.mark.parametrize("words", [("similar",), ("explain", "--member", "m00001")])
def test_an_unknown_title_is_one_line(command, world, words):
    said = command(*words, "--title", "nothing", "--service", world)
    assert said.code == 2
    assert said.err.count("\n") == 1


def test_names_that_look_like_markup_are_shown_as_they_are(command, own_world, tmp_path, member):
    title_ids = load_model(own_world)[0]["title_ids"].tolist()
    rows = "".join(f"{title_id},[/b] [rec] {title_id}\n" for title_id in title_ids)
    (tmp_path / "titles.csv").write_text("title_id,name\n" + rows)
    command("import", "table", "titles", tmp_path / "titles.csv", "--service", own_world)
    about = ("--title", title_ids[0])
    for words in (("recommend", "--member", member), ("similar", *about), ("explain", "--member", member, *about)):
        said = command(*words, "--service", own_world)
        assert said.code == 0
        assert "[/b] [rec]" in said.out
    assert "[/b] [rec]" in command("import", "table", "titles", tmp_path / "titles.csv", "--dry-run").out


def test_an_unknown_member_is_one_line(command, world):
    said = command("recommend", "--member", "nobody", "--service", world)
    assert said.code == 2
    assert said.err.startswith("matinee: no member 'nobody'")


def test_a_member_without_history_gets_what_is_popular_in_their_country_and_is_told(command, own_world, tmp_path):
    (tmp_path / "members.csv").write_text("member_id,country\nnew-fr,FR\nnew-us,US\nnew,\n")
    command("import", "table", "members", tmp_path / "members.csv", "--service", own_world)
    pages = {
        who: command("recommend", "--member", who, "--json", "--service", own_world).json
        for who in ("new-fr", "new-us", "new")
    }
    assert pages["new-fr"]["note"] == "no history yet: this is what is popular in FR now"
    assert pages["new"]["note"] == "no history yet: this is what is popular on the service now"
    assert [part["kind"] for part in pages["new-fr"]["titles"][0]["because"]] == ["popular"]
    assert pages["new-fr"]["titles"] != pages["new-us"]["titles"]


def test_a_member_who_asked_not_to_be_profiled_is_not(command, world):
    members = open_service(world).read("members").filter(~pl.col("personalised"))
    page = command("recommend", "--member", members["member_id"][0], "--json", "--service", world).json
    assert page["note"].startswith("asked not to be profiled")
    assert {part["kind"] for title in page["titles"] for part in title["because"]} == {"popular"}


def test_what_comes_next_is_listed_for_one_member(command, walkers):
    command("train", "--service", walkers)
    page = command("recommend", "--member", "m0", "--next", "-k", 3, "--json", "--service", walkers).json
    assert (page["note"], page["titles"][0]["title_id"], len(page["titles"])) == (None, "t9", 3)
    told = command("recommend", "--member", "m0", "--next", "--service", walkers).out
    assert "Next for m0" in told
    assert "often watched after t8" in told
    assert "Up next, after t8" in command("page", "--member", "m0", "--service", walkers).out
    wrong = command("recommend", "--all", "--next", "--out", walkers / "x.parquet", "--service", walkers)
    assert wrong.code == 2
    assert "--next is for one member; give --member ID" in wrong.err


def test_everybody_gets_the_same_page_as_alone(command, world, member, tmp_path):
    out = tmp_path / "deep" / "pages.parquet"
    said = command("recommend", "--all", "-k", 5, "--out", out, "--json", "--service", world).json
    pages = pl.read_parquet(out)
    unprofiled = open_service(world).read("members").filter(~pl.col("personalised"))["member_id"][0]
    assert said["members"] == 400
    assert pages["member_id"].n_unique() == 400
    for asked in (member, unprofiled):
        alone = command("recommend", "--member", asked, "-k", 5, "--json", "--service", world).json["titles"]
        own = pages.filter(pl.col("member_id") == asked).sort("rank")
        assert own["title_id"].to_list() == [title["title_id"] for title in alone]
        assert own["score"].to_list() == pytest.approx([title["score"] for title in alone], rel=1e-5)


def test_recommending_to_nobody_in_particular_is_misuse(command, world):
    assert command("recommend", "--service", world).code == 2
    assert command("recommend", "--all", "--service", world).code == 2


@pytest.mark.parametrize("name", ["pages.csv", "."])
def test_pages_for_everybody_are_written_to_a_parquet_file_only(command, world, tmp_path, name):
    said = command("recommend", "--all", "--out", tmp_path / name, "--service", world)
    assert said.code == 2
    assert ".parquet" in said.err


def test_explain_gives_the_same_score_as_the_page(command, world, member):
    title = command("recommend", "--member", member, "--json", "--service", world).json["titles"][3]
    said = command("explain", "--member", member, "--title", title["title_id"], "--json", "--service", world).json
    assert said["score"] == pytest.approx(title["score"], abs=1e-5)
    assert said["because"] == title["because"]
    assert said["watched"] is False


def test_similar_titles_leave_out_the_title_itself(command, world):
    title_id = load_model(world)[0]["title_ids"][0]
    said = command("similar", "--title", title_id, "-k", 5, "--json", "--service", world).json
    assert len(said["titles"]) == 5
    assert title_id not in [title["title_id"] for title in said["titles"]]


def test_pages_can_be_read_by_people(command, world, member):
    said = command("recommend", "--member", member, "-k", 3, "--service", world)
    assert f"For {member}" in said.out


def test_a_damaged_model_is_one_line(command, own_world, member):
    array = next((own_world / "models").glob("*/weights.npy"))
    array.write_bytes(array.read_bytes()[:-1])
    said = command("recommend", "--member", member, "--service", own_world)
    assert said.code == 1
    assert "damaged" in said.err
    assert "matinee train" in said.err


def test_check_finds_a_damaged_model(command, own_world):
    assert command("check", "--service", own_world).code == 0
    array = next((own_world / "models").glob("*/weights.npy"))
    array.write_bytes(array.read_bytes()[:-1] + b"?")
    said = command("check", "--service", own_world)
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "array 'weights' is missing or damaged; run `matinee train` again" in said.err
