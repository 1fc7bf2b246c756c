"""The learned ranker: a correction of the blend's scores over the titles that may come first."""
