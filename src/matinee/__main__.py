"""`python -m matinee`: the command line where no script is installed."""

from matinee.cli.app import run

run()
