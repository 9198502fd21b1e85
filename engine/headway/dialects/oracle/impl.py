"""Oracle. See https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/ALTER-TABLE.html"""

from __future__ import annotations

from typing import Any

from headway.dialects.base import DefaultImpl
from headway.dialects.differences import normal_sql
from headway.dialects.oracle import ddl

DDL = ddl
"""Named so that nobody takes the import, which tells SQLAlchemy how Oracle writes changes, for an unused one."""


class OracleImpl(DefaultImpl):
    """MODIFY for every aspect of a column; scripts end a statement with a line of its own."""

    __dialect__ = "oracle"
    transactional_ddl = False
    batch_separator = "/"
    command_terminator = ""
    type_synonyms = (*DefaultImpl.type_synonyms, {"VARCHAR", "VARCHAR2"}, {"BIGINT", "INTEGER", "SMALLINT", "DECIMAL"})

    def emit_begin(self) -> None:
        self.print_statement("SET TRANSACTION READ WRITE")

    def emit_commit(self) -> None:
        self.print_statement("COMMIT")

    def compare_server_default(
        self,
        inspector_column: Any,
        metadata_column: Any,
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        ours, theirs = (
            None if text is None else normal_sql(text)
            for text in (rendered_metadata_default, rendered_inspector_default)
        )
        return ours != theirs
