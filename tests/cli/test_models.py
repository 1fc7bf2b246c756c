import json

import pytest
from tests.cli.conftest import make_service

from matinee.store.models import load_model
from matinee.store.service import open_service


def test_train_makes_the_model_and_says_what_it_learned(command, own_world):
    manifest = command("train", "--json", "--service", own_world).json
    assert manifest["metrics"]["inner ndcg@100"]["blend"] > 0
    assert (own_world / "models" / "current").read_text().strip() == manifest["run"]


def test_training_twice_on_the_same_log_gives_the_same_model(command, own_world):
    first = command("train", "--json", "--service", own_world).json
    second = command("train", "--json", "--service", own_world).json
    arrays = [
        json.loads((own_world / "models" / run["run"] / "manifest.json").read_text())["arrays"]
        for run in (first, second)
    ]
    assert arrays[0] == arrays[1]


def test_update_folds_new_views_in_and_says_how_exactly(command, own_world, tmp_path):
    title_id = str(load_model(own_world)[0]["title_ids"][0])
    last = open_service(own_world).read("views")["started_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").max()
    rows = [f"new{member},{title_id},{last!s},9000" for member in (1, 2)]
    (tmp_path / "views.csv").write_text("member_id,title_id,started_at,seconds\n" + "\n".join(rows))
    command("import", "table", "views", tmp_path / "views.csv", "--service", own_world)
    said = command("update", "--service", own_world)
    assert said.code == 0
    assert "2 positive viewings folded in and 0 taken out, of 2 members;" in said.out
    assert "Not solved again. Largest error of its weights where we looked:" in " ".join(said.out.split())
    assert "Nothing new since model" in command("update", "--service", own_world).out
    assert command("update", "--json", "--service", own_world).json["update"] is None


@pytest.mark.parametrize("protocol", ["time", "members", "next", "cold"])
def test_evaluate_prints_every_model_with_its_errors(command, world, protocol):
    said = command("evaluate", "--protocol", protocol, "--json", "--service", world).json
    assert said["protocol"] == protocol
    assert said["split"]["test_members"] > 0
    assert said["live"] in said["models"]
    for facts in said["models"].values():
        assert {"recall@20", "recall@50", "ndcg@10", "ndcg@100", "coverage@20", "se", "fit_cpu_s"} <= set(facts)
        assert 0 <= facts["ndcg@100"] <= 1
        assert set(facts["se"]) == {"recall@20", "recall@50", "ndcg@10", "ndcg@100"}


def test_the_next_title_stands_beside_the_others_where_it_is_asked_for(command, world):
    by_time, by_next = (
        command("evaluate", "--protocol", protocol, "--json", "--service", world).json for protocol in ("time", "next")
    )
    assert "next" not in by_time["models"]
    assert {"blend", "ranker"} <= set(by_time["models"])
    assert "next" in by_next["models"]
    assert "ranker" not in by_next["models"]


def test_the_next_title_is_live_where_members_follow_a_path(command, walkers):
    said = command("evaluate", "--protocol", "next", "--json", "--service", walkers).json
    assert said["live"] == "next"
    assert said["models"]["blend"]["live_minus_this"]["low"] > 0
    assert "next (live)" in command("evaluate", "--protocol", "next", "--service", walkers).out


def test_training_keeps_the_next_title_where_it_wins_and_says_so(command, walkers):
    manifest = command("train", "--json", "--service", walkers).json
    judged = manifest["next"]["inner ndcg@100"]
    assert manifest["next"]["serves"]
    assert judged["next"] > judged["blend"]
    assert "it serves what comes next" in " ".join(command("train", "--service", walkers).out.split())


def test_training_does_not_keep_a_next_title_that_knows_no_more(command, tmp_path):
    rows = [f"m{m},t{(m * 7 + t * t) % 25},{86_400 * 1000}" for m in range(120) for t in range(9)]
    service = make_service(tmp_path, rows)  # all at once: nothing came after anything
    assert command("train", "--json", "--service", service).json["next"] is None
    assert not any(name.startswith("next_") for name in load_model(service)[0])
    assert "next" not in command("evaluate", "--protocol", "next", "--json", "--service", service).json["models"]


def test_under_the_cold_protocol_only_chance_stands_beside_what_knows_metadata(command, world):
    models = command("evaluate", "--protocol", "cold", "--json", "--service", world).json["models"]
    assert list(models) == ["popular", "cold", "blend"]
    assert models["cold"]["ndcg@100"] > models["popular"]["ndcg@100"]


def test_the_rating_that_counts_can_be_changed(command, tmp_path):
    rows = [f"m{m},t{t},{86400 * (1000 + 3 * t + m)},{1 + (m + t) % 5}" for m in range(40) for t in range(30)]
    (tmp_path / "views.csv").write_text("member_id,title_id,started_at,rating\n" + "\n".join(rows))
    command("init", tmp_path / "s")
    command("import", "table", "views", tmp_path / "views.csv", "--time", "unix", "--service", tmp_path / "s")
    events = [
        command("train", "--min-rating", least, "--json", "--service", tmp_path / "s").json["events"]
        for least in (1, 5)
    ]
    assert events == [1200, 240]
    assert command("train", "--min-rating", "nan", "--service", tmp_path / "s").code == 2


def test_a_log_of_ten_points_is_told_which_setting_says_what_is_positive(command, tmp_path):
    rows = [f"m{m},t{t},{86400 * (1000 + 3 * t + m)},{1 + (m + t) % 10}" for m in range(20) for t in range(20)]
    (tmp_path / "views.csv").write_text("member_id,title_id,started_at,rating\n" + "\n".join(rows))
    command("init", tmp_path / "s")
    command("import", "table", "views", tmp_path / "views.csv", "--time", "unix", "--service", tmp_path / "s")
    said = command("train", "--service", tmp_path / "s").out
    assert "Ratings go up to 10 here, and count as positive from 4: for a scale of ten, set min_rating" in said
    assert command("train", "--min-rating", "4", "--json", "--service", tmp_path / "s").json["notes"] == []
    (tmp_path / "s" / "matinee.toml").write_text("min_rating = 8\n")
    assert command("train", "--json", "--service", tmp_path / "s").json["notes"] == []


def test_evaluate_takes_a_split_file(command, world, tmp_path):
    rows = ["member_id,title_id,timestamp,part"]
    rows += [f"{m},{t},{100 + t},train" for m in range(30) for t in range(8) if (m + t) % 3]
    rows += [f"{m},{t},{200 + t},target" for m in range(30) for t in range(8) if not (m + t) % 3]
    (tmp_path / "split.csv").write_text("\n".join(rows))
    said = command("evaluate", "--protocol", tmp_path / "split.csv", "--json", "--service", world).json
    assert said["split"]["test_members"] == 30


def test_the_validation_members_of_a_split_file_can_be_judged_on(command, world, tmp_path):
    lines = {"train_input": 40, "test_output": 40, "validation_input": 12, "validation_output": 12}
    for name, n in lines.items():
        titles = [[t for t in range(1, 9) if (m + t) % 4] for m in range(n)]
        said = ["9" if "output" in name else " ".join(map(str, each)) for each in titles]
        (tmp_path / f"{name}.txt").write_text("\n".join(said))
    judged = command("evaluate", "--protocol", tmp_path, "--part", "validation", "--json", "--service", world).json
    assert judged["split"]["test_members"] == 12
    said = command("evaluate", "--protocol", "time", "--part", "validation", "--service", world)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "the split has no part 'validation'" in said.err


@pytest.mark.parametrize(("name", "content"), [("no.csv", None), ("bad.csv", "a,b\n1,2\n"), ("bad.parquet", "x")])
def test_what_is_no_split_is_one_line(command, world, tmp_path, name, content):
    if content:
        (tmp_path / name).write_text(content)
    said = command("evaluate", "--protocol", tmp_path / name, "--service", world)
    assert said.code in {1, 2}
    assert said.err.count("\n") == 1
    assert name in said.err


def test_evaluate_is_readable(command, world):
    said = command("evaluate", "--service", world)
    assert "ndcg@100" in said.out
    assert "blend" in said.out


def test_a_report_has_the_name_of_a_page(command, world, tmp_path):
    said = command("report", "--out", tmp_path / "page.json", "--service", world)
    assert said.code == 2
    assert ".html" in said.err


def test_the_report_is_one_file_that_needs_no_other(command, world, tmp_path):
    out = tmp_path / "page.html"
    said = command("report", "--out", out, "--json", "--service", world).json
    page = out.read_text(encoding="utf-8")
    assert said == {"report": str(out), "numbers": str(tmp_path / "page.json"), "outdated": False}
    assert page.count("<svg") >= 3
    assert "<script src" not in page
    assert "<link" not in page
    assert json.loads((tmp_path / "page.json").read_text())["live"] in {"blend", "ranker"}
