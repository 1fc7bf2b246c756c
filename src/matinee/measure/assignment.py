"""Which member sees which arm of an experiment: by a salted hash, so that nobody keeps a list.

Covers the assignment alone. It does not know what an arm does, and does not compare arms (`trials`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

ROUNDING = 1e-3
"""How far shares may add up from 1, so that three arms may be a:.333,b:.333,c:.333."""


def assign_arms(member_ids: pl.Series, shares: Mapping[str, float], *, experiment: str, salt: str = "") -> pl.Series:
    """Give every member one arm; the same member, experiment and salt always give the same.

    Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights: Schindelhauer and Schomaker 2005): the arm with
    the least -ln(u) / share, where u is the hash of (salt, experiment, arm, member) as a uniform number; exponential
    variables race, so an arm wins with the probability of its share. The order of the arms does not matter, and where
    shares change or an arm is added, members only move into arms whose share grew. Experiments are independent.

    Args:
        member_ids: String series, any text; ids that differ in any byte are different members.
        shares: arm -> share of the members, in (0, 1], adding up to 1.
        experiment: name of the experiment.
        salt: another salt is another draw.

    Returns:
        String series `arm`, as long as `member_ids`.

    Raises:
        ValueError: if an arm has no name, a share is not in (0, 1] or they do not add up to 1.
    """
    check_shares(shares)
    arms = sorted(shares)
    waits = [-np.log(hash_uniform(member_ids, (salt, experiment, arm))) / shares[arm] for arm in arms]
    return pl.Series("arm", arms, dtype=pl.String).gather(np.argmin(waits, axis=0))


def hash_uniform(ids: Iterable[str], context: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Hash each id to a number that is uniform in (0, 1) over ids, contexts being independent of each other.

    The first 53 bits of SHA-256 over the context's texts, each with its length before it, and the id.

    Args:
        ids: any text.
        context: what the number is for; ("ab", "c") and ("a", "bc") are different contexts.

    Returns:
        Shape (n,).
    """
    start = hashlib.sha256()
    for text in context:
        content = text.encode()
        start.update(b"%d:%s," % (len(content), content))
    heads = b"".join(_digest(start, each)[:8] for each in ids)
    return ((np.frombuffer(heads, dtype=">u8") >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def check_shares(shares: Mapping[str, float]) -> None:
    """See that arms are named and their shares in (0, 1] add up to 1.

    Raises:
        ValueError: if not, naming the arm.
    """
    for arm, share in shares.items():
        if not arm or not 0 < share <= 1:
            raise ValueError(f"shares: got {share!r} for arm {arm!r}, want a named arm and a share in (0, 1]")
    if not math.isclose(total := math.fsum(shares.values()), 1, rel_tol=0, abs_tol=ROUNDING):
        raise ValueError(f"shares: they add up to {total:g}, want 1; give an arm to those who are to see nothing new")


def _digest(start: hashlib._Hash, text: str) -> bytes:
    state = start.copy()
    state.update(text.encode())
    return state.digest()
