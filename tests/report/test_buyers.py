import html
import re

import pytest
from tests.report.dossiers import make_dossier

from matinee.report.buyers import render_dossier
from matinee.report.numbers import show_number, show_percent, show_short

MADE = {"date": "2026-11-22", "version": "0", "command": "matinee forecast"}
FIXED = {"10%", "25%", "75%", "90%", "80%", "1", "0", "2026-11-22", "10"}
"""Numbers of the page itself: names of levels, "1 and more", the Top 10, version and date."""


def every_value(told):
    if isinstance(told, dict | list | tuple):
        for each in told.values() if isinstance(told, dict) else told:
            yield from every_value(each)
    elif told is not None and not isinstance(told, bool):
        yield told


def forms_of(value):
    """Every way in which the page may write a value of the JSON."""
    if isinstance(value, str):
        return set(re.findall(r"[\d][\d,.:-]*\d|\d", value))
    money = {show_number(value / 100, digits) for digits in (0, 2)}
    plain = {show_number(value, digits) for digits in (0, 2)} | {f"{value:g}", f"×{value:.2f}"[1:]}
    return money | plain | {show_short(value), show_percent(value), show_percent(value, 1)}


def numbers_of(page):
    body = re.sub(r"<(style|svg).*?</\1>", " ", page, flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]*>", " ", body[body.index("<main") :]))
    return set(re.findall(r"(?<![\w.])\d[\d,.:-]*\d(?:bn|m|k|%)?|(?<![\w.])\d(?:bn|m|k|%)?", text))


def test_every_number_of_the_page_is_in_the_json():
    told = make_dossier()
    known = set().union(*map(forms_of, every_value(told))) | FIXED
    found = numbers_of(render_dossier(told, made=MADE))
    assert len(found) > 40
    assert found <= known


def test_a_number_that_is_not_in_the_json_would_be_found():
    told = make_dossier()
    known = set().union(*map(forms_of, every_value(told))) | FIXED
    told["titles"][0]["comps"][0] = told["titles"][0]["comps"][0] | {"days": 44}
    assert numbers_of(render_dossier(told, made=MADE)) - known == {"44"}


@pytest.fixture(scope="module")
def page():
    return render_dossier(make_dossier(), made=MADE)


def test_the_slate_says_what_to_buy_and_at_which_price_that_changes(page):
    assert "For 2,500,000 EUR, buy High Water: 1,230,000 EUR, and 15.8m hours." in page
    assert "In the slate: among the best for the money. It stays in up to 1,710,000 EUR." in page
    assert "Not in the slate: others add more for the money. It would come in at 870,000 EUR or less." in page
    assert "With 5,000,000 EUR the best slate has 2 titles and adds 22.6m hours." in page
    assert "adds more. Hours of a slate are means" in page


def test_a_cheaper_slate_that_adds_nearly_as_much_is_told():
    told = make_dossier()
    near = told["slate"]["frontier"][0] | {"cost": 100_000_00, "titles": 1, "worth": 9.9e6}
    page = render_dossier(told | {"slate": told["slate"] | {"cheaper": near}}, made=MADE)
    assert "100,000 EUR would buy nearly as much: 1 title, 9.9m hours." in page


def test_a_title_is_called_as_its_page_and_its_original_name_stays_out(page):
    assert "Hohes Wasser" not in page
    assert '<a href="#title-a">High Water</a>' in page
    assert '<section class="sheet" id="title-a">' in page


def test_what_cannot_be_forecast_is_said_in_words(page):
    assert "No forecast: a live event." in page
    assert "Not in the slate: no forecast: a live event." in page
    assert "kind: empty is not film" in page


def test_who_would_watch_and_what_is_replaced_are_counts(page):
    assert "321 of 3,012 members would watch. It was in the log, hidden from all of this: 367 did." in page
    assert '<th scope="row">Drama</th><td>238</td><td>54</td><td>23%</td>' in page
    assert "34% of its plays would replace nothing" in page
    assert "0.447 EUR an incremental hour, in 182 days; 80% interval 0.115 to 2.41." in page


def test_the_page_asks_for_nothing_from_outside_and_escapes_names(page):
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert "url(http" not in page
    assert "Low &lt;Tide&gt;" in page
    assert "break-before: page" in page
    assert page == render_dossier(make_dossier(), made=MADE)


def test_without_a_slate_there_is_none_or_a_reason():
    told = make_dossier() | {"slate": None}
    page = render_dossier(told, made=MADE)
    assert 'id="slate"' not in page
    assert "Of these titles High Water would draw most: 8.1m hours in the first 182 days" in page
    page = render_dossier(told | {"unknown": {"slate": "no candidate can be weighed"}}, made=MADE)
    assert "<h2>No slate</h2>" in page


def test_without_hours_a_page_tells_of_members_first():
    told = make_dossier()
    titles = [title | {"horizons": [], "abstains": "no report", "price_per_hour": None} for title in told["titles"]]
    page = render_dossier(told | {"slate": None, "titles": titles[:1]}, made=MADE)
    assert '<p class="headline">321 of 3,012 members would watch.' in page
    assert "<p>No forecast: no report.</p>" in page
    assert ">80% interval<" not in page[: page.index("How to read it")]
