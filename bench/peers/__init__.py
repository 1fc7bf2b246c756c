"""One script a library, each its own process in its own environment; `matinee.py` is ours, under the same rules."""
