import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rights.gate.conftest import Door
from tests.rights.pay.paper import LATER, PaperBook
from tests.rights.signing import FORM, NOON, Office, make_policy

from matinee.flows.rules import load_rulebook
from matinee.rights.agreements.canonical import write_canonical
from matinee.rights.ledger.entries import count_micros
from matinee.rights.pay.contracts import Contracts
from matinee.rights.pay.periods import Period
from matinee.rights.pay.record import Tally, record
from matinee.rights.pay.uses import UsePricer, find_viewed
from matinee.tables.consent import TakenUse

Q3 = Period(2026, 3)


def take(door, **changes):
    """A use asked for at a gate, as it is read back once it was taken up."""
    answer = door.ask(**changes)
    assert answer.is_permitted, answer.reasons
    attempt = door.desk.attempts[-1]
    at = count_micros(door.now)
    return TakenUse(str(attempt.use_id), at, str(attempt.rule), write_canonical(attempt.body), "ada")


def price(door, *taken, known=lambda _: True):
    pricer = UsePricer(Q3, Contracts(lambda agreement: door.desk._events.get(agreement, [])), known)
    return pricer.price(taken), pricer


@pytest.fixture
def use(door):
    return take(door)


def test_a_use_is_owed_at_the_agreed_price(door, use):
    (owed,), pricer = price(door, use)
    assert (str(owed.money), owed.person_id, owed.at, pricer.problems) == ("$250.00", "ada", NOON, [])
    assert owed.about["project"] == "harbour"
    assert owed.dues[0].citations[0].source.startswith("policy of sha256 ")


def test_a_use_stays_owed_after_its_agreement_was_countered(door, use):
    counter = door.office.propose(make_policy(version=2, pay=[{"amount": "9", "currency": "USD", "per": "use"}]),
                                  door.standing())  # fmt: skip
    door.desk.add_event(counter.event)
    assert str(price(door, use)[0][0].money) == "$250.00"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("answer", "price", "amount"), "249.99", "the gate said USD 249.99, and the agreement gives USD 250.00"),
        (("answer", "agreement", "sha256"), "0" * 64, "version 1 of ag1 is not the policy that was in force"),
        (("answer", "agreement", "version"), 7, "there is no version 7 of agreement ag1 that can be read"),
        (("answer", "agreement", "id"), "ag9", "there is no version 1 of agreement ag9 that can be read"),
        (("answer", "agreement", "permission"), "urn:x", "its entry is no permit of the gate"),
        (("request", "currency"), "EUR", "is in EUR, and the agreement pays USD"),
        (("request",), {}, "its entry is no permit of the gate"),
        (("answer",), [], "its entry is no permit of the gate"),
    ],
)
def test_what_does_not_fit_its_agreement_is_not_paid(door, use, path, value, said):
    body = json.loads(use.body)
    place = body
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    owed, pricer = price(door, use._replace(body=json.dumps(body)), use._replace(use_id="u7"))
    assert [each.key for each in owed] == ["pay/2026Q3/use/u7"]
    assert [(each.place, each.what.partition(";")[0][: len(said)]) for each in pricer.problems] == [("use u0", said)]


def test_who_is_not_known_is_not_paid(door, use):
    for changed, known, said in (
        (
            use._replace(person_id=None),
            True,
            "whom it is about is not known, or was erased; what was paid before stays",
        ),
        (use._replace(person_id="ben"), True, "it is about another person than its agreement"),
        (use, False, "person ada is not registered; register them with `matinee agreement register`"),
    ):
        owed, pricer = price(door, changed, known=lambda _, known=known: known)
        assert (owed, [each.what for each in pricer.problems]) == ([], [said])


def test_a_free_use_is_owed_nothing(bare):
    bare.agree(make_policy(pay=[{"amount": "0", "currency": "USD", "per": "use"}]))
    (owed,), _ = price(bare, take(bare))
    assert owed.money.minor == 0


def test_one_fee_is_owed_once_for_a_version(bare):
    fee = {"fee": {"amount": "900", "currency": "USD"}}
    bare.agree(make_policy(form={**FORM, **fee}, pay=[]))
    owed, pricer = price(bare, take(bare), take(bare))
    ((place, due),) = pricer.fees.items()
    assert ([each.money.minor for each in owed], place, str(due.money)) == ([0, 0], ("ag1", 1), "$900.00")


def test_what_was_used_for_which_project_is_found(use):
    assert find_viewed([use, use._replace(body="{}")]) == {("ag1", 1, use.rule, "harbour")}


@settings(max_examples=30)
@given(st.permutations(range(6)), st.integers(1, 6))
def test_any_order_of_uses_gives_the_same_ledger(order, size):
    door = PERMITTED
    taken = [TAKEN[number] for number in order]
    one, other = PaperBook(), PaperBook()
    record(one, price(door, *TAKEN)[0], now=LATER, why="", tally=Tally())
    pricer = price(door)[1]
    owed = sorted((each for use in taken for each in pricer.price([use])), key=lambda each: each.key)
    for start in range(0, 6, size):
        record(other, owed[start : start + size], now=LATER, why="", tally=Tally())
    assert one.leaves == other.leaves


PERMITTED = Door(Office(load_rulebook())).agree(make_policy(count=None))
TAKEN = [take(PERMITTED) for _ in range(6)]
