"""Alembic's verbs on a Config, one a file. ``commandline`` parses them; ``alembic.command`` re-exports them."""
