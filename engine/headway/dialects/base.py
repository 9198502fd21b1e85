"""DefaultImpl: what operations are carried out with; one subclass for each database.

Subclasses, third-party ones included, name their SQLAlchemy dialect in ``__dialect__`` and override what differs.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Computed,
    Constraint,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    cast,
    schema,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable, DropConstraint, DropIndex, DropTable

from headway.dialects import elements
from headway.dialects.autogen import Comparing
from headway.dialects.insert_rows import check_rows, literal_insert, translatable
from headway.dialects.table_copy import Copying
from headway.effects.sql_kind import Kind
from headway.errors import UsageError
from headway.operations.rewrite.conversion import Conversion
from headway.operations.statement import Door, DriverText, Statement

implementations: dict[str, type[DefaultImpl]] = {}
"""By the name of their SQLAlchemy dialect; subclasses enter themselves."""


class DefaultImpl(Comparing):
    """How one database is changed: by statements on a connection, or printed to a buffer in offline mode."""

    __dialect__ = "default"
    transactional_ddl = False
    names_primary_keys = True
    """Whether a primary key is dropped by its name."""
    command_terminator = ";"
    batch_separator = ""
    """Printed after each statement of a script, where the database's own tools need it."""
    type_synonyms: tuple[set[str], ...] = ({"NUMERIC", "DECIMAL"},)
    type_arg_extract: Sequence[str] = ()
    identity_attrs_ignore: tuple[str, ...] = ("on_null",)

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if "__dialect__" in cls.__dict__:
            implementations[cls.__dialect__] = cls

    def __init__(
        self,
        dialect: Dialect,
        connection: Any,
        as_sql: bool,
        transactional_ddl: bool | None,
        output_buffer: Any,
        context_opts: Mapping[str, Any],
    ) -> None:
        self.dialect = dialect
        self.connection: Any = connection
        self.as_sql = as_sql
        self.literal_binds = bool(context_opts.get("literal_binds", False))
        self.output_buffer = output_buffer
        self.context_opts = context_opts
        self.batch_separator = context_opts.get(f"{self.__dialect__}_batch_separator", self.batch_separator)
        # SQLAlchemy notes here which named types a run has made, so that two tables can share one.
        self.memo: dict[Any, Any] = {}
        self._sending_as: Kind | None = None
        if transactional_ddl is not None:
            self.transactional_ddl = transactional_ddl
        if as_sql:
            # Drivers with %s parameters need a percent sign doubled; nobody undoes that in a script.
            dialect.identifier_preparer._double_percents = False
        if self.literal_binds and not self.as_sql:
            raise UsageError("Can't use literal_binds setting without as_sql mode")
        self.outlet: Door = context_opts.get("headway.outlet", _NoDoor)(self)

    @classmethod
    def get_by_dialect(cls, dialect: Dialect) -> type[DefaultImpl]:
        """The implementation of a dialect. Raises KeyError when none is loaded."""
        return implementations[dialect.name]

    @property
    def bind(self) -> Connection | None:
        """The connection; in offline mode one that refuses to read."""
        return self.connection  # type: ignore[no-any-return]

    # -- output and transactions --------------------------------------------------------------------------------

    def static_output(self, text: str) -> None:
        """Prints a line of the SQL script."""
        self.output_buffer.write(f"{text}\n\n")
        self.output_buffer.flush()

    def start_migrations(self) -> None:
        """Called once before the first migration of a run."""

    def emit_begin(self) -> None:
        """Prints the start of a transaction."""
        self.static_output(f"BEGIN{self.command_terminator}")

    def emit_commit(self) -> None:
        """Prints the end of a transaction."""
        self.static_output(f"COMMIT{self.command_terminator}")

    def version_table_impl(
        self, *, version_table: str, version_table_schema: str | None, version_table_pk: bool, **kw: Any
    ) -> Table:
        """The version table."""
        table = Table(
            version_table, MetaData(), Column("version_num", String(32), nullable=False), schema=version_table_schema
        )
        if version_table_pk:
            table.append_constraint(PrimaryKeyConstraint("version_num", name=f"{version_table}_pkc"))
        return table

    # -- executing ----------------------------------------------------------------------------------------------

    def _exec(
        self,
        construct: Any,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        statement = Statement(
            construct, params, many=multiparams, execution_options=execution_options, kind=self._sending_as
        )
        return self.outlet.send(statement)

    def driver_sql(self, sql: str, parameters: Any = None) -> Any:
        """Sends SQL as it is, with parameters in the driver's own form; returns the result."""
        return self.outlet.send(Statement(DriverText(sql, parameters)))

    @contextmanager
    def sending_as(self, kind: Kind) -> Iterator[None]:
        """Says of what the block executes that it is of this kind, whatever it looks like."""
        before, self._sending_as = self._sending_as, kind
        try:
            yield
        finally:
            self._sending_as = before

    def print_statement(self, sql: str) -> None:
        """Prints a statement of the SQL script, with what ends it."""
        self.static_output(sql + self.command_terminator)
        if self.batch_separator:
            self.static_output(self.batch_separator)

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Executes or prints a statement of the user's."""
        self._exec(sql, execution_options)

    # -- tables -------------------------------------------------------------------------------------------------

    def create_table(self, table: Table, **kw: Any) -> None:
        """Creates a table with its indexes and comments, and fires SQLAlchemy's events around it."""
        table.dispatch.before_create(table, self.connection, checkfirst=False, _ddl_runner=self)
        self._exec(CreateTable(table, **kw))
        table.dispatch.after_create(table, self.connection, checkfirst=False, _ddl_runner=self)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):  # a set: its order is chance
            self._exec(CreateIndex(index))
        if not self.dialect.supports_comments or self.dialect.inline_comments:
            return
        if table.comment:
            self.create_table_comment(table)
        for column in table.columns:
            if column.comment:
                self.create_column_comment(column)

    def drop_table(self, table: Table, **kw: Any) -> None:
        """Drops a table and fires SQLAlchemy's events around it."""
        table.dispatch.before_drop(table, self.connection, checkfirst=False, _ddl_runner=self)
        self._exec(DropTable(table, **kw))
        table.dispatch.after_drop(table, self.connection, checkfirst=False, _ddl_runner=self)

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: Any = None) -> None:
        """Renames a table."""
        self._exec(elements.RenameTable(old_table_name, new_table_name, schema=schema))

    def create_table_comment(self, table: Table) -> None:
        """Sets a table's comment."""
        self._exec(schema.SetTableComment(table))

    def drop_table_comment(self, table: Table) -> None:
        """Removes a table's comment."""
        self._exec(schema.DropTableComment(table))

    def create_column_comment(self, column: Column[Any]) -> None:
        """Sets a column's comment."""
        self._exec(schema.SetColumnComment(column))

    # -- columns ------------------------------------------------------------------------------------------------

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        """Adds a column."""
        self._exec(
            elements.AddColumn(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
            )
        )

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drops a column."""
        self._exec(elements.DropColumn(table_name, column, schema=schema, if_exists=if_exists))

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        schema: str | None = None,
        autoincrement: bool | None = None,
        comment: Any = False,
        existing_comment: str | None = None,
        existing_type: Any = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        **kw: Any,
    ) -> None:
        """Alters a column, one statement for each aspect; the name last, so that the others find it."""
        if autoincrement is not None or existing_autoincrement is not None:
            warnings.warn("autoincrement and existing_autoincrement only make sense for MySQL", stacklevel=2)
        known = {
            "schema": schema,
            "existing_type": existing_type,
            "existing_server_default": existing_server_default,
            "existing_nullable": existing_nullable,
            "existing_comment": existing_comment,
        }
        if nullable is not None:
            self._exec(elements.ColumnNullable(table_name, column_name, nullable, **known))
        if server_default is not False:
            self._alter_default(table_name, column_name, server_default, known)
        if type_ is not None:
            self._exec(elements.ColumnType(table_name, column_name, type_, **known))
        if comment is not False:
            self._exec(elements.ColumnComment(table_name, column_name, comment, **known))
        if name is not None:
            self._exec(elements.ColumnName(table_name, column_name, name, **known))

    def _alter_default(self, table_name: str, column_name: str, default: Any, known: dict[str, Any]) -> None:
        kinds = (default, known["existing_server_default"])
        if any(isinstance(kind, Computed) for kind in kinds):
            self._exec(elements.ComputedColumnDefault(table_name, column_name, default, **known))
        elif any(isinstance(kind, Identity) for kind in kinds):
            self._exec(elements.IdentityColumnDefault(table_name, column_name, default, self, **known))
        else:
            self._exec(elements.ColumnDefault(table_name, column_name, default, **known))

    # -- constraints and indexes --------------------------------------------------------------------------------

    def wants_type_check(self, constraint: Constraint) -> bool:
        """Whether a CHECK that belongs to a type (Boolean, Enum) exists on this database."""
        rule = getattr(constraint, "_create_rule", None)
        compiler: Any = self.dialect.ddl_compiler
        return rule is None or bool(rule(compiler(self.dialect, None)))

    def add_constraint(self, const: Any, **kw: Any) -> None:
        """Adds a constraint, unless its type says that this database needs none."""
        if self.wants_type_check(const):
            self._exec(AddConstraint(const, **isolation(AddConstraint)))

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Drops a constraint."""
        self._exec(DropConstraint(const, **kw, **isolation(DropConstraint)))

    def create_index(self, index: Index, **kw: Any) -> None:
        """Creates an index."""
        self._exec(CreateIndex(index, **kw))

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drops an index."""
        self._exec(DropIndex(index, **kw))

    # -- rows ---------------------------------------------------------------------------------------------------

    def bulk_insert(self, table: Any, rows: Any, multiinsert: bool = True) -> None:
        """Inserts rows given as dictionaries; one statement each in offline mode or without ``multiinsert``."""
        check_rows(rows)
        if self.as_sql:
            for row in rows:
                self._exec(literal_insert(table, row, self.dialect))
            return
        insert = translatable(table, self.connection).insert().inline()
        if rows and multiinsert:
            self._exec(insert, multiparams=rows)
        else:
            for row in rows:
                self._exec(insert.values(**row))

    # -- batch --------------------------------------------------------------------------------------------------

    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        """Whether a batch needs a copy of the table; only where ALTER TABLE cannot do it."""
        return False

    def prep_table_for_batch(self, batch_impl: Any, table: Table) -> list[Constraint] | None:
        """Called before the copy of ``table`` is made; gives the constraints that it dropped to free their names."""

    def abandon_batch(self, new: Table | None, freed: Sequence[Constraint]) -> None:
        """Called when the copy failed: takes back what no transaction will. ``new`` is the copy, if it was made.

        A copy that was there before is another run's, and may hold the only rows there are.
        """
        if not self.transactional_ddl:
            if new is not None:
                self.drop_table(new, if_exists=True)
            for constraint in freed:
                self.add_constraint(constraint)

    def copying_table(self, table_name: str, schema: str | None) -> Copying:
        """What surrounds the copy of a table."""
        return Copying(self, table_name, schema)

    def batch_conversion(self, column: Column[Any], old_type: Any, new_type: Any) -> Conversion | None:
        """What the values of ``column`` become in a batch that gives it another type, and which of them cannot; None
        where the database's own CAST says so, or refuses them itself."""
        return None

    def cast_for_batch_migrate(self, existing: Column[Any], existing_transfer: dict[str, Any], new_type: Any) -> None:
        """Lets ``existing_transfer["expr"]``, which fills a column of a copy, be a cast where the kinds of type differ."""
        if existing.type._type_affinity is not new_type._type_affinity:
            existing_transfer["expr"] = cast(existing_transfer["expr"], new_type)


class _NoDoor:
    """Of an implementation that nobody has made a migration context for."""

    def __init__(self, impl: DefaultImpl) -> None:
        self.impl = impl

    def send(self, statement: Statement) -> Any:
        raise UsageError(
            f"{type(self.impl).__name__} stands alone and can execute nothing",
            hint="Take the one of a migration context: MigrationContext.configure(connection).impl.",
        )


implementations[DefaultImpl.__dialect__] = DefaultImpl  # what is rendered without a database has its dialect


@cache
def isolation(element: type) -> dict[str, Any]:
    """SQLAlchemy keeps a constraint out of later CREATE TABLEs once it was added alone; ours are thrown away anyway.

    Where it does so by default it can be told not to, from 2.0.39 on; dropping does not by default from 2.1 on.
    """
    known = inspect.signature(element.__init__).parameters.get("isolate_from_table")  # type: ignore[misc]
    return {"isolate_from_table": False} if known is not None and known.default is True else {}
