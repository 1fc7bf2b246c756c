import numpy as np
import pytest

from matinee.acquire.features.text import learn_vocabulary, split_letters, split_words


def test_letters_know_where_words_end():
    assert split_letters("Ab") == [" a", "ab", "b ", " ab", "ab ", " ab "]


def test_rare_words_weigh_more_and_rows_have_length_one():
    vocabulary = learn_vocabulary(["red sun", "red moon", "red"], split_words, least=1)
    rows = vocabulary.weigh(["red sun", "unheard of", "red red"]).toarray()
    red, sun = rows[0, vocabulary.places["red"]], rows[0, vocabulary.places["sun"]]
    assert sun / red == pytest.approx((np.log(4 / 2) + 1) / (np.log(4 / 4) + 1))
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 1])


def test_a_term_in_too_few_texts_is_left_out():
    assert [*learn_vocabulary(["red sun", "red"], split_words, least=2).places] == ["red"]
