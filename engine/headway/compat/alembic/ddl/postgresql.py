"""``alembic.ddl.postgresql``."""

from headway.dialects.postgresql import PostgresqlImpl

__all__ = ["PostgresqlImpl"]
