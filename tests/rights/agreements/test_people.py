from dataclasses import replace
from datetime import date

import pytest
from tests.rights.signing import ADA, PERSON, make_key

from matinee.rights.agreements.form import read_toml
from matinee.rights.agreements.people import read_person, read_register

TOML = f"""
[[person]]
id = "ada"
name = "Ada Diaz"
born = 1990-01-31
union = "SAG-AFTRA"
key = [{{role = "self", holder = "the self", public = "{make_key(ADA, "self").public}", from = 2026-01-01}}]

[[union]]
name = "SAG-AFTRA"
on-strike = false
"""


def test_people_and_unions_are_read_from_toml():
    register, problems = read_register(read_toml(TOML)[0])
    assert problems == []
    assert register
    assert register.people == (replace(PERSON, keys=(make_key(ADA, "self"),)),)
    assert register.strikes == {"SAG-AFTRA": False}


def test_a_person_comes_back_as_kept():
    for person in (PERSON, replace(PERSON, died_on=date(2026, 1, 1), born_on=None, union=None)):
        assert read_person(person.as_json()) == person


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1990-01-31", '"young"', "/person/0/born: got 'young', want a day such as 1990-01-31"),
        ('"self"', '"friend"', "/person/0/key/0/role: got 'friend', want one of self, representative, guardian, "),
        ('public = "', 'public = "x', "/person/0/key/0/public: "),
        ("from", "form", "/person/0/key/0/form: is not known"),
        ("on-strike = false", "", "/union/0/on-strike: got None, want true or false"),
        ('name = "Ada Diaz"', "", "/person/0/name: got None, want a text"),
        ("[[union]]", '[[person]]\nid="ada"\n[[union]]', "/person: ada is given twice"),
        ("[[union]]", "[[guild]]", "/guild: is not known; want one of person, union"),
    ],
)
def test_what_is_wrong_has_its_place(old, new, said):
    register, problems = read_register(read_toml(TOML.replace(old, new, 1))[0])
    assert register is None
    assert any(str(problem).startswith(said) for problem in problems), problems


def test_a_birthday_makes_an_adult():
    leap = replace(PERSON, born_on=date(2008, 2, 29))
    assert [leap.is_minor(date(2026, 2, 28)), leap.is_minor(date(2026, 3, 1))] == [True, False]
    assert replace(PERSON, born_on=None).is_minor(date(2026, 1, 1))


def test_a_person_that_cannot_be_read_is_an_error():
    with pytest.raises(ValueError, match="/id: got None"):
        read_person({"name": "x"})
