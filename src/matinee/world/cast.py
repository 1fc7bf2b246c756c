"""People and credits: who directed, wrote and played in the works, so that credits foretell genre and franchise.

Most credits of a work go to people at home in its first genre, the better known ones more often; a sequel keeps the
people of its base.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from matinee.tables.schemas import Credits, People
from matinee.world.catalogue import number_ids
from matinee.world.names import invent_people
from matinee.world.words import FIRST_NAMES, KEYWORDS
from matinee.world.works import Works

PEOPLE_PER_WORK = 1.2
HOME_SHARE = 0.85
"""Share of credits that go to people at home in the work's first genre."""

ROLES = ("director", "writer", "writer", "composer", "actor", "actor", "actor", "actor", "actor", "actor")
"""The credits of every work; two writers may turn out to be one person."""


def make_cast(works: Works, title_ids: pl.Series, rng: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw the people of a world and their credits.

    Args:
        works: J works.
        title_ids: ids of titles, those of the works first.
        rng: where chance comes from.

    Returns:
        Frames of `People` and of `Credits`; credits are on works, not on episodes.
    """
    per_genre = max(len(ROLES) * 2, round(len(works.quality) * PEOPLE_PER_WORK / len(KEYWORDS)))
    ids = pl.Series("person_id", number_ids("p", np.arange(per_genre * len(KEYWORDS))))
    people = pl.DataFrame({"person_id": ids, "name": invent_people(len(ids), rng)}).with_columns(
        isni=pl.lit(None), represented_by=pl.lit(None)
    )
    places = _draw_people(works, per_genre, rng)
    shape = places.shape
    credits = pl.DataFrame({
        "title_id": title_ids[: shape[0]].gather(np.repeat(np.arange(shape[0]), shape[1])),
        "person_id": ids.gather(places.ravel()),
        "role": list(ROLES) * shape[0],
        "character": rng.choice(FIRST_NAMES, places.size),
    })
    return People.validate(people, cast=True), Credits.validate(_bill(credits), cast=True)


def _draw_people(works: Works, per_genre: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    shape = (len(works.quality), len(ROLES))
    genres = np.where(rng.random(shape) < HOME_SHARE, works.genres[:, :1], rng.integers(len(KEYWORDS), size=shape))
    fame = (rng.random(shape) ** 2 * per_genre).astype(np.int64)  # low places are the famous ones
    people = fame * len(KEYWORDS) + genres
    leaders = np.where(works.bases < 0, np.arange(shape[0]), works.bases)
    return people[leaders]


def _bill(credits: pl.DataFrame) -> pl.DataFrame:
    """Drop who came up twice for one role of a work, and number the actors."""
    is_actor = pl.col("role") == "actor"
    return credits.unique(["title_id", "person_id", "role"], keep="first", maintain_order=True).with_columns(
        billing=pl.when(is_actor).then(pl.int_range(1, pl.len() + 1).over("title_id", "role")),
        character=pl.when(is_actor).then("character"),
    )
