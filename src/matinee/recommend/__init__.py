"""Who would enjoy what: models in closed form, from arrays to arrays."""
