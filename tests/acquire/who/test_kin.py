import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.acquire.who.kin import flag_values, measure_kin


def test_a_title_is_nearer_to_who_watched_more_of_its_kind():
    flags = flag_values({0: ["drama"], 1: ["drama", "war"], 2: ["war"], 3: ["drama"]}, 5)
    histories = csr_array(np.array([[1, 1, 0, 0, 0], [0, 0, 1, 0, 0]], np.float32))
    found = measure_kin(histories, flags, np.array([3, 4]))
    assert found[:, 0].tolist() == pytest.approx([np.log(3 / (2 * 2 / 3 + 1)), np.log(1 / (2 / 3 + 1))])
    assert found[:, 1].tolist() == [0, 0]


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_members_who_watched_the_same_are_alike_and_who_watched_nothing_gets_nought(titles, seed):
    rng = np.random.default_rng(seed)
    seen = rng.random(titles) < 0.5
    flags = flag_values({row: [*rng.choice(["a", "b", "c"], 2)] for row in range(titles)}, titles + 1)
    histories = csr_array(np.array([[*seen, 0], [*seen, 0], [0] * (titles + 1)], np.float32))
    first, second, nobody = measure_kin(histories, flags, np.array([titles]))
    assert first == pytest.approx(second)
    assert nobody.tolist() == [0]
