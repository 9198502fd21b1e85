"""MOD001."""

from __future__ import annotations

from collections.abc import Iterator

from headway.lint.facts import Facts, RevisionFile
from headway.lint.finding import Finding
from headway.lint.rule import FileRule
from headway.reading.migration import Import


class AppImport(FileRule):
    """Imports the application's own code into a migration.

    ## What
    A revision file imports a module of the project itself: models, settings, helpers.

    ## Why
    The migration must do tomorrow what it did today, but the code it imports moves on: a column that is renamed
    in the model next month breaks this revision for every new database, every test and every restored backup.

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
        for imported in file.migration.imports:
            if _is_application(imported, facts):
                yield self.finding(
                    f"imports {imported.name!r} from the application: "
                    "when that code changes, this migration breaks or does something else",
                    "declare what is needed here: sa.table('orders', sa.column('status'))",
                    imported.span,
                    file.revision,
                )


def _is_application(imported: Import, facts: Facts) -> bool:
    if imported.name.startswith("."):
        return True
    own = facts.script_package
    if own and (imported.name == own or imported.name.startswith(f"{own}.")):
        return False
    return imported.name.partition(".")[0] in facts.project_modules
