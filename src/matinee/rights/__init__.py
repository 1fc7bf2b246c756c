"""Consent, gate, ledger, pay. Pure: times, sessions and random numbers arrive as arguments."""
