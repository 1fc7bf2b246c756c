"""What all commands share: which service, JSON or not, and how results are printed."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

F = TypeVar("F", bound=Callable[..., Any])

screen = Console(width=None if Console().is_terminal else 110)
"""Where results go; in a file or a pipe lines are 110 wide."""

notes = Console(stderr=True)
"""Where progress and remarks go, so that results can be piped."""

FOLDER = click.Path(path_type=Path)


@contextmanager
def silenced(wanted: bool) -> Generator[None]:
    """Keep results for people off standard output, where JSON is to stand alone."""
    screen.quiet = wanted
    try:
        yield
    finally:
        screen.quiet = False


def service_option(command: F) -> F:
    """Add `--service DIR`."""
    return click.option(
        "--service",
        "folder",
        type=FOLDER,
        default=Path(),
        envvar="MATINEE_SERVICE",
        metavar="DIR",
        help="The service's folder; default: $MATINEE_SERVICE or the current folder.",
    )(command)


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(command)


def _refuse_nan(_ctx: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no rating")
    return value


def rating_option(command: F) -> F:
    """Add `--min-rating R`."""
    return click.option(
        "--min-rating",
        type=click.FloatRange(min=0, max=10),
        callback=_refuse_nan,
        metavar="R",
        help="A rated viewing counts from R; default: as matinee.toml says.",
    )(command)


def say_outdated(is_outdated: bool) -> None:
    """Remark in one line that the model does not know what came in since it was made."""
    if is_outdated:
        notes.print(
            "The tables have changed since the model was made; `matinee update` takes in what came.", soft_wrap=True
        )


def print_json(result: object) -> None:
    """Print a result as JSON on standard output, escaped where that cannot take every letter."""
    is_narrow = not (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(result, indent=1, ensure_ascii=is_narrow, allow_nan=False))
