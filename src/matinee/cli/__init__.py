"""The command line: a thin door to the verbs of `matinee.flows`, under the same names."""
