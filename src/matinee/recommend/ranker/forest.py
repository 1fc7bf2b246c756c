"""Small trees as tables: what each of them says, and why, by which of its splits a row passes.

A tree of s splits can be answered in 2^s ways; with few splits all of them are worked out once. Reading a row is then a
comparison for each split and a look into the table, for its share of each feature as for its value:

    share of q = sum over sets S of features without q of |S|! (m - |S| - 1)! / m! (v(S + q) - v(S))

with m features in the tree and v(S) the tree's mean over the rows it was grown from, the features of S being known: the
Shapley values that TreeSHAP computes (Lundberg et al., "Consistent Individualized Feature Attribution for Tree
Ensembles", 2018). Covers LightGBM's text of trees on numbers that are never missing; not categories, nor large trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from matinee.recommend.compiled import compiled

Floats = NDArray[np.float32]
Floats64 = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_SPLITS = 6
"""Splits of a tree; its tables have 2^6 rows."""

_LINES = ("split_feature", "threshold", "decision_type", "left_child", "right_child", "leaf_value", "leaf_count")
_PLAIN = 2
"""LightGBM's `decision_type` of a split "<= threshold" of a number that is never missing."""


@dataclass(frozen=True)
class Forest:
    """Trees as tables. A row's pattern at a tree has a bit for each split that it passes.

    Attributes:
        features: int64 (trees, MOST_SPLITS), the feature that each split reads.
        thresholds: float64 (trees, MOST_SPLITS), passed by what is not above; -inf where there are fewer splits.
        values: float64 (trees, 2^MOST_SPLITS, 1), by pattern.
        shares: float64 (trees, 2^MOST_SPLITS, features + 1), by pattern; the last is of no feature, they sum to
            `values`.
    """

    features: Integers
    thresholds: Floats64
    values: Floats64
    shares: Floats64

    def predict(self, x: Floats) -> Floats64:
        """Add up what the trees say: float64 (n,), from float32 (n, features)."""
        return self._add_up(x, self.values)[:, 0]

    def contribute(self, x: Floats) -> Floats64:
        """Split what they say: float64 (n, features + 1); rows sum to `predict`."""
        return self._add_up(x, self.shares)

    def _add_up(self, x: Floats, table: Floats64) -> Floats64:
        sums = np.zeros((len(x), table.shape[2]))
        _look_up(np.ascontiguousarray(x, np.float32), self.features, self.thresholds, table, sums)
        return sums


def read_forest(text: str, features: int) -> Forest:
    """Read LightGBM's text of a model.

    Args:
        text: as its `model_to_string` writes it.
        features: how many features a row has.

    Returns:
        the trees.

    Raises:
        ValueError: if it is no such text, or of other trees than this module covers.
    """
    body, end, _ = text.partition("\nend of trees")
    blocks, patterns = body.split("\nTree=")[1:], 2**MOST_SPLITS
    forest = Forest(
        np.zeros((len(blocks), MOST_SPLITS), np.int64),
        np.full((len(blocks), MOST_SPLITS), -np.inf),
        np.zeros((len(blocks), patterns, 1)),
        np.zeros((len(blocks), patterns, features + 1)),
    )
    try:
        for place, block in enumerate(blocks):
            _fill_tables(forest, place, _read_tree(block, features))
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"its trees are damaged ({error!r})") from error
    if not end:
        raise ValueError("its trees are damaged (they have no end)")
    return forest


@dataclass(frozen=True)
class _Tree:
    """One tree as LightGBM writes it: a child below 0 is leaf -1 - child; sizes are rows that it was grown from."""

    features: Integers
    thresholds: Floats64
    children: Integers
    leaf_values: Floats64
    leaf_sizes: Floats64


def _read_tree(block: str, features: int) -> _Tree:
    said = dict(line.partition("=")[::2] for line in block.splitlines())
    numbers = {name: np.array(said[name].split(), np.float64) for name in _LINES}
    rows = {name: numbers[name].astype(np.int64) for name in ("split_feature", "left_child", "right_child")}
    splits = len(numbers["threshold"])
    sizes = {name: len(each) for name, each in numbers.items() if len(each) != splits + name.startswith("leaf")}
    if sizes or splits > MOST_SPLITS or (numbers["decision_type"] != _PLAIN).any():
        raise ValueError(f"{splits} splits, lines of {sizes}, decisions {said['decision_type']}")
    children = np.stack([rows["left_child"], rows["right_child"]])
    is_after = (children > np.arange(splits)) & (children < splits)
    is_leaf = (children < 0) & (children >= -1 - splits)
    if not (is_after | is_leaf).all() or not np.isin(rows["split_feature"], np.arange(features)).all():
        raise ValueError(f"children {children.tolist()}, features {rows['split_feature'].tolist()}")
    return _Tree(rows["split_feature"], numbers["threshold"], children, numbers["leaf_value"], numbers["leaf_count"])


def _fill_tables(forest: Forest, place: int, tree: _Tree) -> None:
    """Work out one tree's answer to every pattern."""
    splits, players = len(tree.features), np.unique(tree.features)
    forest.features[place, :splits], forest.thresholds[place, :splits] = tree.features, tree.thresholds
    means = _find_means(tree, players)
    forest.values[place, :, 0] = means[:, -1]
    forest.shares[place, :, -1] = means[:, 0]
    m, sets = len(players), np.arange(means.shape[1])
    sizes = np.bitwise_count(sets)
    for q, feature in enumerate(players):
        without = sets[(sets >> q) & 1 == 0]
        weights = np.array([factorial(size) * factorial(m - size - 1) / factorial(m) for size in sizes[without]])
        forest.shares[place, :, feature] = (means[:, without | (1 << q)] - means[:, without]) @ weights


def _find_means(tree: _Tree, players: Integers) -> Floats64:
    """Find v(S) for every pattern and every set S of features: float64 (patterns, sets); the last set is of all."""
    patterns, sets = np.arange(2**MOST_SPLITS)[:, None], np.arange(2 ** len(players))
    splits = len(tree.features)
    mean: dict[int, Floats64] = {
        -1 - leaf: np.full((len(patterns), len(sets)), v) for leaf, v in enumerate(tree.leaf_values)
    }
    size = {-1 - leaf: count for leaf, count in enumerate(tree.leaf_sizes)}
    for split in reversed(range(splits)):  # children come after their parents
        left, right = tree.children[:, split].tolist()
        size[split] = size[left] + size[right]
        blind = (size[left] * mean[left] + size[right] * mean[right]) / size[split]
        seen = np.where((patterns >> split) & 1, mean[left], mean[right])
        knows = (sets >> np.searchsorted(players, tree.features[split])) & 1
        mean[split] = np.where(knows, seen, blind)
    return mean[0] if splits else mean[-1]


@compiled
def _look_up(x: Floats, features: Integers, thresholds: Floats64, table: Floats64, sums: Floats64) -> None:
    for i in range(len(x)):
        for tree in range(len(features)):
            pattern = 0
            for split in range(features.shape[1]):
                if x[i, features[tree, split]] <= thresholds[tree, split]:
                    pattern |= 1 << split
            row = table[tree, pattern]
            for column in range(len(row)):
                sums[i, column] += row[column]
