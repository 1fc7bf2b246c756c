from dataclasses import replace

from matinee.cli import demo


def test_the_demo_goes_from_log_to_report_and_says_what_next(command, tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "WORLD", replace(demo.WORLD, members=700, titles=150, days=90))  # quick
    out = tmp_path / "reports" / "index.html"
    said = command("demo", "--world", "--dir", tmp_path / "service", "--out", out)
    assert said.code == 0
    assert "Checked: every row keeps the rules" in said.out
    assert said.out.count("For m") == 3
    assert (tmp_path / "service" / "world" / "matinee.toml").is_file()
    assert "import table views" in said.out
    assert out.is_file()


def test_without_an_index_the_demo_says_so_and_uses_the_world(command, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(demo, "WORLD", replace(demo.WORLD, members=300, titles=80, days=90))  # quick
    said = command("demo", "--dir", tmp_path / "service", "--out", tmp_path / "index.html", "--json")
    assert "MovieLens 100K cannot be had" in said.err
    assert "simulated world" in said.err
    assert len(said.json["pages"]) == 3
