"""Signs of life on standard error: a counter of rows, and a line that says what is being done."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from matinee.cli.options import notes


@contextmanager
def counting() -> Generator[Callable[[str, int], None]]:
    """Show a bar a stage with the rows done so far.

    Yields:
        a function of stage and rows.
    """
    columns = (TextColumn("{task.description}"), BarColumn(pulse_style="cyan"), TextColumn("{task.completed:,} rows"))
    quiet = not notes.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=notes, transient=True, disable=quiet) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, rows: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=None)
            bars.update(tasks[stage], completed=rows)

        yield show


@contextmanager
def saying() -> Generator[Callable[[str], None]]:
    """Show what is being done.

    Yields:
        a function of a few words.
    """
    with notes.status("starting") as status:
        yield lambda stage: status.update(stage)
