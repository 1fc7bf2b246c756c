"""A story of consent and pay, played with the verbs of this service: who is in it, and what happens."""
