"""The rulebook: dated rules as data, and pure functions that apply them."""
