"""``alembic.ddl.mysql``."""

from headway.dialects.mysql import MariaDBImpl, MySQLAlterDefault, MySQLChangeColumn, MySQLImpl

__all__ = ["MariaDBImpl", "MySQLAlterDefault", "MySQLChangeColumn", "MySQLImpl"]
