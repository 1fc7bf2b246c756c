import numpy as np
import pytest

from matinee.recommend.ranker import trees
from matinee.recommend.ranker.features import FEATURES
from matinee.recommend.ranker.trees import Trees, fit_trees, load_lightgbm

SIZE, MEMBERS = 20, 300


def draw_choices(seed=1):
    """Members choose what is neither very old nor very new, which no line says."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(MEMBERS * SIZE, len(FEATURES))).astype(np.float32)
    utility = -2 * np.abs(x[:, FEATURES.index("age")]) + rng.gumbel(size=len(x))
    place = np.argsort(np.argsort(-utility.reshape(MEMBERS, SIZE), axis=1), axis=1).ravel()
    return x, place < 2, np.full(MEMBERS, SIZE), np.zeros(len(x), np.float32)


@pytest.fixture(scope="module")
def grown():
    return fit_trees(*draw_choices())


def test_trees_find_what_no_line_says(grown):
    x = np.zeros((3, len(FEATURES)), np.float32)
    x[:, FEATURES.index("age")] = [-2, 0, 2]
    low, middle, high = grown.predict(x)
    assert middle > max(low, high) + 0.5


def test_contributions_sum_to_the_correction(grown):
    x = draw_choices(seed=2)[0]
    parts = grown.contribute(x)
    assert parts.shape == (len(x), len(FEATURES) + 1)
    np.testing.assert_allclose(parts.sum(axis=1), grown.predict(x), atol=1e-5)
    assert np.abs(parts[:, FEATURES.index("age")]).mean() > 5 * np.abs(parts[:, FEATURES.index("length")]).mean()


def test_tables_say_what_lightgbm_says_to_the_last_bit(grown):
    booster = load_lightgbm().Booster(model_str=grown.text.tobytes().decode())
    x = draw_choices(seed=2)[0]
    np.testing.assert_array_equal(grown.predict(x), booster.predict(x).astype(np.float32))
    np.testing.assert_allclose(grown.contribute(x), booster.predict(x, pred_contrib=True), rtol=1e-6, atol=1e-9)


def test_serving_trees_takes_no_lightgbm(grown, monkeypatch):
    monkeypatch.setattr(trees, "load_lightgbm", None)
    assert np.isfinite(Trees(grown.text).predict(np.zeros((1, len(FEATURES)), np.float32))).all()


def test_the_same_rows_give_the_same_trees_and_their_text_is_all_they_are(grown):
    np.testing.assert_array_equal(fit_trees(*draw_choices()).text, grown.text)
    x = draw_choices(seed=2)[0]
    np.testing.assert_array_equal(Trees(grown.text.copy()).predict(x), grown.predict(x))


def test_without_the_library_the_error_says_what_to_install(monkeypatch):
    def refuse(_name):
        raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr(trees, "import_module", refuse)
    with pytest.raises(ValueError, match=r"libgomp\.so\.1.*install libgomp1"):
        fit_trees(*draw_choices())
