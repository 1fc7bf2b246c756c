from matinee.store.readers.episodes import Watched, titles_of


def test_parents_come_first_and_each_title_once_at_its_first_row():
    first = Watched("One", "Show", "Season 2", 2, number=1)
    second = Watched("Two", "Show", "Season 2", 2, number=2)
    titles = titles_of([(2, first), (3, second), (4, first)])
    assert titles.select("row", "title_id", "parent_id", "number").rows() == [
        (2, "series:show", None, None),
        (2, "series:show:season-2", "series:show", 2),
        (2, "series:show:season-2:one", "series:show:season-2", 1),
        (3, "series:show:season-2:two", "series:show:season-2", 2),
    ]


def test_a_film_and_a_series_of_one_name_are_two_titles():
    titles = titles_of([(2, Watched("Fargo")), (3, Watched("Episode 1", "Fargo", number=1))])
    assert titles["title_id"].to_list() == ["film:fargo", "series:fargo", "series:fargo:episode-1"]


def test_nothing_watched_is_no_title():
    assert titles_of([]).is_empty()
