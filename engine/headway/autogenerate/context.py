"""AutogenContext: what comparing and rendering know about the run. Holds, compares nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import MetaData, Table, inspect
from sqlalchemy.engine import Inspector

from headway.autogenerate import plugins
from headway.autogenerate.priorities import PriorityDispatcher
from headway.errors import ConfigError


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
        """The models' tables by key. Raises ConfigError when two metadata have the same table."""
        result: dict[str, Table] = {}
        for metadata in self.metadata_list:
            if both := result.keys() & metadata.tables.keys():
                raise ConfigError(f"Duplicate table keys across multiple MetaData objects: {', '.join(sorted(both))}")
            result.update(metadata.tables)
        return result

    @cached_property
    def sorted_tables(self) -> list[Table]:
        """The models' tables, those that others refer to first."""
        return [table for metadata in self.metadata_list for table in metadata.sorted_tables]

    def run_name_filters(self, name: str | None, type_: str, parent_names: dict[str, str | None]) -> bool:
        """Whether ``include_name`` lets a name of the database in."""
        schema = parent_names.get("schema_name")
        table = name if type_ == "table" else parent_names.get("table_name")
        if table and "schema_name" in parent_names:
            parent_names["schema_qualified_table_name"] = f"{schema}.{table}" if schema else table
        return all(accept(name, type_, parent_names) for accept in self._name_filters)

    def run_object_filters(self, object_: Any, name: Any, type_: str, reflected: bool, compare_to: Any) -> bool:
        """Whether ``include_object`` lets an object in."""
        return all(accept(object_, name, type_, reflected, compare_to) for accept in self._object_filters)

    run_filters = run_object_filters

    @cached_property
    def _has_batch(self) -> bool:
        return bool(self.opts.get("render_as_batch"))


def _functions(given: Any) -> list[Callable[..., bool]]:
    if given is None:
        return []
    return [given] if callable(given) else list(given)
