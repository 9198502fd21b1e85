"""MOD001."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding, Severity
from headway.lint.rule import FileRule
from headway.lint.uses import Use, unmissed, uses_of
from headway.reading.migration import Import


class AppImport(FileRule):
    """Imports the application's own code into a migration.

    ## What
    A revision file imports a module of the project itself: models, settings, helpers; not what lies in the migrations' own
    package. A warning where it takes nothing but
    the types of columns from it, and for helpers that are made for migrations.

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

    def check_file(self, file: RevisionFile, facts: Facts) -> Iterator[Finding]:
        first: dict[str, Import] = {}
        for imported in sorted(file.migration.imports, key=lambda one: one.span.line):
            if _is_application(imported, facts):
                first.setdefault(imported.name, imported)
        uses = uses_of(file.migration.source) if first else {}
        goes_on = unmissed(file.migration.source) if first else frozenset()
        missed = {one.name for one in file.migration.imports if one.span.line not in goes_on}
        for name, imported in first.items():
            use = uses.get(name, Use.CODE)
            message, help = _SAID[use]
            if name not in missed:
                message = _IDLE_AND_NOT_MISSED if use is Use.NOTHING else _NOT_MISSED
            finding = self.finding(message.format(name), help, imported.span, file.revision)
            yield finding if use is Use.CODE else replace(finding, severity=Severity.WARNING)


_SAID = {
    Use.CODE: (
        "imports {!r} from the application: when that code changes, this migration breaks or does something else",
        "declare what is needed here: sa.table('orders', sa.column('status'))",
    ),
    Use.HELPERS: (
        "uses helpers for migrations of the application ({!r}): they must be there, and do the same, for as long as this "
        "revision runs anywhere",
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
