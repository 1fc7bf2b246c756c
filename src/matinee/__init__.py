"""Matinee: the machine-learning platform of a streaming service.

    import matinee
    service = matinee.create_service(Path("my-service"))
    matinee.import_table(service, "views", Path("views.csv"))
    matinee.train(service, now=datetime.now(UTC))
    page = matinee.recommend_member(matinee.load_recommender(service), "42", k=10)

The names below are loaded when first used, so that `import matinee` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matinee.flows.evaluation import evaluate
    from matinee.flows.exporting import export_member
    from matinee.flows.forgetting import forget
    from matinee.flows.imports import check_tables, import_movielens, import_table
    from matinee.flows.next_titles import recommend_next
    from matinee.flows.serving import explain, find_similar, load_recommender, recommend_all, recommend_member
    from matinee.flows.training import train
    from matinee.flows.updating import prove_model, update_model
    from matinee.flows.worlds import import_world
    from matinee.store.service import create_service, open_service
    from matinee.world import WorldSettings

__version__ = "0.1.0"

__all__ = [
    "WorldSettings",
    "check_tables",
    "create_service",
    "evaluate",
    "explain",
    "export_member",
    "find_similar",
    "forget",
    "import_movielens",
    "import_table",
    "import_world",
    "load_recommender",
    "open_service",
    "prove_model",
    "recommend_all",
    "recommend_member",
    "recommend_next",
    "train",
    "update_model",
]

_HOMES = {
    "matinee.flows.evaluation": ("evaluate",),
    "matinee.flows.exporting": ("export_member",),
    "matinee.flows.forgetting": ("forget",),
    "matinee.flows.imports": ("check_tables", "import_movielens", "import_table"),
    "matinee.flows.next_titles": ("recommend_next",),
    "matinee.flows.serving": ("explain", "find_similar", "load_recommender", "recommend_all", "recommend_member"),
    "matinee.flows.training": ("train",),
    "matinee.flows.updating": ("prove_model", "update_model"),
    "matinee.flows.worlds": ("import_world",),
    "matinee.store.service": ("create_service", "open_service"),
    "matinee.world": ("WorldSettings",),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'matinee' has no attribute {name!r}")
