"""Which implementation belongs to which database; imports one of ours when it is first asked for."""

from __future__ import annotations

from sqlalchemy.engine import Dialect

from headway.dialects.base import DefaultImpl, implementations
from headway.errors import ConfigError

OURS = ("default", "mariadb", "mssql", "mysql", "oracle", "postgresql", "sqlite")


def impl_for(dialect: Dialect) -> type[DefaultImpl]:
    """The implementation of a dialect. Raises ConfigError when there is none."""
    # One at a time: importing all of SQLAlchemy's dialects takes longer than many a migration.
    if dialect.name in ("mysql", "mariadb"):
        from headway.dialects import mysql  # noqa: F401  # importing registers
    elif dialect.name == "postgresql":
        from headway.dialects import postgresql  # noqa: F401
    elif dialect.name == "sqlite":
        from headway.dialects import sqlite  # noqa: F401
    elif dialect.name == "mssql":
        from headway.dialects import mssql  # noqa: F401
    elif dialect.name == "oracle":
        from headway.dialects import oracle  # noqa: F401
    found = implementations.get(dialect.name)
    if found is None:
        raise ConfigError(
            f"headway has no implementation for the database '{dialect.name}'",
            hint=f"There are: {', '.join(sorted({*OURS, *implementations} - {'default'}))}.",
        )
    return found
