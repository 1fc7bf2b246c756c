"""A seeded simulated service whose truth is known."""
