from datetime import date

from matinee.report.register import render_register, say_headline
from matinee.rights.compliance.asked import Evidence
from matinee.rights.compliance.register import FACTS, Line, Register, Row
from matinee.rights.rulebook.rules import Citation

DAY = date(2026, 11, 22)
FACE = {name: f"the {name}" for name in FACTS} | {"first": "–"}
CITED = Citation("eu.x", "2026-08-02", "S", "a <paper>")


def register(*evidence):
    lines = tuple(Line("Article 1", "Something is asked.", CITED, each) for each in evidence)
    return Register(DAY, "Example Ltd", (Row(FACE, lines),))


def test_the_page_shows_what_is_there_and_what_is_missing():
    page = render_register(register(Evidence(("It is signed.",), ("A mark.",))), made={"date": "x"})
    assert "<p>It is signed.</p>" in page
    assert "<p><b>A mark.</b></p>" in page
    assert "eu.x, 2026-08-02, grade S; a &lt;paper&gt;" in page
    assert "secondary source seen" in page
    assert "<dt>last</dt>" in page
    assert "<dt>first</dt>" not in page  # nothing is known of it
    assert "No legal advice" in page


def test_the_headline_counts_what_is_missing():
    full, half = Evidence(("x",)), Evidence((), ("y",))
    assert say_headline(register(full)) == "Of 1 system or use, nothing is missing; articles listed: 1."
    assert "something is missing for 1 of the 2 articles" in say_headline(register(full, half))
    assert "there is nothing to register" in say_headline(Register(DAY, "", ()))
