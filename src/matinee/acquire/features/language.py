"""Language: which language an original name is written in, told from its script, its season word and its small words.

Covers the languages in which services list most originals. It is a hint for forecasts, not an identification: a name
of one rare word in Latin letters stays `other`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

ENGLISH, OTHER = "en", "other"

_SCRIPTS = (
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u0dff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
)
_SEASON_WORDS = {
    "temporada": ("es", "pt"), "miniserie": ("es", "it"), "minissérie": ("pt",), "staffel": ("de",), "saison": ("fr",),
    "stagione": ("it",), "sezon": ("pl", "tr"), "säsong": ("sv",), "sæson": ("sv",), "sesong": ("sv",),
    "kausi": ("sv",), "musim": ("id",), "seizoen": ("nl",), "miniserial": ("pl",), "mini dizi": ("tr",),
}  # fmt: skip
_SMALL_WORDS = {
    "es": "el la los las de del y en un una mi tu con por que su para no es",
    "pt": "o a os as do da dos das e em um uma meu com não para na no",
    "fr": "le la les de des du et un une mon ma au aux pour dans sur l d",
    "de": "der die das und ein eine im den von mit ist ich zu auf",
    "it": "il la i gli di del della e un una che mio per in non lo",
    "tr": "ve bir bu aşk ben benim kadın",
    "pl": "i w na z do nie się jak za",
    "sv": "och en ett det den på og af at i er for",
    "id": "dan di yang cinta hantu",
    "nl": "de het een en van ik op",
}
_LETTERS = {
    "es": "ñ¿¡", "pt": "ãõ", "fr": "êèœçû", "de": "äöüß", "it": "ìò", "tr": "ışğ", "pl": "łąężźśćń", "sv": "åøæ",
}  # fmt: skip
_SEASON_WEIGHT, _LETTER_WEIGHT = 1.5, 0.7
_KNOWN = {code for code, _ in _SCRIPTS} | set(_SMALL_WORDS) | {ENGLISH}
LANGUAGES = tuple(sorted(_KNOWN | {OTHER}))
"""Every code that `tell_language` may give."""
_NORTHERN = {"da", "no", "nb", "fi", "is"}
_INDIAN = {"ta", "te", "ml", "kn", "bn", "mr", "pa"}


def tell_language(original_name: str | None, languages: Sequence[str] | None = None) -> str:
    """Tell the language of a title; Nordic languages count as `sv`, those of India as `hi`.

    Args:
        original_name: name in the country of origin; None if it is the same as the name.
        languages: spoken languages, the main one first, where there is no original name.

    Returns:
        A code of two letters, `other`, or `en` where nothing speaks against it.
    """
    if original_name:
        return _tell(original_name)
    if not languages:
        return ENGLISH
    code = languages[0].casefold().split("-")[0]
    code = "sv" if code in _NORTHERN else "hi" if code in _INDIAN else code
    return code if code in _KNOWN else OTHER


@lru_cache(maxsize=50_000)
def _tell(name: str) -> str:
    for code, script in _SCRIPTS:
        if script.search(name):
            return code
    lower = name.casefold()
    scores = dict.fromkeys(_SMALL_WORDS, 0.0)
    for word, codes in _SEASON_WORDS.items():
        for code in codes if word in lower else ():
            scores[code] += _SEASON_WEIGHT
    for word in re.findall(r"\w+", lower):
        for code, words in _SMALL_WORDS.items():
            scores[code] += word in words.split()
    for code, letters in _LETTERS.items():
        scores[code] += _LETTER_WEIGHT * sum(map(lower.count, letters))
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] else OTHER
