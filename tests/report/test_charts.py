import re

import matplotlib as mpl

from matinee.report.charts import (
    draw_amounts,
    draw_estimates,
    draw_factors,
    draw_fan,
    draw_frontier,
    draw_places,
    draw_shares,
)
from matinee.report.numbers import Estimate
from matinee.report.render import render_report

LEVELS = ("p10", "p25", "p50", "p75", "p90")
ROWS = [
    ("blend", Estimate(0.25, 0.2, 0.3)),
    ("a$b$ <i>", Estimate(0.2, None, None)),
    ("cold", Estimate(None, None, None)),
]


def draw_each():
    yield draw_estimates(ROWS, live="blend", axis="NDCG@100", label='says "so"')
    yield draw_shares([("blend", 0.5), ("a$b$ <i>", None)], live="blend", axis="titles", label='says "so"')
    yield draw_places([("blend", [0.5, None, 0.1]), ("a$b$ <i>", [0.2])], live="blend", axis="share", label='says "so"')
    lines = [("blend", [(1, 2.0), (10, 2.5)]), ("a$b$ <i>", [(1, 2.0), (10, 2.0)])]
    yield draw_amounts(lines, live="blend", axis="uses", unit="USD", label='says "so"')
    yield draw_factors([("blend", 1.5), ("a$b$ <i>", 0.5)], axis="times", label='says "so"')


FAN = [(28, {"p10": 2e6, "p25": 3e6, "p50": 4e6, "p75": 5e6, "p90": 9e6}), (90, dict.fromkeys(LEVELS, 6e6))]


def test_a_fan_names_its_last_median_and_its_days():
    svg = draw_fan(FAN, axis="days", unit="hours", label="a fan")
    assert all(f">{text}</text>" in svg for text in ("6m", "28", "90", "80% interval", "median"))
    assert "var(--accent)" in svg


def test_factors_stand_at_their_bars():
    svg = draw_factors([("up", 1.5), ("down", 0.5)], axis="times", label="drivers")
    assert ">×1.50</text>" in svg
    assert ">×0.50</text>" in svg
    assert "var(--cool)" in svg


def test_a_frontier_marks_the_slate():
    svg = draw_frontier([(1e6, 2e6), (2e6, 3e6)], (1e6, 2e6), axis="budget, EUR", unit="hours", label="a frontier")
    assert ">this slate</text>" in svg
    assert ">2m</text>" in svg


def test_names_are_text_and_the_label_is_for_who_cannot_see():
    for svg in draw_each():
        assert ">a$b$ &lt;i&gt;</text>" in svg
        assert 'role="img" aria-label="says &#34;so&#34;"' in svg


def test_colours_and_fonts_are_those_of_the_page():
    for svg in draw_each():
        assert "font-family" not in svg
        assert not re.search(r"#0[0-9]0[0-9]0[0-9]", svg)
        assert "var(--accent)" in svg


def test_charts_of_a_page_share_no_id(evaluation, page):
    text = render_report(title="demo", evaluation=evaluation, pages=[page], counts={}, made={})
    ids = re.findall(r'\sid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:url\(|xlink:href=")#([^")]*)', text)) <= set(ids)


def test_drawing_leaves_the_settings_of_others_alone():
    before = dict(mpl.rcParams)
    list(draw_each())
    assert dict(mpl.rcParams) == before
