"""`./run bench NAME…`: one or more of the benches below; without a name, all of them."""

import sys
from importlib import import_module

BENCHES = (
    "quality", "worlds", "recommend", "fit", "forget", "memory", "serve", "imports", "install", "pages", "forecast",
    "who", "slate", "diversion", "ledger", "rights", "pay",
)  # fmt: skip


def main() -> None:
    """Run the benches named on the command line."""
    if sys.argv[1:3] == ["recommend", "--tune"]:
        import_module("bench.tune").tune(*sys.argv[3:])
        return
    names = sys.argv[1:] or list(BENCHES)
    unknown = sorted(set(names) - set(BENCHES))
    if unknown:
        raise SystemExit(
            f"bench: no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}, and `recommend --tune [PEER…]`"
        )
    for name in names:
        import_module(f"bench.{name}").main()


main()
