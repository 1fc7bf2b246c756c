import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.recommend.compiled import compiled
from matinee.recommend.registers import WIDTH, sum_rows


@compiled
def add(matrix, rows, values, first, stop, sums):
    sum_rows(matrix, rows, values, first, stop, sums)


def draw(seed, length):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(9, WIDTH)).astype(np.float32)
    return matrix, rng.integers(0, 9, length, dtype=np.int32), rng.normal(size=length).astype(np.float32)


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), first=st.integers(0, 5), length=st.integers(1, 40))
def test_it_gives_what_the_plain_product_gives(seed, first, length):
    matrix, rows, values = draw(seed, first + length + 3)
    sums = np.full(WIDTH, np.nan, np.float32)
    add(matrix, rows, values, first, first + length, sums)
    chosen = slice(first, first + length)
    np.testing.assert_allclose(sums, values[chosen] @ matrix[rows[chosen]], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("first", "stop"), [(0, 0), (3, 3), (2, 1)])
def test_nothing_to_add_gives_zeros(first, stop):
    sums = np.full(WIDTH, np.nan, np.float32)
    matrix, rows, values = draw(0, 5)
    add(matrix, rows, values, first, stop, sums)
    assert (sums == 0).all()


def test_it_writes_its_own_columns_alone():
    sums = np.zeros((3, WIDTH), np.float32)
    matrix, rows, values = draw(0, 5)
    add(matrix, rows, values, 0, 5, sums[1])
    assert (sums[[0, 2]] == 0).all()
    assert (sums[1] != 0).all()
