from dataclasses import replace

import pytest

from matinee.cli import demo, demo_acquisition


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
    page = (out.parent / "candidates.html").read_text(encoding="utf-8")
    assert page.count('<section class="sheet"') == 3
    assert "hidden from all of this" in said.out


def test_without_an_index_the_demo_says_so_and_uses_the_world(command, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(demo, "WORLD", replace(demo.WORLD, members=300, titles=80, days=90))  # quick
    said = command("demo", "--dir", tmp_path / "service", "--out", tmp_path / "index.html", "--json")
    assert "MovieLens 100K cannot be had" in said.err
    assert "simulated world" in said.err
    assert len(said.json["pages"]) == 3


def test_the_acquisition_demo_without_reports_learns_from_the_world(command, tmp_path, monkeypatch):
    small = replace(demo_acquisition.WORLD, members=300, titles=240, days=150, views_per_member=20)  # quick
    monkeypatch.setattr(demo_acquisition, "WORLD", small)
    out = tmp_path / "page.html"
    words = ("demo", "acquisition", "--reports", tmp_path, "--dir", tmp_path / "service", "--out", out)
    said = command(*words, "--json")
    assert said.code == 0
    assert f"No report (*.xlsx) in {tmp_path}" in said.err
    assert "No past to test on" in said.err
    assert len(said.json["dossier"]["titles"]) == len(demo_acquisition.OFFERS)
    assert demo_acquisition.ABOUT_WORLD in out.read_text(encoding="utf-8")
    assert "Saturday Night Title Fight" in out.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_acquisition_demo_on_real_reports(command, shared, tmp_path):
    words = ("demo", "acquisition", "--reports", shared / "data" / "netflix-engagement")
    said = command(*words, "--dir", tmp_path / "service", "--out", tmp_path / "page.html")
    assert said.code == 0
    assert "2024H2 (report)" in said.out
    assert "Proved: no slate adds more" in said.out
    assert "Saturday Night Title Fight: no forecast: a live event" in said.out
