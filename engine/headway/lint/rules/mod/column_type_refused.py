"""MOD019."""

from __future__ import annotations

from collections.abc import Iterator

from headway.effects import model as fx
from headway.effects.refused_types import Refusal, refusal, refusal_as_key
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule
from headway.pattern import pattern

_ASKS_KIND = pattern(
    r"\bdialect\b|dialect_|drivername|engine\.name|(?i:is_?)(?i:sqlite|mysql|maria|postgres|oracle|mssql)"
)


class ColumnTypeRefused(FileRule):
    """Uses a type of a column that a database of the history cannot make.

    ## What
    A type in ``create_table``, ``add_column``, ``alter_column`` or raw SQL, in ``upgrade()`` or ``downgrade()``, that

    - SQLAlchemy writes as it is named, and the server does not know: ``sa.DATETIME()`` on PostgreSQL;
    - belongs to another database, so that SQLAlchemy has no words for it: ``mysql.TINYINT()``, ``postgresql.ARRAY()``;
    - lacks what it needs there: ``sa.String()`` without a length on MySQL, ``sa.Enum("a", "b")`` without a name on
      PostgreSQL; on MySQL also the ``existing_type`` of an ``alter_column``, which is written anew with the rest;
    - is TEXT or BLOB in a primary key on MySQL;
    - is no type: ``sa.NullType()``, which autogenerate writes for one that it does not know.

    Types with a variant, types of the project's own, and what stands behind a condition that was not read, in a file that
    asks for the kind of database somewhere, are not judged.

    ## Why
    The migration fails there, on whatever rows, and it fails for the first who runs it: ``type "datetime" does not
    exist``, ``VARCHAR requires a length on dialect mysql``.
    See https://docs.sqlalchemy.org/en/20/core/type_basics.html
    Proved on PostgreSQL, MariaDB and SQLite.

    ## Bad
    ```python
    op.add_column("orders", sa.Column("paid_at", sa.NullType()))
    ```

    ## Good
    ```python
    op.add_column("orders", sa.Column("paid_at", sa.DateTime()))
    ```

    ## When to ignore
    The project has taught it: SQLAlchemy by ``@compiles``, which is seen in env.py and in the revision, or PostgreSQL by
    a domain of that name, which is seen where the revision makes it.
    """

    code = "MOD019"
    name = "column-type-refused"

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        sources = [file.migration.source, "" if facts.environment is None else facts.environment.source]
        if any("sqlalchemy.ext.compiler" in source for source in sources):
            return
        made = {
            one.name
            for one in file.upgrade_effects
            if isinstance(one, fx.CreatesObject) and one.kind in (fx.ObjectKind.DOMAIN, fx.ObjectKind.TYPE)
        }
        directions = (("migration", file.upgrade_effects), ("downgrade", file.downgrade_effects))
        for direction, effect in ((name, one) for name, effects in directions for one in effects):
            if not isinstance(effect, fx.TableEffect):
                continue
            found: dict[str, tuple[fx.Text, Refusal]] = {}
            for database in sorted(file.dialects) or [""]:  # some types no database makes
                if fx.can_run_on(effect, frozenset({database})):
                    for column, type_, refused in _refused(effect, database):
                        if fx.shown(type_.name).lower() not in made:
                            found.setdefault(str(type_), (column, refused))
            if found and not (effect.conditional and _asks_kind(file)):
                (column, first), *others = found.values()
                place = f"the {direction} fails at {fx.shown(effect.table)}.{fx.shown(column)}"
                more = [f"; {other.why} ({fx.shown(name)})" for name, other in others if other.why != first.why]
                yield self.finding(
                    f"{first.why}: {place}{''.join(more)}",
                    "; ".join(dict.fromkeys(one.instead for _, one in found.values())),
                    effect.span,
                    file.revision,
                )


def _asks_kind(file: RevisionFile) -> bool:
    """Whether a condition that was not read may ask for the kind of database."""
    return any(_ASKS_KIND.search(text) for text in (file.migration.source, *(one[0] for one in file.modules.values())))


def _refused(effect: fx.Effect, database: str) -> Iterator[tuple[fx.Text, fx.Type, Refusal]]:
    """The columns whose types ``database`` refuses."""
    keys = _key_of(effect)
    for name, type_ in _types(effect, database):
        found = refusal(type_, database, raw=effect.raw)
        if found is None and name in keys:
            found = refusal_as_key(type_, database)
        if found is not None:
            yield name, type_, found


def _types(effect: fx.Effect, database: str) -> Iterator[tuple[fx.Text, fx.Type]]:
    """The columns that the effect writes with their types."""
    match effect:
        case fx.CreatesTable(columns=columns):
            yield from ((one.name, one.type) for one in columns if one.type is not None)
        case fx.AddsColumn(column=column) if column.type is not None:
            yield column.name, column.type
        case fx.AltersColumn(column=name) if (type_ := _written_type(effect, database)) is not None:
            yield name, type_


def _written_type(effect: fx.AltersColumn, database: str) -> fx.Type | None:
    """The type that stands in the statement: MySQL says a column whole, also where only something else changes."""
    if effect.new_type is not None or effect.raw or database not in ("mysql", "mariadb"):
        return effect.new_type
    whole = effect.nullable is not None or effect.new_name is not None or effect.comment is not None
    return effect.existing_type if whole else None


def _key_of(effect: fx.Effect) -> set[fx.Text]:
    """The columns of the primary key; not of raw SQL, where a number of bytes may stand behind the name."""
    if not isinstance(effect, fx.CreatesTable) or effect.raw:
        return set()
    listed = [one.columns for one in effect.constraints if one.kind is fx.ConstraintKind.PRIMARY_KEY]
    return {name for names in listed for name in names} | {one.name for one in effect.columns if one.primary_key}
