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
        import headway.dialects.mysql.impl
    elif dialect.name == "postgresql":
        import headway.dialects.postgresql.impl
    elif dialect.name == "sqlite":
        import headway.dialects.sqlite.impl
    elif dialect.name == "mssql":
        import headway.dialects.mssql.impl
    elif dialect.name == "oracle":
        import headway.dialects.oracle.impl  # noqa: F401  # as all of these, imported to register
    found = implementations.get(dialect.name)
    if found is None:
        raise ConfigError(
            f"headway has no implementation for the database '{dialect.name}'",
            hint=f"There are: {', '.join(sorted({*OURS, *implementations} - {'default'}))}.",
        )
    return found
