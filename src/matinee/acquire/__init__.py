"""Who would watch what we do not have yet, and what it is worth: facts, forecasts, diversion, slates."""
