"""How large the audience of a title will be, how sure that is, and why."""
