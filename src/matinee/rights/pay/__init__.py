"""Pay: what is owed for a period, as entries of the ledger; statements; the ledger as beancount."""
