"""The SQL that Alembic renders of each revision by itself: ``python -m beside.rendering HOME VERSIONS OUT``.

Imports and runs the revisions, which is why it is a program of its own: run it where nothing can be lost. A revision that
asks the database, or whose imports are not installed, is left out. Writes OUT/REVISION.sql, and the ids to standard output.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import sys
import warnings
from pathlib import Path


def main(home: str, versions: str, out: str) -> None:
    """Renders what can be rendered."""
    sys.path.insert(0, home)
    said = sys.stdout
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # what revisions print
    warnings.simplefilter("ignore")
    for path in sorted(Path(home, versions).glob("*.py")):
        with contextlib.suppress(BaseException):
            revision, sql = rendered(path)
            Path(out, f"{revision}.sql").write_text(sql, encoding="utf-8")
            print(revision, file=said)
    said.flush()
    os._exit(0)  # whatever threads they have started


def rendered(path: Path) -> tuple[str, str]:
    """The revision's id, and the SQL of its ``upgrade()``. Raises whatever the revision does."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    spec = importlib.util.spec_from_file_location(f"revision_{path.stem}".replace(".", "_"), path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": buffer, "literal_binds": True}
    )
    with Operations.context(context):
        module.upgrade()
    return module.revision, buffer.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
