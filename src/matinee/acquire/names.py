"""Names: what the name of a title says of itself, whoever wrote it.

Covers names as publishers list them: "The Glory: Season 1 // 더 글로리: 시즌 1" is season 1 of The Glory,
and 더 글로리 its original name. A season is told by its word in some twenty languages or by "S8", a year by parentheses
at the end of the name. It does not decide that two names are one title (`join`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_SURE_WORDS = (
    "Season|Series|Staffel|Saison|Temporada|Stagione|Seizoen|Sezonul|Sezon|Säsong|Kausi|Sæson|Sesong|Musim|Mùa|Sería|"
    "Σεζόν|Сезон|シーズン|시즌|ซีซั่น|ซีซัน|सीज़न|עונה|الموسم|موسم"
)
_OTHER_WORDS = (
    "Part|Volumen|Volume|Vol\\.|Book|Chapters|Chapter|Collection|Teil|Kapitel|Partie|Chapitre|Parte|Capítulo|Deel|Del|"
    "Koleksiyon|パート|파트|पार्ट|الجزء"
)
_BEHIND_WORDS = "season|temporada|sezon|série|évad|сезон|シーズン|シリーズ"
_LIMITED = (
    "Limited Series|Mini-?series|Miniserie[ns]?|Mini-?série|Minissérie|Mini Dizi|Miniserial|Série limitée|"
    "리미티드 시리즈|リミテッドシリーズ|लिमिटेड सीरीज़|ลิมิเต็ดซีรีส์|סדרה מוגבלת"
)
_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_ROMANS = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"]
_NUMERALS = (
    dict(zip(_WORDS, range(1, 11), strict=True))
    | dict(zip(_ROMANS, range(1, 11), strict=True))
    | {"l": 1, "ll": 2, "lll": 3}  # small Ls that were meant as numerals
    | {sign: number for number, sign in enumerate("一二三四五六七八九十", start=1)}
    | {"壱": 1, "弐": 2, "参": 3}
)
_NUMBER = rf"(?P<number>\d{{1,4}}|{'|'.join(sorted(_NUMERALS, key=len, reverse=True))})(?!\w)"
_NUMBER_WITHIN = rf"(?P<number>\d{{1,4}}|{'|'.join('一二三四五六七八九十壱弐参')})"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(unicodedata.normalize("NFC", pattern), re.IGNORECASE)


_SURE = (
    _compile(r"S(?P<number>\d{1,2})(?!\w)(?P<rest>.*)"),
    _compile(rf"(?:{_SURE_WORDS})\s*{_NUMBER}(?P<rest>.*)"),
    _compile(rf"{_NUMBER_WITHIN}(?:st|nd|rd|th|ª|º|\.)?\s*(?:{_BEHIND_WORDS})(?!\w)(?P<rest>.*)"),
    _compile(rf"\(?第\s*{_NUMBER_WITHIN}\s*(?:季|期|シーズン|シリーズ|クール)(?P<rest>.*)"),
    _compile(r"(?P<number>\d{1,4})(?:기|期)(?P<rest>.*)"),
)
_UNSURE = (
    _compile(rf"(?:{_OTHER_WORDS})\s*{_NUMBER}(?P<rest>.*)"),
    _compile(rf"第\s*{_NUMBER_WITHIN}\s*(?:部分|部|輯|辑|章)(?P<rest>.*)"),
)
_WHOLE = _compile(_LIMITED)

_BETWEEN = " // "
_COLON = re.compile(r"[:：]")
_BEFORE_SHORT = re.compile(r"(?:\s?[,–—-])?\s(?=S\d{1,2}(?:\s?[:：]|$))")
"""What stands before "S8" where no colon does."""

_YEAR = re.compile(r"\s*[(（]((?:19|20)\d\d)[)）]\s*$")
_SEQUEL = re.compile(
    r"(?<=\w)[\s:,]+(?:(?:part|chapter|vol(?:ume)?\.?)\s+(?:\d{1,3}|[ivx]+)|\d{1,3}|[ivx]{2,})$", re.IGNORECASE
)
_SUBTITLE = re.compile(r"\s?[:：]\s|\s[-–—]\s")
_APOSTROPHES = re.compile(r"['’‘`´]")
_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_LATIN_MARKS = 200
"""Combining classes from here on are accents; lower ones are letters' parts in the scripts of India and the like."""


@dataclass(frozen=True)
class Season:
    """Which season of a series.

    Attributes:
        number: as counted in the series; a limited series is the first.
        part: what of it, normalised, where only a part is meant: "part 2"; else empty.
        label: as written: "Season 9 Part 2".
        is_sure: the word for it is one that films do not use ("Season", not "Part").
    """

    number: int
    part: str
    label: str
    is_sure: bool


@dataclass(frozen=True)
class Name:
    """What a name says.

    Attributes:
        full: the name as written, without the original one, spaces made one.
        stem: the name without season and year.
        season: the season; None where none is named.
        year: the year in parentheses; None where there is none.
    """

    full: str
    stem: str
    season: Season | None
    year: int | None

    @property
    def key(self) -> str:
        """The stem, normalised."""
        return normalise(self.stem)


def split_listing(text: str) -> tuple[str, str | None]:
    """Part a listed name from the original name behind " // "; of several originals the first stands.

    Args:
        text: such as "Dark // Dunkel".

    Returns:
        The name, and the original one; None where there is none or it is the same.
    """
    name, *originals = (" ".join(part.split()) for part in text.split(_BETWEEN))
    original = next((each for each in originals if each), None)
    return name, None if original is None or normalise(original) == normalise(name) else original


def read_name(text: str) -> Name:
    """Understand a name: its stem, season and year.

    Args:
        text: one name, in one language.

    Returns:
        What it says. Only words behind a colon make a season, so "Part of Me" and "Season of the Witch" are no seasons;
        "S8" makes one also at the end or before a colon.
    """
    full = unicodedata.normalize("NFC", " ".join(text.split()))
    for mark in (*_COLON.finditer(full), *_BEFORE_SHORT.finditer(full)):
        stem, season = full[: mark.start()].rstrip(), _read_season(full[mark.end() :].lstrip())
        if season and stem:
            return Name(full, *_part_year(stem, season))
    return Name(full, *_part_year(full, None))


def _part_year(stem: str, season: Season | None) -> tuple[str, Season | None, int | None]:
    found = _YEAR.search(stem)
    if not found or not found.start():
        return stem, season, None
    return stem[: found.start()], season, int(found[1])


def _read_season(text: str) -> Season | None:
    """Read what stands behind a colon as a season; None if it is something else."""
    if _WHOLE.fullmatch(text.strip()):
        return Season(1, "", text, is_sure=True)
    for patterns, is_sure in ((_SURE, True), (_UNSURE, False)):
        for pattern in patterns:
            if found := pattern.fullmatch(text):
                rest = normalise(found["rest"])
                part = rest if any(map(str.isdigit, rest)) else ""
                return Season(_read_number(found["number"]), part, text, is_sure)
    return None


def _read_number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMERALS[text.lower()]


@lru_cache(maxsize=200_000)
def normalise(name: str) -> str:
    """Bring a name into the form in which names of different sources are compared.

    Args:
        name: any name.

    Returns:
        Letters and digits of any script in lower case, words parted by one space, without Latin accents, apostrophes
        and punctuation; "&" is "and". Where that leaves nothing ("***"), the name in lower case.
    """
    text = _APOSTROPHES.sub("", name.casefold()).replace("&", " and ")
    if text.isascii():
        return " ".join(_ASCII_WORDS.findall(text)) or name.casefold()
    plain = (sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.combining(sign) < _LATIN_MARKS)
    words = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in plain)
    return " ".join(unicodedata.normalize("NFC", words).casefold().split()) or name.casefold()


def franchise(name: str) -> str:
    """Name the franchise that a name claims to belong to, from the name alone, so that no later title can change it.

    Season, year, subtitle and sequel number go: "Rebel Moon - Part Two: The Scargiver" is of "rebel moon". Names
    that share it need not be related: it is a hint to be weighed, as the history of everything called so before.

    Args:
        name: one name, in one language.

    Returns:
        The franchise, normalised; never empty.
    """
    stem = read_name(name).stem
    head = _SUBTITLE.split(stem, maxsplit=1)[0]
    return normalise(_SEQUEL.sub("", head) or head) or normalise(stem)
