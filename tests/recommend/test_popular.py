import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matinee.recommend.popular import (
    DAY,
    FLOOR,
    HALF_LIVES,
    TRUST,
    Popular,
    counts_by_country,
    decayed_counts,
    standardise_log,
)
from matinee.tables.log import EVENTS

NOW = 1_000 * DAY


def events(*rows):
    """One event a row: member, title, age in days."""
    return pl.DataFrame([(m, t, NOW - int(age * DAY), 1.0) for m, t, age in rows], schema=EVENTS, orient="row")


LOG = events((0, 0, 0), (1, 0, 1), (0, 1, 2), (1, 1, 2), (2, 1, 1), (2, 3, 0.5))


def test_an_event_halves_for_every_half_life():
    counts = decayed_counts(LOG, 4, now=NOW, half_lives=(1.0,))
    np.testing.assert_allclose(counts[0], [1 + 1 / 2, 1 / 4 + 1 / 4 + 1 / 2, 0, 2**-0.5], rtol=1e-6)
    assert counts.dtype == np.float32


def test_several_half_lives_are_rows_and_infinity_counts_every_event_alike():
    counts = decayed_counts(LOG, 4, now=NOW, half_lives=(2.0, np.inf))
    np.testing.assert_allclose(counts[0], [1 + 2**-0.5, 1 / 2 + 1 / 2 + 2**-0.5, 0, 2**-0.25], rtol=1e-6)
    assert counts[1].tolist() == [2, 3, 0, 1]


def test_an_event_after_now_counts_as_made_now():
    assert decayed_counts(events((0, 0, -3)), 1, now=NOW, half_lives=(1.0,)).tolist() == [[1]]


def test_no_events_are_counts_of_zero():
    assert decayed_counts(LOG.clear(), 2, now=NOW).tolist() == [[0, 0]] * len(HALF_LIVES)


def test_a_half_life_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"half_lives must be > 0 days, got \(1.0, 0.0\)"):
        decayed_counts(LOG, 4, now=NOW, half_lives=(1.0, 0.0))


def test_everybody_gets_the_same_scores():
    scores = Popular(np.array([3, 1, 2], dtype=np.float32)).score(csr_array(np.zeros((2, 3), dtype=np.float32)))
    assert scores.tolist() == [[3, 1, 2], [3, 1, 2]]


def test_log_counts_are_standardised_over_known_titles():
    known = np.array([True, True, False, True])
    z = standardise_log(decayed_counts(LOG, 4, now=NOW), known)
    np.testing.assert_allclose(z[:, known].mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(z[:, known].std(axis=1), 1, rtol=1e-5)


def test_log_counts_worked_by_hand():
    counts = np.array([[1 - FLOOR, np.e - FLOOR, 1 / np.e - FLOOR]], dtype=np.float32)
    z = standardise_log(counts, np.array([True, True, False]))
    np.testing.assert_allclose(z, [[-1, 1, -3]], rtol=1e-5)


@settings(deadline=None)
@given(count=st.floats(0, 1e6, width=32), n=st.integers(1, 300))
def test_counts_that_are_all_alike_standardise_to_nothing_even_for_a_title_without_any(count, n):
    counts = np.append(np.full(n, count, dtype=np.float32), np.float32(0))[None, :]
    z = standardise_log(counts, np.arange(n + 1) < n)
    assert np.abs(z).max() == 0


def test_counts_that_differ_by_rounding_alone_are_alike():
    counts = np.array([[0.9, np.nextafter(np.float32(0.9), np.float32(1)), 0]], dtype=np.float32)
    assert not standardise_log(counts, np.array([True, True, False])).any()


def test_a_country_leans_on_the_whole_service():
    countries = np.array([0, 1, -1])
    counts = counts_by_country(LOG, countries, 3, 4, now=NOW, half_life=np.inf)
    shared = TRUST * np.array([2, 3, 0, 1]) / 6
    own = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(counts, own + shared, rtol=1e-6)
    assert counts.dtype == np.float32


def test_a_country_with_many_events_has_its_own_order():
    busy = events(*[(0, 1, 0)] * 200, *[(1, 0, 0)] * 800)
    counts = counts_by_country(busy, np.array([0, 1]), 2, 2, now=NOW, half_life=1.0)
    assert counts[0].argmax() == 1
    assert counts[1].argmax() == 0


def test_no_countries_are_no_rows():
    assert counts_by_country(LOG, np.array([-1, -1, -1]), 0, 4, now=NOW, half_life=1.0).shape == (0, 4)
