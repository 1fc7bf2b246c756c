import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from matinee.measure.segments import HISTORY_BANDS, UNKNOWN, by_segment, history_bands


def test_history_lengths_fall_into_bands_with_both_ends_included():
    lengths = np.array([0, 1, 5, 6, 20, 21, 100, 101, 10_000])
    expected = ["0", "1-5", "1-5", "6-20", "6-20", "21-100", "21-100", ">100", ">100"]
    assert history_bands(lengths).to_list() == expected


def test_a_negative_history_length_is_refused():
    with pytest.raises(ValueError, match="lengths: got -1"):
        history_bands(np.array([3, -1]))


def test_segments_have_mean_and_standard_error_of_their_members():
    table = by_segment(np.array([0.0, 1.0, 0.5, 0.5, 0.5]), pl.Series(["NO", "NO", "IS", "IS", "NO"]))
    expected = pl.DataFrame({"segment": ["IS", "NO"], "n": [2, 3], "mean": [1 / 2, 1 / 2], "se": [0.0, 0.5 / 3**0.5]})
    assert_frame_equal(table, expected)


def test_bands_are_reported_shortest_first_and_empty_ones_left_out():
    table = by_segment(np.array([0.1, 0.2, 0.3]), history_bands(np.array([500, 7, 0])))
    assert table["segment"].to_list() == [HISTORY_BANDS[0], HISTORY_BANDS[2], HISTORY_BANDS[4]]
    assert table["mean"].to_list() == [0.3, 0.2, 0.1]


def test_an_unknown_label_is_a_segment_of_its_own_at_the_end():
    table = by_segment(np.array([0.1, 0.2]), pl.Series([None, "SE"]))
    assert table.select("segment", "mean").rows() == [("SE", 0.2), (UNKNOWN, 0.1)]


def test_undefined_values_are_not_counted():
    table = by_segment(np.array([np.nan, 1.0, np.nan]), pl.Series(["a", "a", "b"]))
    assert table.rows() == [("a", 1, 1.0, None), ("b", 0, None, None)]


def test_labels_of_another_length_are_refused():
    with pytest.raises(ValueError, match="labels: got 1, want one a value"):
        by_segment(np.array([0.1, 0.2]), pl.Series(["a"]))
