"""Consent, gate, ledger, pay: what was agreed, what may be done, what is owed."""
