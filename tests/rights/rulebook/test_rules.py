from datetime import date

import pytest

from matinee.errors import Unpayable
from matinee.rights.money import parse_money
from matinee.rights.rulebook.parse import parse_rulebook
from matinee.rights.rulebook.replicas import pay_real_time_voice
from matinee.rights.rulebook.success import pay_fixed_residual

DAY = date(2026, 1, 15)
SCALE = '[[rule]]\nid = "sag-aftra.games.scale"\nfrom = 2025-07-08\nvalue = "1000"\nsource = "our rate card"\n'
ENDED = '[[rule]]\nid = "x"\ntitle = "X"\nfrom = 2024-01-01\nto = 2024-12-31\nsource = "s"\ngrade = "S"\n'


def test_a_version_holds_from_its_day_until_the_next():
    book = parse_rulebook({"x.toml": ENDED + ENDED.replace("2024", "2026")})
    assert book.find("x", date(2023, 12, 31)) is None
    assert book.rule_for_money("x", date(2024, 12, 31)).starts_on == date(2024, 1, 1)
    assert book.find("x", date(2025, 6, 1)) is None
    assert book.rule_for_money("x", date(2026, 1, 1)).starts_on == date(2026, 1, 1)


def test_a_day_before_the_first_version_is_refused(rulebook):
    with pytest.raises(Unpayable, match=r"rule sag-aftra.+day-rate: no version is in force on 2022-06-30; it"):
        rulebook.rule_for_money("sag-aftra.background.day-rate", date(2022, 6, 30))


def test_a_rule_that_does_not_exist_is_refused(rulebook):
    with pytest.raises(Unpayable, match=r"rule nobody: .*there is no such rule"):
        rulebook.rule_for_money("nobody", DAY)


def test_what_is_not_verified_is_never_used_for_money(rulebook):
    with pytest.raises(Unpayable, match=r"games.scale \(2025-11-01, N\): not verified, so not used for money; supply"):
        pay_real_time_voice(rulebook, DAY)
    with pytest.raises(Unpayable, match=r"residual.fixed \(2023-11-09, N\): not verified"):
        pay_fixed_residual(rulebook, DAY)


def test_an_unverified_figure_that_is_written_down_is_still_not_used():
    book = parse_rulebook({"x.toml": ENDED.replace('"S"', '"N"\nvalue = "5"').replace("to = 2024-12-31", "")})
    with pytest.raises(Unpayable, match="not verified"):
        book.rule_for_money("x", DAY)


def test_an_amount_without_a_currency_is_no_amount():
    rule = parse_rulebook({"x.toml": ENDED + 'value = "5"\n'}).rule_for_money("x", date(2024, 6, 1))
    with pytest.raises(Unpayable, match=r"x \(2024-01-01, S\): it names no currency"):
        rule.money()


def test_a_figure_that_the_user_supplies_is_used_and_said_to_be_theirs(own_rulebook):
    due = pay_real_time_voice(own_rulebook(SCALE), DAY)
    assert due.money == parse_money("8896.88", "USD")  # 1,000 x 1.1517 = 1,151.70; x 1.03 = 1,186.25; x 7.5
    assert due.text == "7.5 × $1,186.25 = $8,896.88"
    assert due.grade == "S+user"
    assert [each.version for each in due.citations] == ["2025-07-09", "2025-11-01"]


def test_the_raises_in_games_are_those_published(own_rulebook):
    versions = own_rulebook(SCALE).versions["sag-aftra.games.scale"]
    assert [str(rule.money()) for rule in versions] == ["$1,000.00", "$1,151.70", "$1,186.25", "$1,221.84", "$1,258.50"]


def test_a_table_of_the_users_own_pays_the_fixed_residual(own_rulebook):
    head = '[[rule]]\nid = "sag-aftra.residual.fixed"\nfrom = 2023-11-09\n'
    table = f'{head}values = {{half-hour = "900"}}\nsource = "counsel"\n'
    due = pay_fixed_residual(own_rulebook(table), DAY, name="half-hour")
    assert (str(due.money), due.grade) == ("$900.00", "user")
    with pytest.raises(Unpayable, match="no figure is known for 'feature'"):
        pay_fixed_residual(own_rulebook(table), DAY, name="feature")


def test_an_amount_owed_can_be_told_as_json(own_rulebook):
    said = pay_real_time_voice(own_rulebook(SCALE), DAY).to_dict()
    assert (said["amount"], said["currency"], said["grade"]) == ("8896.88", "USD", "S+user")
    cited = said["rules"][1]
    assert (cited["rule"], cited["version"], cited["grade"]) == ("sag-aftra.games.scale", "2025-11-01", "user")
    assert cited["source"].startswith("our rate card; thewrap.com, bleedingcool.com; bleedingcool.com")
