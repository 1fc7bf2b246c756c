"""The look that every page shares: one template environment, one stylesheet.

Covers filling a template of this room; `base.html` is the frame (title, provenance, style) that a page extends. What
stands on a page is decided by the page's own module, such as `render`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from matinee.report.numbers import (
    show_interval,
    show_number,
    show_percent,
    show_short,
    show_signed,
    show_signed_interval,
)


def fill_template(name: str, values: Mapping[str, Any]) -> str:
    """Fill a template with values; every value is escaped unless it is `Markup`.

    Args:
        name: file name in `matinee/report/templates`.
        values: what the template names. `base.html` wants `title` and `made`, a mapping of what and by which command
            the page was made.

    Returns:
        one HTML document.
    """
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("matinee.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": show_number,
        "signed": show_signed,
        "percent": show_percent,
        "short": show_short,
        "interval": show_interval,
        "signed_interval": show_signed_interval,
        "count": lambda value: show_number(value, 0),
    }
    return environment
