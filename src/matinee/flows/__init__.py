"""The verbs: load, call a pure room, save."""
