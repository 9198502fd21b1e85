"""MOD001."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.effects import model as fx
from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import Rule
from headway.lint.syntax.asking import asks_alone
from headway.lint.syntax.uses import Use, unmissed, uses_of
from headway.reading.migration import Import


class AppImport(Rule):
    """Imports the application's own code into a migration.

    ## What
    A revision file imports a module of the project itself: models, settings, helpers; not what lies in the migrations' own
    package. A warning where it takes nothing but the types of columns from it, and for helpers that are made for
    migrations; one note a run for those helpers that only ask what the database has.

    ## Why
    The migration must do tomorrow what it did today, but the code it imports moves on: a column that is renamed
    in the model next month breaks this revision for every new database, every test and every restored backup. Where a
    ``try`` goes on without the import, nothing breaks: a part of the migration does not run, and nobody hears of it.

    ## Bad
    ```python
    from storefront.models import Order

    op.execute(sa.update(Order).values(status="new"))
    ```

    ## Good
    ```python
    orders = sa.table("orders", sa.column("status"))
    op.execute(orders.update().where(orders.c.status.is_(None)).values(status="new"))
    ```

    ## When to ignore
    The imported code is frozen by contract, such as a column type published by a library of your own.
    """

    code = "MOD001"
    name = "app-import"

    def check(self, facts: Facts) -> Iterator[Finding]:
        asking: dict[str, dict[str, tuple[RevisionFile, Import]]] = {}
        for file in facts.examined:
            for imported, use in _imports(file, facts):
                if use is Use.HELPERS and _only_asks(imported.name, file):
                    asking.setdefault(imported.name, {})[file.revision] = file, imported
                else:
                    yield self._said(imported, use, file)
        for name, places in asking.items():
            file, imported = places[facts.newest(places)]
            more = f", as do {len(places) - 1:,} others that are judged here" if len(places) > 1 else ""
            message = f"uses helpers of the application ({name!r}) that only ask what the database has{more}: {_THERE}"
            finding = self.finding(message, _SAID[Use.HELPERS][1], imported.span, file.revision)
            yield replace(finding, severity=Severity.INFO)

    def _said(self, imported: Import, use: Use, file: RevisionFile) -> Finding:
        message, help = _SAID[use]
        if "try" in file.migration.source or "suppress" in file.migration.source:
            goes_on = unmissed(file.migration.source)
            if all(one.span.line in goes_on for one in file.migration.imports if one.name == imported.name):
                message = _IDLE_AND_NOT_MISSED if use is Use.NOTHING else _NOT_MISSED
        finding = self.finding(message.format(imported.name), help, imported.span, file.revision)
        return finding if use is Use.CODE else replace(finding, severity=Severity.WARNING)


def _imports(file: RevisionFile, facts: Facts) -> Iterator[tuple[Import, Use]]:
    """The first import of each module of the application, with the most that the file does with it."""
    first: dict[str, Import] = {}
    for imported in sorted(file.migration.imports, key=lambda one: one.span.line):
        if _is_application(imported, facts):
            first.setdefault(imported.name, imported)
    uses = uses_of(file.migration.source) if first else {}
    yield from ((imported, uses.get(name, Use.CODE)) for name, imported in first.items())


def _only_asks(name: str, file: RevisionFile) -> bool:
    """Whether the functions of that module that the file uses answer with what the database has, and change nothing."""
    changes = (one for one in (*file.upgrade_effects, *file.downgrade_effects) if not isinstance(one, fx.Reads))
    if any(one.written_at is not None for one in changes):
        return False
    return asks_alone(file.migration.source, file.migration.package, file.modules, name)


_THERE = "they must be there, and do the same, for as long as this revision runs anywhere"
_SAID = {
    Use.CODE: (
        "imports {!r} from the application: when that code changes, this migration breaks or does something else",
        "declare what is needed here: sa.table('orders', sa.column('status'))",
    ),
    Use.HELPERS: (
        "uses helpers for migrations of the application ({!r}): " + _THERE,
        "never change what a helper does that a revision uses; give a new one another name",
    ),
    Use.TYPES: (
        "takes types of columns from the application ({!r}): they must be there, and mean the same, for as long as this "
        "revision runs anywhere",
        "write what they are in the database: sa.String(32)",
    ),
    Use.NOTHING: (
        "imports {!r} from the application and does not use it: when that goes away, this migration breaks",
        "leave the import out",
    ),
}
_NOT_MISSED = (
    "imports {!r} from the application, and goes on without it: when that goes away, nothing fails, and what needs it is "
    "left out"
)
_IDLE_AND_NOT_MISSED = (
    "imports {!r} from the application and does not use it: when that goes away, nothing fails, and what stands in the "
    "same 'try' is left out"
)


def _is_application(imported: Import, facts: Facts) -> bool:
    if imported.name.startswith("."):
        return True
    own = _package_of_migrations(facts.script_package)
    if own and (imported.name == own or imported.name.startswith(f"{own}.")):
        return False
    parts = imported.name.split(".")
    return parts[0] in facts.project_modules or ".".join(parts[:2]) in facts.project_modules


def _package_of_migrations(package: str | None) -> str | None:
    """The package of the scripts, or the one above it where that is made for migrations as well: ``shop.migrations.alembic``."""
    above = package.rpartition(".")[0] if package else ""
    return above if above.rpartition(".")[2] in ("migrations", "migration", "db_migrations", "alembic") else package
