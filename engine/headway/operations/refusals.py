"""The error for what has no SQL on a database, under the names by which scripts catch it."""

from sqlalchemy.exc import CompileError

from headway.errors import InvalidValue


class CannotCompile(InvalidValue, CompileError):
    """An operation has no SQL on this database."""
