"""Matinee: the machine-learning platform of a streaming service."""

__version__ = "0.1.0"
