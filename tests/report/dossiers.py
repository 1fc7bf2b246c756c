"""A made-up dossier, of the shape that `forecast --json` prints: one title in, one out, one without a forecast."""

from typing import Any

HOURS = {"p10": 1.5e6, "p25": 4.2e6, "p50": 8.1e6, "p75": 13.7e6, "p90": 31.4e6}
COMP = {
    "title_id": "t1", "name": "Low <Tide>", "released_on": "2024-05-17", "days": 45, "hours": 6_300_000.0,
    "likeness": 1.27, "alike": ["film"], "differs": ["language fr", "93 minutes"],
}  # fmt: skip
SEGMENT = {"segment": "Drama", "members": 238, "audience": 54, "chance": 0.2268}
TERMS = {"budget": 250_000_000, "currency": "EUR", "objective": "hours", "risk": "mean", "owned": []}


def make_title(candidate_id: str, name: str, **changes: Any) -> dict[str, Any]:
    offer = {
        "kind": "film", "runtime_minutes": 104.0, "languages": ["en"], "countries": None, "genres": ["Drama"],
        "price": 123_000_000, "currency": "EUR", "territories": ["FR", "DE"], "licence": None,
        "window_starts_on": "2027-01-15", "window_ends_on": None, "exclusive": True,
    }  # fmt: skip
    scaled = [(days, {level: hours * share for level, hours in HOURS.items()}) for days, share in ((28, 0.6), (182, 1))]
    return {
        "candidate_id": candidate_id,
        "name": name,
        "abstains": None,
        "novelty": 0.21,
        "horizons": [
            {"days": days, "hours": hours, "views": {level: each * 60 / 104 for level, each in hours.items()}}
            for days, hours in scaled
        ],
        "drivers": [
            {"what": "runtime", "log_factor": 0.1, "factor": 1.259},
            {"what": "language", "log_factor": -0.2, "factor": 0.631},
        ],
        "comps": [COMP],
        "offer": offer,
        "who": {"audience": 321.4, "watched": 367, "taste": [SEGMENT], "country": []},
        "diverted": {"incremental": 0.34, "titles": [{"title_id": "t9", "name": "Old Hit", "share": 0.217}]},
        "price_per_hour": {"days": 182, "middle": 0.4466, "low": 0.1152, "high": 2.412, "is_incremental": True},
    } | changes


def make_verdict(candidate_id: str, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "candidate_id": candidate_id, "name": name, "is_in": True, "price": 123_000_000, "worth": 15_800_000.0,
        "adds": 9.9e6, "changes_at": 171_000_000, "why": "among the best for the money",
    } | changes  # fmt: skip


def make_dossier() -> dict[str, Any]:
    steps = [
        {"budget": 125_000_000, "titles": 1, "cost": 123_000_000, "worth": 15.8e6, "is_proved": True},
        {"budget": 500_000_000, "titles": 2, "cost": 246_000_000, "worth": 22.6e6, "is_proved": True},
    ]
    nothing: dict[str, object] = {
        "horizons": [],
        "comps": [],
        "drivers": [],
        "price_per_hour": None,
        "diverted": None,
        "who": None,
    }
    verdicts = [
        make_verdict("a", "High Water // Hohes Wasser"),
        make_verdict("b", "Ebb", is_in=False, adds=None, changes_at=87_000_000, why="others add more for the money"),
        make_verdict("c", "Bout", is_in=False, worth=None, changes_at=None, why="no forecast: a live event"),
    ]
    return {
        "source": "report",
        "learned_from": 1_409,
        "latest": "2024-12-31",
        "titles": [
            make_title("a", "High Water"),
            make_title("b", "Ebb"),
            make_title("c", "Bout", abstains="a live event", **nothing),
        ],
        "problems": ["offers.csv line 7, kind: empty is not film, season, series, …"],
        "notes": ["offers.csv: b: no runtime"],
        "who": {"members": 3_012, "practice_titles": 277},
        "slate": {
            "terms": TERMS, "cost": 123_000_000, "worth": 15.8e6, "bound": 15.8e6, "is_proved": True,
            "verdicts": verdicts, "frontier": steps, "cheaper": None,
        },
        "unknown": {},
        "holdout": None,
    }  # fmt: skip
