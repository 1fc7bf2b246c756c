"""The slate: which candidates to buy for a budget, and why."""
