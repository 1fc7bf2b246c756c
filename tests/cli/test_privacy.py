import json
from pathlib import Path

import pytest

from matinee.store.service import open_service


@pytest.fixture
def member(own_world):
    views = open_service(own_world).scan("views").group_by("member_id").len().sort("len", "member_id")
    return views.collect()["member_id"][-1]


def test_a_member_is_exported_then_forgotten_then_unknown(command, own_world, member, tmp_path):
    out = tmp_path / "out.zip"
    said = command("export", "--member", member, "--out", out, "--service", own_world)
    assert said.code == 0
    assert out.exists()
    assert "rows of members 1, views " in said.out
    said = command("forget", "--member", member, "--service", own_world)
    assert said.code == 0
    assert "1 older model was deleted.\nProof: one made without them from the start differs by" in said.out
    for verb in (["forget"], ["export", "--out", tmp_path / "again"], ["recommend"]):
        said = command(*verb, "--member", member, "--service", own_world)
        assert said.code == 2
        assert said.err.startswith(f"matinee: no member '{member}'")


def test_a_receipt_as_json_says_where_it_lies(command, own_world, member):
    (own_world / "plays.csv").write_text(member)
    done = command("forget", "--member", member, "--json", "--service", own_world).json
    assert done["foreign"] == [str(own_world / "plays.csv")]
    receipt = json.loads(Path(done["receipt"]).read_text())
    assert receipt.items() <= done.items()
    assert done.keys() - receipt.keys() == {"receipt", "foreign"}


def test_nobody_named_is_one_line(command, world):
    said = command("forget", "--service", world)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "nobody to forget; name them with --member ID" in said.err


def test_an_export_goes_by_default_into_the_current_folder_and_never_into_the_service(
    command, own_world, member, tmp_path, monkeypatch
):
    monkeypatch.chdir(own_world)
    said = command("export", "--member", member)
    assert said.code == 2
    assert "name a place outside it with --out" in said.err
    monkeypatch.chdir(tmp_path)
    done = command("export", "--member", member, "--json", "--service", own_world).json
    assert done["rows"]["members"] == 1
    assert (tmp_path / done["file"]).exists()


@pytest.mark.parametrize("verb", ["forget", "export"])
@pytest.mark.parametrize("member_id", ["", " ", "nobody", " m00001"])
def test_an_id_that_nobody_has_is_one_line(command, own_world, tmp_path, verb, member_id):
    (tmp_path / "views.csv").write_text("member_id,title_id,started_at\n,t1,?\n m00001 x,t1 t2,\n")
    command("import", "table", "views", tmp_path / "views.csv", "--service", own_world)
    said = command(verb, "--member", member_id, "--service", own_world)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert said.err.startswith(f"matinee: no member '{member_id}'")
