"""Text: names and synopses as sparse rows of letters and words, weighted by how rare they are (TF-IDF).

Covers runs of two to four letters within words, which tell a language and a root, and whole words. No pretrained
model: sentence embeddings of names were measured and brought nothing (docs/log.md).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

_WORD = re.compile(r"\w\w+")
_SIZES = (2, 3, 4)


def split_letters(text: str) -> list[str]:
    """List the runs of two to four letters of each word, the word's edges marked by spaces."""
    padded = [f" {word} " for word in text.casefold().split()]
    return [word[i : i + n] for word in padded for n in _SIZES for i in range(len(word) - n + 1)]


def split_words(text: str) -> list[str]:
    """List the words of two letters or more, in lower case."""
    return _WORD.findall(text.casefold())


@dataclass(frozen=True)
class Vocabulary:
    """Terms and how rare they are.

    Attributes:
        split: text -> terms.
        places: term -> column.
        weights: float64 (terms,), ln((1 + texts) / (1 + texts with the term)) + 1.
    """

    split: Callable[[str], list[str]]
    places: dict[str, int]
    weights: np.ndarray[tuple[int], np.dtype[np.float64]]

    def weigh(self, texts: Sequence[str]) -> csr_array:
        """Turn texts into rows of length 1: (1 + ln count) times rarity; unknown terms are passed over.

        Returns:
            float64 (len(texts), terms); a text without a known term is a row of zeros.
        """
        columns: list[int] = []
        counts: list[int] = []
        starts = [0]
        for text in texts:
            known = Counter(self.places[term] for term in self.split(text) if term in self.places)
            columns += known.keys()
            counts += known.values()
            starts.append(len(columns))
        values = (1 + np.log(np.array(counts, dtype=float))) * self.weights[columns]
        rows = np.repeat(np.arange(len(texts)), np.diff(starts))
        lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(texts)))
        return csr_array((values / lengths[rows], columns, starts), shape=(len(texts), len(self.places)))


def learn_vocabulary(texts: Iterable[str], split: Callable[[str], list[str]], *, least: int) -> Vocabulary:
    """Learn which terms there are.

    Args:
        texts: to learn from.
        split: text -> terms.
        least: a term in fewer texts is left out.
    """
    seen: Counter[str] = Counter()
    n = 0
    for text in texts:
        seen.update(set(split(text)))
        n += 1
    terms = sorted(term for term, count in seen.items() if count >= least)
    weights = np.log((1 + n) / (1 + np.array([seen[term] for term in terms], dtype=float))) + 1
    return Vocabulary(split, {term: place for place, term in enumerate(terms)}, weights)
