from datetime import date
from fractions import Fraction

import pytest

from matinee.rights.pay.shares import read_residuals

SHARED = {"title": "harbour", "union": "WGA", "figure": "one-hour", "shares": {"ada": "1.5", "ben": 2}}
COUNT = {"as-of": date(2026, 7, 1), "count": 1000}


def test_titles_and_subscribers_are_read():
    said, problems = read_residuals({"residual": [SHARED], "subscribers": [COUNT]})
    assert problems == []
    assert said.titles[0].shares == {"ada": Fraction(3, 2), "ben": Fraction(2)}
    assert (said.subscribers[0].count, said.subscribers[0].as_of) == (1000, date(2026, 7, 1))


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"residuals": []}, "/residuals"),
        ({"residual": {}}, "/residual"),
        ({"residual": [SHARED | {"union": "IATSE"}]}, "/residual/0/union"),
        ({"residual": [SHARED | {"title": ""}]}, "/residual/0/title"),
        ({"residual": [SHARED | {"more": 1}]}, "/residual/0/more"),
        ({"residual": [SHARED | {"shares": {"ada": "half"}}]}, "/residual/0/shares/ada"),
        ({"residual": [SHARED | {"shares": {"ada": 0.5}}]}, "/residual/0/shares/ada"),
        ({"residual": [SHARED | {"shares": {"ada": 0}}]}, "/residual/0/shares"),
        ({"residual": [SHARED, SHARED]}, "/residual of harbour"),
        ({"subscribers": [COUNT | {"count": 0}]}, "/subscribers/0"),
        ({"subscribers": [COUNT | {"as-of": "2026-07-01"}]}, "/subscribers/0"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(form, place):
    assert place in [problem.place for problem in read_residuals(form)[1]]
