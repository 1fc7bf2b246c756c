"""The nouns: every input table declared once, its rules, and the log of positives that models learn from."""
