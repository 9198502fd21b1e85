"""AutogenContext: what comparing and rendering know about the run. Holds, compares nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Column, Constraint, Index, MetaData, Table, inspect
from sqlalchemy.engine import Inspector

from headway.autogenerate import plugins
from headway.autogenerate.priorities import PriorityDispatcher
from headway.errors import ConfigError, SameTableTwice
from headway.operations.naming import table_of


class PassedOver(NamedTuple):
    """Something that was not compared."""

    kind: str
    place: str
    why: str


TypeName = tuple[str, str]
"""Schema and name of an enum or a domain."""


class AutogenContext:
    """One comparison: the migration context, the models' metadata, the filters, and the imports rendering needs."""

    def __init__(
        self,
        migration_context: Any,
        metadata: Any = None,
        opts: Mapping[str, Any] | None = None,
        autogenerate: bool = True,
    ) -> None:
        self.migration_context = migration_context
        self.opts: dict[str, Any] = dict(migration_context.opts if opts is None else opts)
        found = self.opts.get("target_metadata") if metadata is None else metadata
        if found is None and autogenerate and migration_context.script is not None:  # a program may fill in its own
            raise ConfigError(
                "Can't proceed with --autogenerate option; environment script env.py does not provide a MetaData "
                "object or sequence of objects to the context.",
                hint="Give context.configure() target_metadata=Base.metadata.",
            )
        self.metadata: Any = found
        self.connection = None if migration_context.as_sql else migration_context.bind
        self.dialect = migration_context.dialect
        self.imports: set[str] = set()
        # Of the body that is being written: types that its tables find there, and CHECKs that it adds by themselves.
        self.reused_types: dict[int, set[TypeName]] = {}
        self.separate_checks: set[tuple[str | None, str, str]] = set()
        self.separate_indexes: set[tuple[str | None, str, str | None]] = set()
        self.separate_uniques: set[tuple[str | None, str, str | None]] = set()
        self.both: list[tuple[Table, Table]] = []
        """The tables that were compared, the database's and the models'."""
        self.passed_over: list[PassedOver] = []
        """What the comparison has left alone, as far as it has come."""
        self._within_batch = False
        self._name_filters = _functions(self.opts.get("include_name"))
        self._object_filters = _functions(self.opts.get("include_object"))

    @cached_property
    def inspector(self) -> Inspector:
        """SQLAlchemy's inspector of the connection. Raises ConfigError in offline mode."""
        if self.connection is None:
            raise ConfigError("can't return inspector as this AutogenContext has no database connection")
        inspector: Inspector = inspect(self.connection)
        return inspector

    @cached_property
    def existing_types(self) -> frozenset[TypeName] | None:
        """The enums and domains of a PostgreSQL database; None on others, and where there is no connection to ask."""
        if self.dialect.name != "postgresql" or self.connection is None or self.connection.closed:
            return None
        found = [*self.inspector.get_enums(schema="*"), *self.inspector.get_domains(schema="*")]  # type: ignore[attr-defined]
        return frozenset((item["schema"], item["name"]) for item in found)

    @cached_property
    def comparators(self) -> PriorityDispatcher:
        """The comparison functions that take part: the global ones and those of the chosen plugins.

        Raises ConfigError when ``autogenerate_plugins`` names one that is not there.
        """
        dispatcher = plugins.comparators.branch()
        names = self.opts.get("autogenerate_plugins")
        plugins.Plugin.populate_autogenerate_priority_dispatch(dispatcher, plugins.USUAL if names is None else names)
        return dispatcher

    def compare(self, target: str) -> Callable[..., None]:
        """What gives its arguments to all comparison functions for ``target`` on this database."""
        return self.comparators.dispatch(target, qualifier=self.dialect.name)

    @cached_property
    def metadata_list(self) -> list[MetaData]:
        """The models' metadata, one or several."""
        if self.metadata is None:
            return []
        return list(self.metadata) if isinstance(self.metadata, Iterable) else [self.metadata]

    @cached_property
    def table_key_to_table(self) -> dict[str, Table]:
        """The models' tables by key. Raises SameTableTwice when two metadata have the same table."""
        result: dict[str, Table] = {}
        for metadata in self.metadata_list:
            if both := result.keys() & metadata.tables.keys():
                names = ", ".join(f'"{name}"' for name in sorted(both))
                raise SameTableTwice(
                    f"Duplicate table keys across multiple MetaData objects: {names}",
                    hint="Give context.configure() each table in one MetaData of target_metadata.",
                )
            result.update(metadata.tables)
        return result

    @cached_property
    def sorted_tables(self) -> list[Table]:
        """The models' tables, those that others refer to first. Raises SameTableTwice."""
        tables = self.table_key_to_table
        return [tables[table.key] for metadata in self.metadata_list for table in metadata.sorted_tables]

    def run_name_filters(self, name: str | None, type_: str, parent_names: dict[str, str | None]) -> bool:
        """Whether ``include_name`` lets a name of the database in."""
        schema = parent_names.get("schema_name")
        table = name if type_ == "table" else parent_names.get("table_name")
        if table and "schema_name" in parent_names:
            parent_names["schema_qualified_table_name"] = f"{schema}.{table}" if schema else table
        accepted = all(accept(name, type_, parent_names) for accept in self._name_filters)
        if not accepted:
            self._leave_out("include_name", type_, (schema, table if table != name else None, name))
        return accepted

    def run_object_filters(self, object_: Any, name: Any, type_: str, reflected: bool, compare_to: Any) -> bool:
        """Whether ``include_object`` lets an object in."""
        accepted = all(accept(object_, name, type_, reflected, compare_to) for accept in self._object_filters)
        if not accepted:
            known = isinstance(object_, Constraint | Index | Column)  # plugins may ask about things of their own
            table = table_of(object_) if known else None
            schema = getattr(table if known else object_, "schema", None)
            self._leave_out("include_object", type_, (schema, getattr(table, "name", None), name))
        return accepted

    def pass_over(self, kind: str, place: str, why: str) -> None:
        """Notes that ``place``, one of ``kind``, is not compared."""
        self.passed_over.append(PassedOver(kind, place, why))

    def _leave_out(self, filter_: str, type_: str, names: tuple[str | None, ...]) -> None:
        kind = type_.replace("_", " ")
        name = ".".join(part for part in names if part) or "without a name"
        self.pass_over(f"{kind} left out by {filter_}", f"{kind} {name}", f"{filter_} of env.py leaves it out")

    run_filters = run_object_filters

    @cached_property
    def _has_batch(self) -> bool:
        return bool(self.opts.get("render_as_batch"))


def _functions(given: Any) -> list[Callable[..., bool]]:
    if given is None:
        return []
    return [given] if callable(given) else list(given)
