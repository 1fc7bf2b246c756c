import polars as pl
import pytest

from matinee.acquire.people import credit_offers
from matinee.tables.schemas import TABLES

PEOPLE = pl.DataFrame({"person_id": ["p1", "p2", "p3", "p4"], "name": ["Ana Díaz", "Bo", "Bo", "Cy"]})
CREDITS = pl.DataFrame(
    {"title_id": ["t1", "t1", "t2"], "person_id": ["p2", "p4", "p3"], "role": ["actor", "writer", "director"]},
)


def offer(candidate_id, title_id=None, **named):
    row = dict.fromkeys(TABLES["candidates"].columns()) | {"candidate_id": candidate_id, "name": "x"}
    return pl.DataFrame([row | {"title_id": title_id} | named], schema=TABLES["candidates"].create_empty().schema)


def credit(row):
    found, lost = credit_offers(row, PEOPLE, CREDITS)
    return found.select("title_id", "person_id", "role", "billing").rows(), lost


def test_people_are_found_by_name_however_it_is_written():
    found, lost = credit(offer("c", directors=["ANA DIAZ"], actors=["Cy", "Ana Díaz"]))
    assert found == [("c", "p1", "director", 1), ("c", "p4", "actor", 1), ("c", "p1", "actor", 2)]
    assert lost == []


@pytest.mark.parametrize(("role", "person_id"), [("actors", "p2"), ("directors", "p3")])
def test_of_two_of_one_name_it_is_who_does_that_work(role, person_id):
    assert credit(offer("c", **{role: ["Bo"]}))[0] == [("c", person_id, role.removesuffix("s"), 1)]


def test_who_is_not_known_or_not_told_apart_is_named_and_nobody_is_guessed():
    found, lost = credit(offer("c", writers=["Bo", "Zoe"]))
    assert found == []
    assert lost == ["not the name of one person of the service, and so of no use: Bo, Zoe"]


def test_a_candidate_that_is_a_title_of_ours_has_its_people_unless_it_names_others():
    assert credit(offer("c", title_id="t1"))[0] == [("c", "p2", "actor", None), ("c", "p4", "writer", None)]
    assert credit(offer("c", title_id="t1", actors=["Cy"]))[0] == [("c", "p4", "actor", 1)]
