"""``alembic.ddl.sqlite``."""

from headway.dialects.sqlite import SQLiteImpl

__all__ = ["SQLiteImpl"]
