"""The verb `page`: a page of rows for one member and one request, each title with its reason.

Covers loading what `matinee.recommend.pages` works on, and rows instead of ids; back to ids, and words: `page_words`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from matinee.errors import BadFile, UnknownId
from matinee.flows.histories import load_histories
from matinee.flows.page_words import PageWords
from matinee.flows.serving import Recommender, explain_newcomer, find_member
from matinee.recommend.explain import weigh_history
from matinee.recommend.following import Ahead
from matinee.recommend.pages.catalogue import Shelf, open_shelf
from matinee.recommend.pages.compose import Page, Viewer, compose_page
from matinee.recommend.pages.pins import Edit, parse_edits
from matinee.recommend.pages.reasons import Share, name_shares, split_scores, trace_anchors
from matinee.recommend.pages.request import Boost, PageRequest, Pin, find_conflicts, suits_age
from matinee.recommend.pages.resume import find_resumable, find_unfinished
from matinee.recommend.pages.select import mix_genres
from matinee.recommend.ranker.ranker import Judged
from matinee.store.texts import read_text

ANCHORS = 5
"""Titles enjoyed last that are tried for "Because you watched"; the first two with enough to show get a row."""


@dataclass(frozen=True)
class PageOptions:
    """What a request asks for, in ids and words; fields of the same name are as in `PageRequest`.

    Attributes:
        territory: None = the member's country.
        max_age: years; None = no ceiling.
        languages: BCP 47; empty = all.
        exclude: ids of titles, or of their seasons and episodes.
        edits: editors' pins and boosts, as `read_edits` gives them.
        diversity: in [0, 1].
        calibration: in [0, 1].
        length: titles a row, 1 or more.
    """

    territory: str | None = None
    max_age: int | None = None
    languages: Sequence[str] = ()
    exclude: Sequence[str] = ()
    edits: Sequence[Edit] = ()
    diversity: float = PageRequest.diversity
    calibration: float = PageRequest.calibration
    length: int = PageRequest.length


NO_WISHES = PageOptions()


@dataclass(frozen=True)
class MemberState:
    """What a service holds of a member that a page is made from.

    Attributes:
        member: their row of `members`, by column.
        history: float32 (1, titles), what they enjoyed.
        seen: (1, titles), an entry for each title they started.
        latest: rows of the titles of `history`, the latest first.
        unfinished: as `find_unfinished` gives it.
        facts: what a ranker is told of them; None = there is no ranker.
    """

    member: dict[str, Any]
    history: csr_array
    seen: csr_array
    latest: Sequence[int]
    unfinished: pl.DataFrame
    facts: NDArray[np.float32] | None = None

    @cached_property
    def finished(self) -> list[int]:
        """Rows of the titles of `latest` that are not to be continued, the latest first."""
        unfinished = set(self.unfinished["title_row"])
        return [row for row in self.latest if row not in unfinished]


@dataclass(frozen=True)
class Basis:
    """What the scores of a member's own page are made of.

    Attributes:
        pull: as `weigh_history` gives it.
        judged: as the ranker gives it; None = there is no ranker.
        ahead: what may come next; None = nothing is known of that.
    """

    pull: NDArray[np.float32]
    judged: Judged | None
    ahead: Ahead | None


def make_page(
    recommender: Recommender,
    member_id: str,
    options: PageOptions = NO_WISHES,
    *,
    now: datetime,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Make a member's page.

    A member who asked not to be profiled, or has no history, gets rows of what is popular in the territory; of their
    views only which titles were started, and where they stopped, is used.

    Args:
        recommender: the live model.
        member_id: whose page.
        options: what is asked for.
        now: time of the request, with zone; windows and new titles count from its day in UTC.
        rng: draws the title to explore; None = there is none.

    Returns:
        {"member_id", "now", "territory", "note", "outdated", "rows": [{"key", "name", "about", "titles": [...]}],
        "left_out"}. A row is about the id of a watched title, a genre, or nothing. A title has title_id, name, score,
        how ("ranked", "pinned", "explored"), propensity, reason, because; in Top 10 its rank; in Continue watching
        part_id and share. The shares of `because` add up to its score. `outdated` is as of `recommend_member`.
        `left_out` names pins and boosts that hold but cannot be followed, with why.

    Raises:
        UnknownId: no such member, or an excluded title that the service does not have.
        BadFile: pins or boosts that conflict, or are of titles that the service does not have.
    """
    return serve_page(recommender, load_state(recommender, member_id), options, now=now, rng=rng)


def load_state(recommender: Recommender, member_id: str) -> MemberState:
    """Load what the service holds of a member.

    Raises:
        UnknownId: if there is no such member.
    """
    member = find_member(recommender, member_id)
    histories = load_histories(recommender, member)
    history, seen = histories.slice(0, 1)
    own = recommender.snapshot.scan("views").filter(pl.col("member_id") == member_id)
    with recommender.snapshot.reading():
        views = own.select("title_id", "started_at", "seconds").collect()
    unfinished = find_unfinished(views, recommender.titles, recommender.roots)
    facts = histories.describe(0, 1)
    return MemberState(member.row(0, named=True), history, seen, histories.latest, unfinished, facts)


def serve_page(
    recommender: Recommender,
    state: MemberState,
    options: PageOptions = NO_WISHES,
    *,
    now: datetime,
    rng: np.random.Generator | None = None,
) -> dict[str, Any]:
    """Make a page from what was loaded, touching no disk; arguments, result and errors as of `make_page`."""
    catalogue = recommender.catalogue
    territory = options.territory or state.member["country"]
    note = explain_newcomer(recommender, state.member | {"country": territory}, state.history, state.seen)
    request, strangers = _resolve(recommender, replace(options, territory=territory), now)
    popular, day = _find_popular(recommender, territory), _day(now)
    resume = find_resumable(
        state.unfinished,
        recommender.titles,
        recommender.windows,
        territory=territory,
        day=day,
        max_age=request.max_age,
    )
    viewer = Viewer(
        scores=popular,
        popular=popular,
        seen=state.seen.indices,
        resume=resume,
        taste=np.zeros(len(catalogue.genre_names), np.float32),
    )
    basis = None if note is not None else score_member(recommender, state)
    if basis is not None:
        viewer = profile_viewer(recommender, viewer, state, basis, request)
    shelf = _find_shelf(recommender, territory, day)
    page = compose_page(viewer, catalogue, shelf, request, rng)
    shares = explain_page(recommender, page, state, basis, request)
    says = PageWords(recommender, request, shares, state.unfinished, shelf.arrived, is_popular=note is not None)
    return {
        "member_id": state.member["member_id"],
        "now": now.isoformat(),
        "territory": territory,
        "note": note if page.rows else "nothing may be shown for this request",
        "outdated": recommender.is_outdated,
        "rows": [says.say_row(row) for row in page.rows],
        "left_out": strangers + [says.say_left_out(pin, why) for pin, why in page.left_out],
    }


def draw_for(seed: int, member_id: str, now: datetime) -> np.random.Generator:
    """Make the chance of one member and day, so that a page explores the same title all day."""
    return np.random.default_rng([seed, zlib.crc32(member_id.encode()), _day(now).toordinal()])


def read_edits(path: Path) -> list[Edit]:
    """Read a file of pins and boosts.

    Raises:
        UsageError: there is no such file.
        BadFile: it is no such file; all that is wrong is named.
    """
    try:
        return parse_edits(read_text(path))
    except ValueError as error:
        todo = "a [[pin]] has title, row, place and until; a [[boost]] has title, by and until"
        raise BadFile(str(error), where=str(path), todo=todo) from error


def score_member(recommender: Recommender, state: MemberState) -> Basis:
    """Score the titles for a member by all that the service knows of them."""
    blend, following, history = recommender.blend, recommender.following, state.history
    judged = recommender.judge(history, state.facts)
    pull = weigh_history(blend, history) if judged is None else history.data / judged.slate.deviation[0, 0]
    ahead = None
    if following is not None and state.finished and following.places[state.finished[0]] >= 0:
        ahead = following.look_ahead(state.finished)
    return Basis(pull, judged, ahead)


def profile_viewer(
    recommender: Recommender, viewer: Viewer, state: MemberState, basis: Basis, request: PageRequest
) -> Viewer:
    """Give a viewer their own scores, taste and anchors.

    Args:
        recommender: the live model.
        viewer: of the popular page.
        state: what they watched.
        basis: as `score_member` gives it.
        request: titles above its ceiling of age are not named, so they are no anchors.

    Returns:
        the viewer.
    """
    catalogue, history = recommender.catalogue, state.history
    nameable = suits_age(catalogue, request.max_age)
    anchors = [row for row in state.latest if nameable[row]][:ANCHORS]
    last = state.finished[0] if basis.ahead is not None else -1
    return replace(
        viewer,
        scores=recommender.score(history, basis.judged)[0],
        taste=mix_genres(catalogue.genres[history.indices], history.data),
        anchors=trace_anchors(recommender.blend, history, basis.pull, anchors),
        after=None if basis.ahead is None else (last if nameable[last] else -1, basis.ahead.scores),
    )


def explain_page(
    recommender: Recommender, page: Page, state: MemberState, basis: Basis | None, request: PageRequest
) -> dict[int, list[Share]]:
    """Split the score of every title of a page into shares, boosts included; boosts do not enter the row Up next.

    Args:
        recommender: the live model.
        page: the page.
        state: what the member watched.
        basis: as `score_member` gives it; None = the scores are popularity alone.
        request: watched titles above its ceiling of age are not named.

    Returns:
        shares by title row; their sum is the title's score on the page.
    """
    rows = [slot.title_row for row in page.rows if row.key != "next" for slot in row.slots]
    following = [slot.title_row for row in page.rows if row.key == "next" for slot in row.slots]
    nameable = suits_age(recommender.catalogue, request.max_age)
    if basis is None:
        split = [[Share("popular", -1, float(page.scores[row] - page.boosts[row]))] for row in rows]
    else:
        more = recommender.explain(basis.judged, rows)
        which, blend = np.asarray(rows, np.int64), recommender.blend
        split = split_scores(blend, state.history, basis.pull, which, nameable=nameable, additions=more)
    boosts = page.boosts[rows].tolist()
    lifts = [[Share("editors", -1, boost)] if boost else [] for boost in boosts]
    shares = {row: own + lift for row, own, lift in zip(rows, split, lifts, strict=True)}
    ahead = None if basis is None else basis.ahead
    return shares | _explain_next(recommender, ahead, state.finished, following, nameable)


def _explain_next(
    recommender: Recommender,
    ahead: Ahead | None,
    finished: Sequence[int],
    rows: Sequence[int],
    nameable: NDArray[np.bool_],
) -> dict[int, list[Share]]:
    """Split the scores of what comes next into shares by title row."""
    if recommender.following is None or ahead is None or not rows:
        return {}
    shares, popular = recommender.following.share(ahead, rows)
    watched = np.asarray(finished[: len(shares)], np.int64)
    named = name_shares(watched, shares, ["watched"] * len(rows), nameable=nameable)
    return {
        row: [*own, Share("popular", -1, rest)] for row, own, rest in zip(rows, named, popular.tolist(), strict=True)
    }


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _find_popular(recommender: Recommender, territory: str | None) -> NDArray[np.float32]:
    """Look up decayed popularity in a territory, or everywhere where it has none of its own."""
    known = territory in recommender.countries
    return np.asarray(recommender.newcomers[recommender.countries.index(territory) if known and territory else -1])


def _find_shelf(recommender: Recommender, territory: str | None, day: date) -> Shelf:
    """Look up what may be shown; worked out once a territory and day, and forgotten with the day."""
    shelves, key = recommender.shelves, (territory, day)
    if any(kept != day for _, kept in shelves):
        shelves.clear()
    if key not in shelves:
        windows = recommender.lent_windows
        shelves[key] = open_shelf(recommender.catalogue, windows, recommender.row_of, territory=territory, day=day)
    return shelves[key]


def _resolve(recommender: Recommender, options: PageOptions, now: datetime) -> tuple[PageRequest, list[dict[str, Any]]]:
    """Turn ids into rows: the request, and edits of titles that the model does not have yet."""
    if missing := [title_id for title_id in options.exclude if title_id not in recommender.names]:
        raise UnknownId(f"no title {missing[0]!r}", todo="titles are listed in the service's tables/titles")
    row_of, row_of_part = recommender.row_of, recommender.row_of_part
    live = [edit for edit in options.edits if now < edit.until]
    known = [edit for edit in live if edit.title_id in row_of]
    pins = [Pin(row_of[e.title_id], e.row, e.place, e.until) for e in known if e.kind == "pin"]
    boosts = [Boost(row_of[e.title_id], e.by, e.until) for e in known if e.kind == "boost"]
    problems = [f"no title {e.title_id!r}" for e in live if e.title_id not in recommender.names]
    problems += find_conflicts(pins, boosts, now, name=lambda row: repr(recommender.title_ids[row]))
    if problems:
        raise BadFile(f"pins that cannot be followed: {'; '.join(problems)}", todo="mend the file of pins")
    request = PageRequest(
        now=now,
        territory=options.territory,
        max_age=options.max_age,
        languages=options.languages,
        excluded=[row_of_part[title_id] for title_id in options.exclude if title_id in row_of_part],
        pins=pins,
        boosts=boosts,
        diversity=options.diversity,
        calibration=options.calibration,
        length=options.length,
    )
    strangers = [
        {"title_id": e.title_id, "name": recommender.names[e.title_id], "kind": e.kind, "why": why}
        for e in live
        if e.title_id not in row_of
        for why in [_OF_SERIES if e.title_id in row_of_part else _UNTRAINED]
    ]
    return request, strangers


_OF_SERIES = "part of a series: name the series"
_UNTRAINED = "not in the model before the next `matinee update`"
