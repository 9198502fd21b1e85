"""What ``with op.batch_alter_table(…)`` gathers, and the decision between ALTER TABLE and copying the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Constraint, Index, MetaData, Table
from sqlalchemy import exc as sa_exc

from headway.errors import InvalidValue, UsageError
from headway.operations.rewrite.constraints import REFLECTED
from headway.operations.rewrite.table import TableRewrite
from headway.process import ignoring

Change = tuple[str, tuple[Any, ...], dict[str, Any]]
"""The name of an implementation's method and the arguments it would have been called with."""


class BatchRecorder:
    """Stands in for the dialect's implementation inside a batch: writes down what it is asked for."""

    def __init__(
        self,
        operations: Any,
        table_name: str,
        schema: str | None,
        *,
        recreate: str,
        copy_from: Table | None,
        table_args: tuple[Any, ...],
        table_kwargs: Mapping[str, Any],
        reflect_args: tuple[Any, ...],
        reflect_kwargs: Mapping[str, Any],
        naming_convention: Mapping[str, str] | None,
        partial_reordering: Any,
    ) -> None:
        if recreate not in ("auto", "always", "never"):
            raise InvalidValue("recreate may be one of 'auto', 'always', or 'never'.")
        self.operations = operations
        self.table_name = table_name
        self.schema = schema
        self.recreate = recreate
        self.copy_from = copy_from
        self.table_args = table_args
        self.table_kwargs = dict(table_kwargs)
        self.reflect_args = reflect_args
        self.reflect_kwargs = dict(reflect_kwargs)
        self.naming_convention = naming_convention
        self.partial_reordering = partial_reordering
        self.batch: list[Change] = []

    @property
    def impl(self) -> Any:
        """The dialect's implementation."""
        return self.operations.impl

    @property
    def dialect(self) -> Any:
        """SQLAlchemy's dialect."""
        return self.impl.dialect

    @property
    def bind(self) -> Any:
        """The connection."""
        return self.impl.bind

    def wants_type_check(self, constraint: Constraint) -> bool:
        """Whether the check of a type exists on this database."""
        return bool(self.impl.wants_type_check(constraint))

    def flush(self) -> None:
        """Carries out what was gathered. Raises UsageError for what cannot be done."""
        if not self._should_recreate():
            for name, args, kw in self.batch:
                if name == "add_column" and kw.keys() & {"insert_before", "insert_after"}:
                    raise UsageError(
                        "Can't specify insert_before or insert_after when using ALTER; please specify recreate='always'"
                    )
                getattr(self.impl, name)(*args, **kw)
            return
        copying = self.impl.copying_table(self.table_name, self.schema)
        with copying.guarded():
            renamed = self._rename_first(copying)
            if renamed and self.recreate == "auto" and all(map(_only_renames, self.batch)):
                return  # done, without a copy
            table = self._existing_table()
            declared = {one.name.lower() for one in self.reflect_args if isinstance(one, Column)}
            unseen = copying.unseen(table, given=self.copy_from is not None, declared=declared)
            rewrite = TableRewrite(
                self.impl,
                table,
                self.table_args,
                {**unseen.options, **self.table_kwargs},
                partial_reordering=self.partial_reordering,
                raw_indexes=unseen.indexes,
                renamed=renamed,
            )
            for name, args, kw in self.batch:
                getattr(rewrite, name)(*args, **kw)
            rewrite.run(copying.before_drop)
            copying.finish()

    def _rename_first(self, copying: Any) -> dict[str, str]:
        """What the database has renamed by itself: the columns that the batch renames, or nothing."""
        asked = {args[1]: kw.get("name") for name, args, kw in self.batch if name == "alter_column"}
        renamed = {old: new for old, new in asked.items() if new is not None and new != old}
        if self.copy_from is not None or not renamed or not copying.rename_columns(renamed):
            return {}
        return renamed

    # -- what the directives call -------------------------------------------------------------------------------

    def add_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        self._note("add_column", table_name, column, **kw)

    def drop_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        self._note("drop_column", table_name, column, **kw)

    def alter_column(self, table_name: str, column_name: str, **kw: Any) -> None:
        self._note("alter_column", table_name, column_name, **kw)

    def add_constraint(self, constraint: Constraint, **kw: Any) -> None:
        self._note("add_constraint", constraint, **kw)

    def drop_constraint(self, constraint: Constraint, **kw: Any) -> None:
        self._note("drop_constraint", constraint, **kw)

    def create_index(self, index: Index, **kw: Any) -> None:
        self._note("create_index", index, **kw)

    def drop_index(self, index: Index, **kw: Any) -> None:
        self._note("drop_index", index, **kw)

    def create_table_comment(self, table: Table) -> None:
        self._note("create_table_comment", table)

    def drop_table_comment(self, table: Table) -> None:
        self._note("drop_table_comment", table)

    def create_column_comment(self, column: Column[Any]) -> None:
        self._note("create_column_comment", column)

    def _note(self, method: str, *args: Any, **kw: Any) -> None:
        self.batch.append((method, args, kw))

    # -- the decision -------------------------------------------------------------------------------------------

    def _should_recreate(self) -> bool:
        if self.recreate == "auto":
            return bool(self.impl.requires_recreate_in_batch(self))
        return self.recreate == "always"

    def _existing_table(self) -> Table:
        if self.copy_from is not None:
            return self.copy_from
        if self.impl.as_sql:
            raise UsageError(
                f"This operation cannot proceed in --sql mode; batch mode with dialect {self.dialect.name} requires "
                f'a live database connection with which to reflect the table "{self.table_name}". To generate a batch '
                'SQL migration script using table "move and copy", a complete Table object should be passed to the '
                '"copy_from" argument of the batch_alter_table() method so that table reflection can be skipped.'
            )
        metadata = MetaData()
        # It is about indexes that SQLite's copy carries over as text.
        with ignoring(sa_exc.SAWarning, "Skipped unsupported reflection of expression-based index"):
            table = Table(
                self.table_name,
                metadata,
                *self.reflect_args,
                schema=self.schema,
                autoload_with=self.bind,
                resolve_fks=False,
                **{"extend_existing": bool(self.reflect_args), **self.reflect_kwargs},
            )
        table.info[REFLECTED] = True
        if self.naming_convention:
            # Only now: names that the database gives are final, and the convention is for what has none.
            metadata.naming_convention = MetaData(naming_convention=dict(self.naming_convention)).naming_convention
        return table


def _only_renames(change: Change) -> bool:
    name, _, keywords = change
    placed = keywords.keys() & {"insert_before", "insert_after", "autoincrement"}
    asked = [keywords.get(key) for key in ("nullable", "type_")]
    marked = [keywords.get(key, False) for key in ("server_default", "comment")]
    return name == "alter_column" and not placed and asked == [None, None] and marked == [False, False]
