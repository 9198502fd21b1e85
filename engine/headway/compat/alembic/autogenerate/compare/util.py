"""``alembic.autogenerate.compare.util``, which has no public names."""
