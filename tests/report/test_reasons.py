import pytest

from matinee.report.reasons import say_next, say_reason


def part(kind, share, name=None):
    return {"kind": kind, "title_id": name and name.lower(), "name": name, "share": share}


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ([part("watched", 2, "Heat"), part("watched", 1.5, "Ronin")], "because you watched Heat and Ronin"),
        ([part("watched", 2, "Heat"), part("watched", 0.5, "Ronin")], "because you watched Heat"),
        ([part("watched", 2, "Heat"), part("popular", 1)], "because you watched Heat; popular right now, too"),
        ([part("watched", 1, "Heat"), part("popular", 2)], "popular right now, and you watched Heat"),
        ([part("watched", 0.1, "Heat"), part("popular", 2)], "popular with everybody right now"),
        (
            [part("watched", 1, "Heat"), part("watched", -3, "Alien"), part("popular", 1)],
            "popular with everybody right now",
        ),
        ([part("metadata", 1, "Heat")], "new here; like Heat you watched"),
        ([part("watched", -1, "Heat"), part("popular", -1)], "the best of what is left"),
        ([part("watched", 2, "Heat"), part("fresh", 1)], "because you watched Heat; still new"),
        ([part("watched", 2, "Heat"), part("fresh", 0.1), part("habits", 9)], "because you watched Heat"),
        ([part("watched", -1, "Heat"), part("fresh", 1)], "still new"),
        ([part("habits", 1)], "the best of what is left"),
        ([], "no reason is recorded"),
    ],
)
def test_a_reason_names_what_the_score_is_made_of(because, said):
    assert say_reason(because) == said


def test_a_title_without_a_name_is_named_by_its_id():
    assert say_reason([{"kind": "watched", "title_id": "t9", "name": None, "share": 1.0}]) == "because you watched t9"


def test_the_rest_of_a_history_counts_as_taste_but_has_no_name():
    because = [part("watched", 0.5, "Alien"), part("rest", 2.0), part("popular", 4.0)]
    assert say_reason(because) == "popular right now, and you watched Alien"
    assert say_reason([part("rest", 2.0), part("popular", 1.0)]) == "because of what you watched"


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ([part("watched", 2, "Heat"), part("watched", 1.5, "Ronin")], "often watched after Heat and Ronin"),
        ([part("watched", 2, "Heat"), part("watched", 0.5, "Ronin"), part("popular", 3)], "often watched after Heat"),
        ([part("watched", 0.1, "Heat"), part("popular", 3)], "often watched"),
        ([part("rest", 2), part("popular", 1)], "often watched"),
        ([part("watched", 1, "Heat"), part("watched", -2, "Ronin"), part("popular", -1)], "the best of what is left"),
    ],
)
def test_what_comes_next_names_what_it_comes_after(because, said):
    assert say_next(because) == said
