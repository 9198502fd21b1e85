"""``alembic.ddl.mysql``."""

from headway.dialects.mysql import MySQLImpl

__all__ = ["MySQLImpl"]
