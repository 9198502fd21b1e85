"""``alembic.testing``: what dialects of third parties import of it for their own test suites, and no more."""
