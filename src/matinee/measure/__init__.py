"""How good: splits that never leak, ranking metrics with intervals, paired comparisons."""
