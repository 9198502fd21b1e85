"""``alembic.ddl.mysql``."""

from headway.compat.alembic import (
    util,
)
from headway.compat.alembic.util import (
    sqla_compat,
)
from headway.dialects.base import (
    DefaultImpl,
)
from headway.dialects.elements import (
    AlterColumn,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    alter_table,
    format_column_name,
    format_server_default,
)
from headway.dialects.mysql.ddl import (
    MySQLAlterDefault,
    MySQLChangeColumn,
    MySQLModifyColumn,
)
from headway.dialects.mysql.impl import MariaDBImpl, MySQLImpl

__all__ = [
    "AlterColumn",
    "ColumnDefault",
    "ColumnName",
    "ColumnNullable",
    "ColumnType",
    "DefaultImpl",
    "MariaDBImpl",
    "MySQLAlterDefault",
    "MySQLChangeColumn",
    "MySQLImpl",
    "MySQLModifyColumn",
    "alter_table",
    "format_column_name",
    "format_server_default",
    "sqla_compat",
    "util",
]
