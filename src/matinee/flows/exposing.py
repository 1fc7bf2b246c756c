"""What a page showed, as rows of the table `exposures`, appended to a file that `import table exposures` takes.

Covers pages as `matinee.flows.pages` makes them. The file is the caller's: `forget` does not reach it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from matinee.store.outputs import append_lines
from matinee.tables.schemas import TABLES


def log_page(page: dict[str, Any], path: Path, *, experiment: str | None = None, arm: str | None = None) -> int:
    """Append the titles of a page to a CSV file with the columns of `exposures`; a new file gets a heading.

    Args:
        page: as `make_page` gives it.
        path: the file.
        experiment: that the page is part of.
        arm: of the experiment.

    Returns:
        Rows appended, one a title shown.

    Raises:
        UsageError: the file is something else than such a log.
        StoreError: the disk said no.
    """
    rows = list_exposures(page, experiment=experiment, arm=arm)
    text = pl.DataFrame(rows, schema=list(TABLES["exposures"].column_names()), orient="row", infer_schema_length=None)
    heading, _, lines = text.write_csv().partition("\n")
    append_lines(lines, path, heading=heading)
    return len(rows)


def list_exposures(page: dict[str, Any], *, experiment: str | None, arm: str | None) -> list[dict[str, Any]]:
    """List the titles of a page as rows of `exposures`.

    `origin` is the key of the row and, where it is about something, what it is about: because:42, genre:Drama. The id
    is a hash of member, time, experiment, arm, origin, place and title: the same page shown at another time is another
    exposure, and the same page logged twice is one.
    """
    shared = {"member_id": page["member_id"], "shown_at": page["now"], "experiment": experiment, "arm": arm}
    rows = []
    for row in page["rows"]:
        origin = row["key"] if row["about"] is None else f"{row['key']}:{row['about']}"
        for place, title in enumerate(row["titles"], 1):
            shown = shared | {"origin": origin, "place": place, "title_id": title["title_id"]}
            digest = hashlib.sha256(repr(sorted(shown.items())).encode()).hexdigest()
            rows.append(shown | {"exposure_id": digest[:32], "propensity": title["propensity"]})
    return rows
