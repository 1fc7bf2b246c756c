"""The verbs that ask the live model: `recommend`, `similar`, `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.errors import BadModel, UnknownId
from matinee.flows.histories import load_histories
from matinee.flows.logs import LEARNED_FROM
from matinee.recommend.blend import Blend, DenseBlend, FactorBlend, restore_blend
from matinee.recommend.explain import explain_score
from matinee.recommend.following import ARRAYS as NEXT_ARRAYS
from matinee.recommend.following import Following, restore_following
from matinee.recommend.pages.catalogue import Catalogue, Shelf, build_catalogue, lend_windows
from matinee.recommend.rank import rank_titles
from matinee.recommend.ranker.explain import Additions, explain_additions
from matinee.recommend.ranker.ranker import ARRAYS as RANKER_ARRAYS
from matinee.recommend.ranker.ranker import Judged, Ranker, restore_ranker
from matinee.recommend.topk import Ranked, rank_histories
from matinee.store.models import load_model
from matinee.store.outputs import write_parquet
from matinee.store.service import Service
from matinee.store.snapshot import Snapshot
from matinee.tables.log import find_roots

Floats = NDArray[np.float32]

_OF_BLEND = {field.name for kind in (DenseBlend, FactorBlend) for field in fields(kind)}
SERVED = (*sorted(_OF_BLEND), "title_ids", "countries", "newcomers", *RANKER_ARRAYS, *NEXT_ARRAYS)
"""Arrays that answering takes; the others hold the log that the model was learned from."""

CHUNK = 20_000
"""Members ranked and laid out as rows at once."""

SCORED = 1_000
"""Members whose scores over all titles are held in memory at once."""


@dataclass(frozen=True)
class Recommender:
    """The live model together with the service it serves.

    Attributes:
        snapshot: the service's tables, at the state they had when this was made.
        blend: the model.
        title_ids: the model's titles in row order.
        countries: countries that have their own newcomers' page.
        newcomers: float32 (countries + 1, titles), decayed popularity in each and, last, everywhere.
        manifest: what training wrote of the model.
        ranker: what puts the blend's candidates in order again; None where the blend is live alone.
        following: what says which title comes next (`next_titles`); None where that is asked of the above.
    """

    snapshot: Snapshot
    blend: Blend
    title_ids: list[str]
    countries: list[str]
    newcomers: Floats
    manifest: dict[str, Any]
    ranker: Ranker | None = None
    following: Following | None = None

    def judge(self, histories: csr_array, facts: Floats | None) -> Judged | None:
        """Score by the ranker, `facts` being of the members, as `Histories.describe` says; None where there is none."""
        return None if self.ranker is None or facts is None else self.ranker.judge(histories, facts)

    def score(self, histories: csr_array, judged: Judged | None) -> Floats:
        """Score by the live model: float32 (n, titles); `judged` as `judge` gives it."""
        return self.blend.score(histories) if judged is None else judged.scores

    def rank(self, histories: csr_array, facts: Floats | None, k: int, seen: csr_array) -> Ranked:
        """Rank by the live model: the best `k` that were not `seen`; the others as `judge` takes them."""
        ranker = self.ranker
        if ranker is None or facts is None:
            return rank_histories(self.blend, histories, k, seen=seen)
        return _rank_by_scores(lambda piece: ranker.score(histories[piece], facts[piece]), k, seen)

    def explain(self, judged: Judged | None, rows: Sequence[int]) -> Additions | None:
        """Explain what the ranker adds to one member's scores of some titles; None where there is no ranker."""
        return None if self.ranker is None or judged is None else explain_additions(self.ranker, judged, rows)

    @cached_property
    def is_outdated(self) -> bool:
        """Whether the tables that the model is made from have changed since."""
        return bool(self.manifest["data_hash"] != self.snapshot.data_hash(LEARNED_FROM))

    @cached_property
    def titles(self) -> pl.DataFrame:
        """Rows of the table `titles`."""
        return self.snapshot.read("titles")

    @cached_property
    def members(self) -> pl.DataFrame:
        """Rows of the table `members`."""
        return self.snapshot.read("members")

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of every title by its id."""
        return dict(self.titles.select("title_id", "name").iter_rows())

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of every title of the model by its id."""
        return {title_id: row for row, title_id in enumerate(self.title_ids)}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The model's titles as pages see them."""
        return build_catalogue(self.titles, self.title_ids)

    @cached_property
    def windows(self) -> pl.DataFrame:
        """Rows of the table `windows`."""
        return self.snapshot.read("windows")

    @cached_property
    def lent_windows(self) -> pl.DataFrame:
        """Windows of titles, of series without their own those of their parts."""
        return lend_windows(self.windows, self.titles)

    @cached_property
    def shelves(self) -> dict[tuple[str | None, date], Shelf]:
        """What may be shown in a territory on the day last asked for; filled by `matinee.flows.pages`."""
        return {}

    @cached_property
    def row_of_part(self) -> dict[str, int]:
        """The row that every title of the service counts for, by its id: of an episode, the series."""
        return dict(self.roots.iter_rows())

    @cached_property
    def roots(self) -> pl.DataFrame:
        """Each title_id with the row of the title it counts for."""
        rows = pl.DataFrame({"root_id": self.title_ids}).with_row_index("title_row")
        return find_roots(self.titles).join(rows, on="root_id").select("title_id", "title_row")


def load_recommender(service: Service) -> Recommender:
    """Load the live model of a service.

    Raises:
        UsageError: nothing was trained yet.
        BadModel: the model is damaged or of another kind.
    """
    arrays, manifest = load_model(service.path, names=SERVED)
    try:
        blend = restore_blend(arrays)
        ranker = restore_ranker(blend, arrays)
        title_ids, countries, newcomers = (arrays[name] for name in ("title_ids", "countries", "newcomers"))
        ids = title_ids.tolist()
        following = restore_following(arrays, ids)
    except (ValueError, KeyError) as error:
        raise BadModel(
            f"not a model that can recommend ({error})", where=str(service.path), todo="run `matinee train` again"
        ) from error
    return Recommender(service.snapshot(), blend, ids, countries.tolist(), newcomers, manifest, ranker, following)


def recommend_member(recommender: Recommender, member_id: str, *, k: int = 20) -> dict[str, Any]:
    """Recommend titles to one member, each with its reasons.

    Args:
        recommender: the live model.
        member_id: who asks.
        k: how many titles, >= 1; beyond the number of titles is as many as there are.

    Returns:
        {"member_id", "note", "outdated", "titles": [{"title_id", "name", "score", "because": [...]}]}; the shares of a
        title's reasons add up to its score. `note` says why where the page is not made from the member's own history;
        `outdated` is true where the tables that the model is made from have changed since.

    Raises:
        UnknownId: if the service has no such member.
    """
    k = min(k, len(recommender.title_ids))
    member = find_member(recommender, member_id)
    histories = load_histories(recommender, member)
    (history, seen), facts = histories.slice(0, 1), histories.describe(0, 1)
    note = explain_newcomer(recommender, member.row(0, named=True), history, seen)
    judged = recommender.judge(history, facts) if note is None else None
    if note is not None:
        ranked = _rank_newcomers(recommender, member, k, seen)
    elif judged is not None:
        ranked = _rank_by_scores(judged.scores.__getitem__, k, seen)
    else:
        ranked = rank_histories(recommender.blend, history, k, seen=seen)
    titles = [
        {
            "title_id": recommender.title_ids[row],
            "name": recommender.names.get(recommender.title_ids[row]),
            "score": score,
            "because": _explain_row(recommender, history, judged, row) if note is None else [_popular(score)],
        }
        for row, score in zip(ranked.titles[0].tolist(), ranked.scores[0].tolist(), strict=True)
        if row >= 0
    ]
    return {"member_id": member_id, "note": note, "outdated": recommender.is_outdated, "titles": titles}


def recommend_all(recommender: Recommender, out: Path, *, k: int = 20) -> int:
    """Recommend to every member and write one Parquet file: member_id, rank (from 1), title_id, score.

    Args:
        recommender: the live model.
        out: the file; replaced whole when it is complete.
        k: how many titles a member.

    Returns:
        number of members.
    """
    pages = list(_rank_all(recommender, min(k, len(recommender.title_ids))))
    write_parquet(pl.concat(pages) if pages else pl.DataFrame(schema=PAGE), out)
    return recommender.members.height


PAGE = pl.Schema({"member_id": pl.String, "rank": pl.UInt32, "title_id": pl.String, "score": pl.Float32})


def find_similar(recommender: Recommender, title_id: str, *, k: int = 20) -> dict[str, Any]:
    """Find the titles that the same members watch: those with the largest B_ij + B_ji, or cosine of factors.

    Raises:
        UnknownId: if the model has no such title.
    """
    row = _find_title(recommender, title_id)
    scores = recommender.blend.relate(row)[None, :]
    allowed = np.arange(scores.shape[1]) != row
    top = rank_titles(scores, min(k, scores.shape[1]), allowed=allowed)[0]
    titles = [
        {
            "title_id": (found := recommender.title_ids[i]),
            "name": recommender.names.get(found),
            "score": float(scores[0, i]),
        }
        for i in top[top >= 0].tolist()
    ]
    return {"title_id": title_id, "name": recommender.names.get(title_id), "titles": titles}


def explain(recommender: Recommender, member_id: str, title_id: str) -> dict[str, Any]:
    """Explain the score of any title for a member: exact contributions that add up to it.

    Raises:
        UnknownId: if there is no such member or title.
    """
    member = find_member(recommender, member_id)
    row = _find_title(recommender, title_id)
    histories = load_histories(recommender, member)
    (history, seen), facts = histories.slice(0, 1), histories.describe(0, 1)
    note = explain_newcomer(recommender, member.row(0, named=True), history, seen)
    if note is None:
        judged = recommender.judge(history, facts)
        score = float(recommender.score(history, judged)[0, row])
        because = _explain_row(recommender, history, judged, row)
    else:
        score = float(score_newcomers(recommender, member)[0, row])
        because = [_popular(score)]
    return {
        "member_id": member_id,
        "title_id": title_id,
        "name": recommender.names.get(title_id),
        "note": note,
        "watched": bool(seen[:, [row]].nnz),
        "score": score,
        "because": because,
    }


def find_member(recommender: Recommender, member_id: str) -> pl.DataFrame:
    """Find a member: their one row of the table `members`.

    Raises:
        UnknownId: if the service has no such member.
    """
    member = recommender.members.filter(pl.col("member_id") == member_id)
    if member.is_empty():
        raise UnknownId(f"no member {member_id!r}", todo="members are listed in the service's tables/members")
    return member


def _find_title(recommender: Recommender, title_id: str) -> int:
    if title_id not in recommender.row_of:
        todo = "run `matinee update` if it is new; episodes are found under their series"
        raise UnknownId(f"the model has no title {title_id!r}", todo=todo)
    return recommender.row_of[title_id]


def explain_newcomer(
    recommender: Recommender, member: dict[str, Any], history: csr_array, seen: csr_array
) -> str | None:
    """Say why a member gets the popular page; None = the member gets their own."""
    if member["personalised"] is not False and history.nnz:
        return None
    nothing = "nothing yet that counts as enjoyed" if seen.nnz else "no history yet"
    why = "asked not to be profiled" if member["personalised"] is False else nothing
    where = f"in {member['country']}" if member["country"] in recommender.countries else "on the service"
    return f"{why}: this is what is popular {where} now"


def score_newcomers(recommender: Recommender, members: pl.DataFrame) -> Floats:
    """Look up decayed popularity in each member's country: float32 (members, titles)."""
    row_of = {country: row for row, country in enumerate(recommender.countries)}
    rows = [row_of.get(country, len(row_of)) for country in members["country"]]
    return np.asarray(recommender.newcomers)[rows]


def _rank_newcomers(recommender: Recommender, members: pl.DataFrame, k: int, seen: csr_array) -> Ranked:
    """Rank by popularity where the members live; `seen` as `rank_titles` takes it."""
    return _rank_by_scores(lambda piece: score_newcomers(recommender, members[piece]), k, seen)


def _rank_by_scores(score: Callable[[slice], Floats], k: int, seen: csr_array) -> Ranked:
    """Rank members by scores, float32 (members, titles), made for some of them at a time."""
    n = seen.shape[0]
    found = Ranked(np.empty((n, k), np.int32), np.empty((n, k), np.float32))
    for start in range(0, n, SCORED):
        piece = slice(start, min(start + SCORED, n))
        scores = score(piece)
        found.titles[piece] = rank_titles(scores, k, seen=seen[piece])
        found.scores[piece] = np.take_along_axis(scores, np.maximum(found.titles[piece], 0), axis=1)
    return found


def _explain_row(recommender: Recommender, history: csr_array, judged: Judged | None, row: int) -> list[dict[str, Any]]:
    because = []
    for part in explain_score(recommender.blend, history, row, recommender.explain(judged, [row])):
        title_id = recommender.title_ids[part.title_row] if part.title_row >= 0 else None
        name = recommender.names.get(title_id) if title_id is not None else None
        because.append({"kind": part.kind, "title_id": title_id, "name": name, "share": part.value})
    return because


def _popular(share: float) -> dict[str, Any]:
    return {"kind": "popular", "title_id": None, "name": None, "share": share}


def _rank_all(recommender: Recommender, k: int) -> Iterator[pl.DataFrame]:
    everybody = recommender.members
    histories, title_ids = load_histories(recommender, everybody), pl.Series(recommender.title_ids)
    for start in range(0, everybody.height, CHUNK):
        members = everybody.slice(start, CHUNK)
        history, seen = histories.slice(start, start + members.height)
        facts = histories.describe(start, start + members.height)
        top, scores = recommender.rank(history, facts, k, seen)
        plain = (np.diff(history.indptr) == 0) | ~members["personalised"].fill_null(True).to_numpy()
        top[plain], scores[plain] = _rank_newcomers(recommender, members.filter(pl.Series(plain)), k, seen[plain])
        rows, ranks = np.nonzero(top >= 0)
        yield pl.DataFrame({
            "member_id": members["member_id"].gather(rows),
            "rank": ranks + 1,
            "title_id": title_ids.gather(top[rows, ranks]),
            "score": scores[rows, ranks],
        }).cast(PAGE)
