import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from matinee.recommend.compiled import count_cores, run_in_threads


@pytest.mark.parametrize("threads", [1, 2])
def test_kernels_get_the_cores_that_linear_algebra_gets(threads):
    with threadpool_limits(threads, user_api="blas"):
        assert count_cores() == threads


@pytest.mark.parametrize("bounds", [[0, 7], [0, 2, 2, 7]])
def test_every_piece_is_worked_on_once(bounds):
    done = np.zeros(7, np.int64)

    def work(first, last):
        done[first:last] += 1

    run_in_threads(work, bounds)
    assert (done == 1).all()


def test_what_fails_in_a_thread_is_raised():
    def work(first, _last):
        raise ValueError(f"piece {first}")

    with pytest.raises(ValueError, match="piece 0"):
        run_in_threads(work, [0, 1, 2])
