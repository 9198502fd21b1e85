"""How a project is configured: alembic.ini, pyproject.toml and the gate's policy. Reads, executes nothing."""
