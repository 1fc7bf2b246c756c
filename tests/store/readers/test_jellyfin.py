import polars as pl
import pytest

from matinee.errors import BadFile
from matinee.store.readers.jellyfin import read_jellyfin_playback
from matinee.store.readers.slug import slug
from matinee.tables.check import check_service
from matinee.tables.convert import convert

LINES = [
    "2024-01-31 20:15:42.1234567\tu1\ti1\tEpisode\tThe Wire - s01e02 - The Detail\tDirect\tJellyfin Web\tFirefox\t3400",
    '2024-02-01 20:15:42Z\tu1\ti2\tMovie\t"Crocodile" Dundee\tTranscode (v:h264 a:aac)\tJellyfin Android\tPixel\t60',
    "2024-02-02 20:15:42\tu2\ti3\tEpisode\tThe Wire - s00e01 - Extra - s01e02 - cut\tDirect\tJellyfin Web\tFirefox\t10",
    "2024-02-02 21:15:42\tu2\ti4\tAudio\tMiles Davis - So What (Kind of Blue)\tDirect\tFinamp\tPixel\t500",
    "2024-02-02 22:15:42\tu2\ti5\tVideo\tHoliday\tDirect\tJellyfin Web\tFirefox\t5",
    "2024-02-02 23:15:42\tu2\ti1\tEpisode\tThe Wire - s01e02 - The Detail\tDirect\tJellyfin Web\tFirefox\t3500",
]


def load(tmp_path, lines):
    path = tmp_path / "PlaybackReportingBackup-20240203.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    tables, problems, note = {}, [], ""
    for batch in read_jellyfin_playback(path):
        good, bad = convert(batch.table, batch.frame, file=batch.file, time=batch.time)
        tables[batch.table] = good.drop("row")
        problems.append(bad)
        note += batch.note
    return tables, pl.concat(problems), note


def test_playbacks_become_views(tmp_path):
    tables, problems, note = load(tmp_path, LINES)
    assert problems.is_empty()
    views = tables["views"].select("member_id", "title_id", "seconds", "device", "origin").rows()
    assert views[:2] == [
        ("u1", "i1", 3400, "Jellyfin Web", "jellyfin"),
        ("u1", "i2", 60, "Jellyfin Android", "jellyfin"),
    ]
    assert tables["views"]["started_at"].dt.truncate("1s").dt.strftime("%F %T")[0] == "2024-01-31 20:15:42"
    assert tables["members"]["member_id"].to_list() == ["u1", "u2"]
    assert note.startswith("1 rows of music")
    assert check_service(tables).is_empty()


def test_episodes_have_a_series_and_a_season(tmp_path):
    tables, _, _ = load(tmp_path, LINES)
    assert tables["titles"].select("title_id", "name", "kind", "parent_id", "number").rows() == [
        ("series:the-wire", "The Wire", "series", None, None),
        ("series:the-wire:season-1", "Season 1", "season", "series:the-wire", 1),
        ("i1", "The Detail", "episode", "series:the-wire:season-1", 2),
        ("i2", '"Crocodile" Dundee', "film", None, None),
        ("series:the-wire:specials", "Specials", "season", "series:the-wire", 0),
        ("i3", "Extra - s01e02 - cut", "episode", "series:the-wire:specials", 1),
        ("i5", "Holiday", None, None, None),
    ]


def test_a_torn_line_is_a_problem(tmp_path):
    tables, problems, _ = load(tmp_path, [*LINES, "2024-02-03 10:00:00\tu1"])
    assert problems.select("row", "value").rows() == [(7, "2024-02-03 10:00:00\tu1")]
    assert tables["views"].height == 5


@pytest.mark.parametrize("content", ["a\tb\n", "\t".join("abcdefghi"), "Title,Date\nHeat,1/1/24\n"])
def test_another_layout_is_refused_by_name(tmp_path, content):
    path = tmp_path / "other.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(
        BadFile, match=r"no Playback Reporting backup: wanted 9 fields .*`matinee import table views FILE`"
    ):
        list(read_jellyfin_playback(path))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Love, Death & Robots", "love-death-robots"),
        ("Élite", "elite"),
        ("Ocean's Eleven", "oceans-eleven"),
        ("오징어 게임", "오징어-게임"),
        ("1899", "1899"),
    ],
)
def test_slugs_are_readable(name, made):
    assert slug(name) == made


def test_names_without_a_letter_have_slugs_of_their_own():
    assert len({slug("!!!"), slug("..."), slug("")}) == 3
