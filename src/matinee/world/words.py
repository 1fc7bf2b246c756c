"""The words that a world is made of: genres and their keywords, and the parts of invented names.

Every name is put together from common words, so that none is meant to be a real title or person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KEYWORDS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "Drama": ("family secret", "inheritance", "homecoming", "grief", "estranged brothers", "small town", "courtroom"),
    "Comedy": ("mistaken identity", "road trip", "wedding", "neighbours", "office", "amateur band", "bad advice"),
    "Thriller": ("conspiracy", "missing person", "blackmail", "double agent", "stalker", "whistleblower", "hostage"),
    "Crime": ("heist", "detective", "undercover", "smuggling", "cold case", "gang war", "prison break"),
    "Romance": (
        "first love",
        "summer island",
        "love letters",
        "second chance",
        "arranged marriage",
        "rivals",
        "ballet",
    ),
    "Action": ("bodyguard", "car chase", "mercenaries", "rescue mission", "martial arts", "bomb squad", "revenge"),
    "Science fiction": ("time loop", "colony ship", "android", "first contact", "clones", "simulation", "lost planet"),
    "Fantasy": ("dragon", "forbidden magic", "quest", "fairy court", "prophecy", "shapeshifter", "enchanted sword"),
    "Horror": ("haunted house", "curse", "cult", "possession", "sea monster", "vampire", "abandoned hospital"),
    "Documentary": ("deep sea", "glaciers", "chess", "street food", "architecture", "migration of birds", "archive"),
    "Animation": ("talking animals", "toy workshop", "robot friend", "flying machine", "tiny hero", "moon voyage"),
    "Family": ("summer camp", "lost dog", "grandparents", "school play", "tree house", "treasure map", "new sibling"),
    "History": ("siege", "revolution", "royal court", "shipwreck", "spy network", "silk road", "railway builders"),
    "Music": ("jazz club", "opera house", "folk singer", "battle of the bands", "lost recording", "piano contest"),
})
"""Genres, each with the keywords that belong to it."""

MATURITIES = ("all", "7", "12", "16", "18")

MATURITY_OF: Mapping[str, int] = MappingProxyType({
    "Drama": 2, "Comedy": 1, "Thriller": 3, "Crime": 3, "Romance": 2, "Action": 2, "Science fiction": 2, "Fantasy": 1,
    "Horror": 4, "Documentary": 1, "Animation": 0, "Family": 0, "History": 2, "Music": 1,
})  # fmt: skip
"""Place in `MATURITIES` that is usual for a genre."""

ADJECTIVES = (
    "Amber", "Ashen", "Borrowed", "Brass", "Broken", "Burning", "Cobalt", "Copper", "Crooked", "Distant", "Drowned",
    "Emerald", "Empty", "Fading", "Feathered", "Folded", "Forgotten", "Frozen", "Gentle", "Gilded", "Glass", "Hidden",
    "Hollow", "Inky", "Ivory", "Laughing", "Lazy", "Lucky", "Marble", "Midnight", "Narrow", "Nameless", "Northern",
    "Pale", "Paper", "Patient", "Quiet", "Restless", "Rusty", "Salted", "Scarlet", "Secondhand", "Silver", "Sleepless",
    "Slow", "Southern", "Stolen", "Stubborn", "Sunken", "Tangled", "Tidal", "Unfinished", "Velvet", "Wandering",
    "Whispering", "Wild", "Winter", "Wooden",
)  # fmt: skip

NOUNS = (
    "Almanac", "Anchor", "Antler", "Arcade", "Atlas", "Balcony", "Beacon", "Bell", "Bridge", "Cabinet", "Canal",
    "Candle", "Cartographer", "Causeway", "Cellar", "Compass", "Courier", "Crane", "Ferry", "Finch", "Foundry",
    "Fountain", "Gardener", "Gate", "Glacier", "Greenhouse", "Harbour", "Heron", "Horizon", "Island", "Kettle", "Kite",
    "Ladder", "Lantern", "Librarian", "Lighthouse", "Locksmith", "Loom", "Marsh", "Meridian", "Mirror", "Monsoon",
    "Moth", "Needle", "Orchard", "Otter", "Pavilion", "Pendulum", "Pilot", "Quarry", "Radio", "Raven", "Reef", "Ribbon",
    "River", "Saddle", "Sparrow", "Staircase", "Station", "Telegram", "Thicket", "Tide", "Tower", "Valley", "Violin",
    "Watchmaker", "Weir", "Windmill",
)  # fmt: skip

NUMBERS = ("Two", "Three", "Four", "Five", "Seven", "Nine", "Eleven", "Twelve", "Forty", "Ninety")

FIRST_NAMES = (
    "Ada", "Akira", "Amara", "Anselm", "Beatriz", "Bram", "Calla", "Chidi", "Clara", "Davit", "Delia", "Edda", "Elias",
    "Emre", "Farah", "Felix", "Greta", "Hana", "Hugo", "Ilse", "Imran", "Ines", "Ivo", "Jonas", "Juno", "Kaito",
    "Keiko", "Lena", "Leto", "Lucia", "Magnus", "Maren", "Mateo", "Mina", "Nadia", "Nils", "Odile", "Omar", "Paloma",
    "Pavel", "Priya", "Quentin", "Rafael", "Rosa", "Samir", "Selma", "Soren", "Tamsin", "Thea", "Tomas", "Uma", "Viggo",
    "Wanda", "Xenia", "Yara", "Yusuf", "Zelda", "Zeno",
)  # fmt: skip

SURNAME_STARTS = (
    "Al", "Bel", "Bran", "Cal", "Cor", "Dal", "Dor", "El", "Fen", "Gar", "Hal", "Hol", "Jor", "Kal", "Kor", "Lan",
    "Lor",
    "Mar", "Mel", "Mor", "Nor", "Oren", "Pel", "Quin", "Ral", "Sal", "Sor", "Tal", "Tor", "Ul", "Val", "Ver", "Wes",
    "Yor", "Zan",
)  # fmt: skip

SURNAME_ENDS = (
    "abe", "ackson", "ander", "aski", "aux", "bach", "berg", "dotti", "elli", "enko", "erra", "eval", "field", "ghani",
    "hart", "imoto", "inho", "issen", "ivar", "kowa", "lund", "mann", "mori", "ovan", "quist", "rath", "rell", "sen",
    "shaw", "stad", "thorn", "tova", "wick", "wood", "yama", "zarro",
)  # fmt: skip
