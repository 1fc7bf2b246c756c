"""Random numbers that depend only on (seed, member, counter, purpose), never on the order of the work.

So a member's viewings are the same whoever else is simulated beside them and however the work is cut.
The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_GOLDEN = 0x9E3779B97F4A7C15
_PURPOSE = 0xD1B54A32D192ED03
_MASK = (1 << 64) - 1


def roll(seed: int, members: npt.NDArray[np.integer], counters: npt.ArrayLike, purpose: int) -> npt.NDArray[np.float64]:
    """Return one uniform number in [0, 1) for each (member, counter).

    Args:
        seed: seed of the world, 0 <= seed < 2^64.
        members: (n,) member rows.
        counters: (n,) or scalar non-negative whole numbers, such as the number of the visit.
        purpose: what the number is for; different purposes give independent numbers.

    Returns:
        (n,) float64.
    """
    stream = np.uint64((seed + purpose * _PURPOSE) & _MASK)
    state = _mix(members.astype(np.uint64) * np.uint64(_GOLDEN) + stream)
    state = _mix(state + (np.atleast_1d(counters).astype(np.uint64) + np.uint64(1)) * np.uint64(_GOLDEN))
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(z: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
