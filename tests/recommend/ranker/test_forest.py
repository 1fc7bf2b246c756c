import numpy as np
import pytest

from matinee.recommend.ranker.forest import read_forest

BLOCK = """
Tree=0
num_leaves=3
split_feature=1 0
threshold=0.5 2
decision_type=2 2
left_child=-1 -2
right_child=1 -3
leaf_value=1 2 4
leaf_count=50 30 20
"""
TEXT = f"tree\nversion=v4\n{BLOCK}\n\nend of trees\n"
STUMP = "Tree=0\nsplit_feature=\nthreshold=\ndecision_type=\nleft_child=\nright_child=\nleaf_value=3\nleaf_count=9\n"


def test_a_row_gets_the_value_of_its_leaf_and_a_threshold_is_passed_by_itself():
    x = np.array([[9, 0.5], [2, 0.6], [2.1, 0.6]], np.float32)
    assert read_forest(TEXT, 2).predict(x).tolist() == [1, 2, 4]


def test_shares_are_as_worked_out_by_hand():
    # v() = .5 * 1 + .3 * 2 + .2 * 4 = 1.9; v(0) = .5 * 1 + .5 * 4 = 2.5; v(1) = (3 * 2 + 2 * 4) / 5 = 2.8; v(0, 1) = 4
    shares = read_forest(TEXT, 2).contribute(np.array([[3, 1]], np.float32))
    assert shares[0].tolist() == pytest.approx([(0.6 + 1.2) / 2, (0.9 + 1.5) / 2, 1.9])


def test_two_trees_add_up_and_one_without_a_split_says_the_same_to_all():
    both = TEXT.replace("\n\nend", f"\n\n{STUMP}\nend")
    forest, x = read_forest(both, 2), np.array([[3, 1]], np.float32)
    assert forest.predict(x).tolist() == [7]
    assert forest.contribute(x)[0].tolist() == pytest.approx([0.9, 1.2, 4.9])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("end of trees", ""),
        ("threshold=0.5 2", "threshold=0.5"),
        ("threshold=0.5 2", "threshold=0.5 two"),
        ("leaf_value=1 2 4", ""),
        ("split_feature=1 0", "split_feature=1 2"),
        ("right_child=1 -3", "right_child=0 -3"),
        ("right_child=1 -3", "right_child=1 -4"),
        ("right_child=1 -3", "right_child=2 -3"),
        ("decision_type=2 2", "decision_type=2 1"),
    ],
)
def test_what_is_damaged_or_not_plain_is_refused(old, new):
    with pytest.raises(ValueError, match="its trees are damaged"):
        read_forest(TEXT.replace(old, new), 2)
