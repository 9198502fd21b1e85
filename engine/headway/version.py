"""The version of this program, in the one place that everything else reads."""

VERSION = "0.1.0"

ALEMBIC = "1.20.1"
"""The version of Alembic whose behaviour this is; scripts compare against it."""
