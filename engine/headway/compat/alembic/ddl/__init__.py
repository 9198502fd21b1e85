"""``alembic.ddl``."""

from headway.compat.alembic.ddl import base as base
from headway.compat.alembic.ddl import impl as impl
from headway.compat.alembic.ddl import mssql as mssql
from headway.compat.alembic.ddl import mysql as mysql
from headway.compat.alembic.ddl import oracle as oracle
from headway.compat.alembic.ddl import postgresql as postgresql
from headway.compat.alembic.ddl import sqlite as sqlite
from headway.dialects.base import DefaultImpl

__all__ = ["DefaultImpl", "base", "impl", "mssql", "mysql", "oracle", "postgresql", "sqlite"]
