import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matinee.world.names import _distinct, invent_people, invent_titles, write_synopsis


def test_names_differ_from_each_other():
    rng = np.random.default_rng(0)
    assert len(set(invent_titles(10_000, rng))) == 10_000
    assert len(set(invent_people(12_000, rng))) == 12_000


def test_names_repeat_rather_than_run_out():
    assert _distinct(3, lambda: "Ada Alberg") == ["Ada Alberg"] * 3


def test_the_same_seed_gives_the_same_names():
    assert invent_titles(50, np.random.default_rng(5)) == invent_titles(50, np.random.default_rng(5))


@given(st.integers(0, 2**32))
def test_a_synopsis_names_two_keywords(seed):
    text = write_synopsis("Crime", ["heist", "cold case", "gang war"], np.random.default_rng(seed))
    assert "heist" in text.lower()
    assert "cold case" in text
    assert text.endswith(".")
