"""The gate: may this one use happen, now? Denied by default, and on any doubt."""
