from datetime import date

import pytest

from matinee.errors import Unpayable
from matinee.rights.money import Money
from matinee.rights.rulebook.penalties import NEW_YORK, price_replica_of_deceased, price_undisclosed_advertisements

DAY = date(2026, 7, 1)


def test_the_first_advertisement_costs_less_than_later_ones(rulebook):
    one = price_undisclosed_advertisements(rulebook, DAY, violations=1)
    three = price_undisclosed_advertisements(rulebook, DAY, violations=3)
    assert one.text == "1 violation × $1,000.00 = $1,000.00"
    assert three.text == "1 violation × $1,000.00 + 2 later violations × $5,000.00 = $11,000.00"


def test_a_replica_of_the_deceased_in_new_york(rulebook):
    due = price_replica_of_deceased(rulebook, DAY, statute=NEW_YORK, damages=Money(0, "USD"))
    assert due.text == "the greater of $2,000.00 and damages of $0.00 = $2,000.00"


def test_a_law_does_not_reach_back(rulebook):
    with pytest.raises(Unpayable, match="no version is in force on 2026-06-08; it holds from 2026-06-09"):
        price_undisclosed_advertisements(rulebook, date(2026, 6, 8), violations=1)


def test_what_cannot_be_priced_is_refused(rulebook):
    with pytest.raises(Unpayable, match="violations: 0"):
        price_undisclosed_advertisements(rulebook, DAY, violations=0)
    with pytest.raises(Unpayable, match="is not in USD"):
        price_replica_of_deceased(rulebook, DAY, statute=NEW_YORK, damages=Money(1, "EUR"))
    with pytest.raises(ValueError, match=r"statute: got 'us-tn.elvis'"):
        price_replica_of_deceased(rulebook, DAY, statute="us-tn.elvis", damages=Money(1, "USD"))
