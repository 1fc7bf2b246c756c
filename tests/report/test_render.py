import re
from html.parser import HTMLParser

import pytest

from matinee.report.render import render_report

MADE = {"service": "demo", "date": "2026-01-31", "version": "0.1.0", "command": "matinee report"}
VOID = {"meta", "br", "img", "link", "input", "hr", "col"}


def render(evaluation, pages=()):
    return render_report(
        title="demo", evaluation=evaluation, pages=pages, counts={"views": 1000, "people": 0}, made=MADE
    )


class Tags(HTMLParser):
    """Follows opening and closing tags."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        del attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_tag_that_opens_closes(evaluation, page):
    tags = Tags()
    tags.feed(render(evaluation, [page]))
    assert tags.open == []


def test_it_asks_for_nothing_from_outside(evaluation, page):
    text = re.sub(r'xmlns(:\w+)?="[^"]*"', "", render(evaluation, [page]))
    assert "http://" not in text
    assert "https://" not in text
    assert not re.search(r"<(script|link|img|iframe)\b", text)


def test_the_same_values_give_the_same_text(evaluation, page):
    assert render(evaluation, [page]) == render(evaluation, [page])


def test_names_are_shown_as_text_never_as_markup(evaluation, page):
    page["titles"][0]["name"] = page["watched"][0]["name"] = "<script>alert(1)</script>"
    text = render(evaluation, [page])
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_every_model_is_named_and_the_live_one_leads(evaluation):
    text = render(evaluation)
    table = text[text.index("<tbody>") : text.index("</tbody>")]
    assert table.index("blend") < table.index("popular")
    assert "NDCG@100 0.250" in text
    assert "better by more than chance" in text


def test_what_is_undefined_is_a_dash(evaluation):
    evaluation["models"]["blend"]["ndcg@100"] = None
    text = render(evaluation)
    assert "nan" not in text.lower()
    assert "NDCG@100 –" in text


def test_a_difference_within_its_interval_is_not_called_better(evaluation):
    evaluation["models"]["popular"]["live_minus_this"]["low"] = -0.01
    assert "no difference beyond chance" in render(evaluation)


def test_a_doubt_stands_beside_the_verdict_where_members_are_few(evaluation):
    assert "Too few to tell" not in render(evaluation)
    evaluation["split"]["test_members"] = 29
    lead = render(evaluation).partition("Models compared")[0]
    assert "Too few to tell: 29 members are no ground for a verdict" in lead


@pytest.mark.parametrize("part", ["segments", "depth"])
def test_it_does_without_segments_or_depth(evaluation, part):
    evaluation[part] = {}
    assert render(evaluation).count("<svg") >= 2


def test_one_model_alone_is_enough(evaluation):
    evaluation["models"] = {"blend": evaluation["models"]["blend"]}
    assert "95% interval" in render(evaluation)


def test_pages_show_titles_reasons_and_what_was_watched(evaluation, page):
    text = render(evaluation, [page])
    assert "Ronin" in text
    assert "because you watched Heat" in text
    assert "Heat (1995)" in text
    assert "Alien" not in text.replace("1 other watched", "")


def test_empty_tables_are_not_counted(evaluation):
    text = render(evaluation)
    assert "<b>1,000</b> views" in text
    assert "people" not in text
