import numpy as np
import polars as pl
import pytest

from matinee.acquire.who.segments import calibrate_deciles, count_segments


def test_segments_are_counts_and_small_ones_are_left_out():
    labels = pl.Series(["FR"] * 40 + ["DE"] * 30 + ["SE"] * 19 + [None] * 50)
    chances = np.repeat([0.5, 0.1, 0.9, 0.9], [40, 30, 19, 50])
    assert count_segments(chances, labels).rows() == [("FR", 40, 20, 0.5), ("DE", 30, None, None)]
    with pytest.raises(ValueError, match="labels: got 1, want one a member: 139"):
        count_segments(chances, labels[:1])


def test_deciles_lay_what_was_said_beside_what_happened():
    said = np.arange(20) / 20
    table = calibrate_deciles(said.reshape(4, 5), said.reshape(4, 5) > 0.7)
    assert table["n"].to_list() == [2] * 10
    assert table["said"][9] == pytest.approx(0.925)
    assert table["watched"].to_list() == [0, 0, 0, 0, 0, 0, 0, 0.5, 1, 1]
