import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.report.members import lay_out_page

shares = st.floats(-5, 5).map(lambda share: round(share, 3))
parts = st.builds(
    lambda kind, share: {"kind": kind, "title_id": "t", "name": "Heat", "share": share},
    st.sampled_from(["watched", "metadata", "popular", "fresh", "habits"]),
    shares,
)


def page_of(*because):
    titles = [{"title_id": "3", "name": "Ronin", "score": 1.0, "because": list(parts)} for parts in because]
    return {"member_id": "m-7", "note": None, "watched": [], "titles": titles}


@given(st.lists(st.lists(parts, max_size=8), min_size=1, max_size=4))
def test_pieces_of_a_bar_add_up_to_the_shares_and_fit_the_page(because):
    rows = lay_out_page(page_of(*because)).titles
    for row, given_parts in zip(rows, because, strict=True):
        assert sum(piece.share for piece in row.pieces) == pytest.approx(sum(part["share"] for part in given_parts))
        assert sum(piece.width for piece in row.pieces) <= 100 + 1e-9


def test_three_watched_titles_are_named_and_the_others_share_a_piece():
    watched = [{"kind": "watched", "title_id": str(i), "name": f"T{i}", "share": 5.0 - i} for i in range(5)]
    pieces = lay_out_page(page_of(watched)).titles[0].pieces
    assert [piece.text for piece in pieces] == ["T0 +5.00", "T1 +4.00", "T2 +3.00", "2 other watched +3.00"]
    assert pieces[-1].width == pytest.approx(100 * 3 / 15)


def test_what_speaks_against_a_title_comes_last():
    popular = {"kind": "popular", "title_id": None, "name": None, "share": 1.0}
    against = {"kind": "watched", "title_id": "1", "name": "Heat", "share": -0.5}
    pieces = lay_out_page(page_of([against, popular])).titles[0].pieces
    assert [(piece.style, piece.share) for piece in pieces] == [("popular", 1.0), ("rest", -0.5)]


def test_a_title_without_name_or_year_is_named_by_its_id():
    page = page_of([]) | {"watched": [{"title_id": "t9", "name": None, "year": None}]}
    assert lay_out_page(page).watched == ["t9"]
