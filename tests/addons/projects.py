"""Small projects that use an add-on, and their life under headway and under Alembic. No tests of its own."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from fixtures.databases import missing
from fixtures.programs import run_program

HERE = Path(__file__).parent

INI = """[alembic]
script_location = %(here)s/migrations
prepend_sys_path = %(here)s
sqlalchemy.url = postgresql+psycopg://nobody@nowhere/nothing
"""

ENV = """
import importlib
import sqlalchemy as sa
from alembic import context
from sqlalchemy.pool import NullPool

config = context.config
models = importlib.import_module(config.attributes.get("models", "models_2"))
url = config.attributes.get("url") or config.get_main_option("sqlalchemy.url")
options = dict(target_metadata=models.metadata, include_schemas=False, **getattr(models, "OPTIONS", {}))

{setup}

if context.is_offline_mode():
    context.configure(url=url, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
"""

TEMPLATE = '''"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


@dataclass(frozen=True)
class Life:
    """What came of a project."""

    result: dict[str, Any]

    @property
    def structures(self) -> dict[str, Any]:
        """What the database held after each step."""
        return {step["name"]: step["structure"] for step in self.result["steps"]}

    @property
    def drift(self) -> list[str]:
        """What ``check`` complained of, after any step."""
        return [step["drift"] for step in self.result["steps"] if step["drift"]]

    def bodies(self, revision: str) -> dict[str, Counter[str]]:
        """The statements of both functions of a revision file, and its imports, in one notation."""
        tree = ast.parse(self.result[revision])
        functions = {node.name: node.body for node in tree.body if isinstance(node, ast.FunctionDef)}
        functions["imports"] = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        return {name: Counter(ast.unparse(node) for node in body) for name, body in functions.items()}

    @property
    def offline(self) -> list[str]:
        """The statements of ``upgrade --sql``."""
        return re.sub(r"\n\s*\n+", "\n\n", self.result["offline"]).strip().split("\n\n")


def require(*packages: str) -> None:
    """Skips, or fails where nothing may be skipped, when one of these is not installed."""
    for package in packages:
        if importlib.util.find_spec(package) is None:
            missing(f"the package '{package}' is not installed (pip install 'headway[addons]')")


def make(place: Path, models_1: str, models_2: str, *, setup: str = "", imports: str = "") -> Path:
    """A project with these models, first and now; ``setup`` is text of env.py, ``imports`` of each revision file."""
    (place / "migrations" / "versions").mkdir(parents=True)
    (place / "alembic.ini").write_text(INI)
    (place / "migrations" / "env.py").write_text(ENV.replace("{setup}", dedent(setup)))
    (place / "migrations" / "script.py.mako").write_text(
        TEMPLATE.replace("import sqlalchemy as sa\n", f"import sqlalchemy as sa\n{imports}\n")
    )
    (place / "models_1.py").write_text(dedent(models_1))
    (place / "models_2.py").write_text(dedent(models_2))
    (place / "drive.py").write_text((HERE / "drive.py").read_text())
    return place


def live(project: Path, url: str, *, peer: bool = False) -> Life:
    """Takes a project through its life, under Alembic for ``peer``."""
    arguments = ["drive", url] if peer else ["headway.compat", "-m", "drive", url]
    done = run_program(*arguments, cwd=project)
    assert done.code == 0, f"{'Alembic' if peer else 'headway'}: {done.err[-3000:]}"
    return Life(json.loads((project / "result.json").read_text()))


def both(project: Path, empty: Callable[[], str]) -> tuple[Life, Life]:
    """The life of a project under headway and under Alembic, each in an empty database and without revisions."""
    lives = []
    for peer in (True, False):
        for file in (project / "migrations" / "versions").glob("*.py"):
            file.unlink()
        lives.append(live(project, empty(), peer=peer))
    return lives[1], lives[0]


def assert_alike(ours: Life, theirs: Life) -> None:
    """The same revision files, the same databases after each step, and the way back leads where it came from."""
    for revision in ("models_1", "models_2"):
        assert ours.bodies(revision) == theirs.bodies(revision)
    assert ours.structures == theirs.structures
    assert (ours.drift, theirs.drift) == ([], []), (ours.drift, theirs.drift)
    assert_there_and_back(ours)


def assert_there_and_back(ours: Life) -> None:
    """Each step down leads to where the step up came from."""
    found = ours.structures
    assert found["up to models_1"] != found["up to models_2"]
    assert found["down to models_1"] == found["up to models_1"]
    assert found["up again"] == found["up to models_2"]
    assert not any(found["down to nothing"].values()), found["down to nothing"]
