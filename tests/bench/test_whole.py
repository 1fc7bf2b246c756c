import numpy as np
from bench.whole import match


def test_members_and_titles_are_found_again_under_other_numbers():
    rng = np.random.default_rng(0)
    taste, kind = rng.random((400, 6)) ** 3, rng.random((200, 6)) ** 3
    chances = taste @ kind.T * np.outer(rng.uniform(0.1, 1, 400), rng.uniform(0.3, 1, 200)) * 1.5
    whole = (rng.random(chances.shape) < chances).astype(np.float32)
    whole = whole[whole.any(axis=1)]
    known = whole * (rng.random(whole.shape) < 0.8)
    lines, numbers = rng.permutation(len(whole)), rng.permutation(200)
    members, titles = match(known, whole[np.argsort(lines)][:, np.argsort(numbers)])
    assert (members == lines).mean() > 0.95
    assert (titles == numbers).mean() > 0.95
