"""Agreements: what a person consented to, as signed ODRL policies in versions that are never edited."""
