"""Who would watch: the chance of each member, calibrated; audiences as sums; segments as counts."""
