from dataclasses import replace

from matinee.report.contrast import render_contrast
from matinee.rights.money import Money
from matinee.rights.rulebook.contrast import contrast_buyout
from matinee.rights.rulebook.rules import Citation

OFFER, RATE = Money(20000, "USD"), Money(18700, "USD")
MADE = {"date": "2026-11-22", "version": "0", "command": "matinee pay contrast"}


def test_the_page_says_the_contrast_and_shows_every_number():
    found = contrast_buyout(OFFER, RATE, [1, 10])
    page = render_contrast(found, made=MADE)
    assert "One fee of $200.00 is less than $187.00 a use from use 2 on." in page
    assert "Paid one by one, 10 uses bring $1,870.00; under one fee, $200.00." in page
    assert "<td>$1,870.00</td><td>9.35</td>" in page
    assert "no rule was asked" in page
    assert "<svg" in page
    assert "residuals" not in page
    assert page == render_contrast(found, made=MADE)


def test_the_page_names_the_rule_behind_the_rate_and_its_grade():
    rule = Citation("x.day-rate", "2024-07-01", "D", "a <paper>")
    page = render_contrast(contrast_buyout(OFFER, RATE, [1], citations=[rule]), made=MADE)
    assert "x.day-rate, in force from 2024-07-01. Grade D: derived; reproduces published figures." in page
    assert "a &lt;paper&gt;" in page


def test_residuals_have_columns_and_a_line_of_their_own():
    page = render_contrast(contrast_buyout(OFFER, RATE, [1, 2], residual=Money(1300, "USD")), made=MADE)
    assert "<td>$26.00</td><td>$400.00</td><td>2.00</td>" in page
    assert ">pay per use and residuals</text>" in page
    tall = render_contrast(contrast_buyout(OFFER, RATE, [1, 2], residual=Money(130000, "USD")), made=MADE)
    assert ">2,500</text>" in tall  # the axis reaches 2 x (187 + 1,300)


def test_an_offer_of_nothing_has_no_ratio():
    page = render_contrast(contrast_buyout(replace(OFFER, minor=0), RATE, [1]), made=MADE)
    assert "<td>–</td>" in page
