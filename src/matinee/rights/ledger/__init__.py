"""The ledger: entries that balance, in a Merkle tree that shows any change. Pure; `matinee.store.rights` keeps it."""
