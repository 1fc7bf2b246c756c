import numpy as np

from matinee.acquire.forecast.kernel import fit_kernel


def test_a_far_title_is_novel_and_a_known_one_is_not(debuts):
    kernel = fit_kernel(debuts, debuts.works["log_hours"].to_numpy())
    known = debuts.take(np.arange(5))
    far = type(known)(known.works.with_columns(english=known.works["title_id"], original=known.works["title_id"]),
                      known.names, known.values + 30 * (-1.0) ** np.arange(known.values.shape[1]))  # fmt: skip
    assert (kernel.novelty(far) > kernel.novelty(known)).all()
    assert (kernel.novelty(known) >= 0).all()
    assert (kernel.novelty(far) <= 1).all()


def test_likeness_is_greatest_to_oneself(debuts):
    kernel = fit_kernel(debuts, debuts.works["log_hours"].to_numpy())
    assert (kernel.likeness(debuts).argmax(axis=1) == np.arange(len(debuts.values))).all()


def test_correlation_is_one_to_oneself_and_never_more(debuts):
    kernel = fit_kernel(debuts, debuts.works["log_hours"].to_numpy())
    found = kernel.correlation(debuts)
    np.testing.assert_allclose(np.diag(found), 1)
    assert np.abs(found).max() <= 1 + 1e-9


def test_a_forecast_of_what_nothing_resembles_leans_to_the_mean(debuts):
    targets = debuts.works["log_hours"].to_numpy()
    line, kernel = fit_kernel(debuts, targets, is_line=True), fit_kernel(debuts, targets)
    both = kernel.predict(debuts), line.predict(debuts)
    assert all(told.std() < targets.std() for told in both)
    assert np.corrcoef(*both)[0, 1] > 0.9
