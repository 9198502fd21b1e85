"""A project in a real git repository, built step by step. No tests of its own."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from headway.api.ci import ci
from headway.api.lint import LintOptions
from headway.api.project import open_project
from headway.report.model import Report

TODAY = date(2026, 11, 28)

INI = "[alembic]\nscript_location = %(here)s/m\nsqlalchemy.url = sqlite:///live.db\n"
ENV = """from sqlalchemy import create_engine
from alembic import context

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
FILE = '''"""{id}

Revises: {revises}
"""
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {down!r}
depends_on = {needs!r}
{more}

def upgrade():
    {up}


def downgrade():
    {down_body}
'''


class Repository:
    """A work tree with a history of revisions; ``main`` is also ``origin/main``, as a clone has it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.versions = place / "m" / "versions"
        self.versions.mkdir(parents=True)
        (place / "alembic.ini").write_text(INI)
        (place / "m" / "env.py").write_text(ENV)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Runs git; returns what it prints."""
        who = (
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "protocol.file.allow=always",
            "-c",
            "merge.conflictStyle=merge",
        )
        done = subprocess.run(["git", *who, *arguments], cwd=self.place, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def revision(
        self,
        id_: str,
        down: str | tuple[str, ...] | None = None,
        up: str | None = None,
        *,
        file: str | None = None,
        needs: str | None = None,
        down_body: str | None = None,
        more: str = "",
    ) -> Path:
        """Writes a revision; by itself it makes a table of its own name and drops it again."""
        path = self.versions / f"{file or id_}.py"
        up = up or f'op.create_table("t_{id_}", sa.Column("id", sa.Integer(), primary_key=True))'
        undo = down_body or (f'op.drop_table("t_{id_}")' if f"t_{id_}" in up and "create_table" in up else "pass")
        revises = ", ".join(down) if isinstance(down, tuple) else down or ""
        path.write_text(FILE.format(id=id_, revises=revises, down=down, needs=needs, up=up, down_body=undo, more=more))
        return path

    def commit(self, *, released: bool = False) -> str:
        """Commits everything; ``released`` says that the remote has it."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        commit = self.git("rev-parse", "HEAD")
        if released:
            self.git("update-ref", "refs/remotes/origin/main", commit)
        return commit

    def branch(self, name: str, at: str = "origin/main") -> None:
        """A branch of its own, from what is released."""
        self.git("checkout", "-q", "-b", name, at)

    def on_main(self) -> None:
        """Back to what is released, as somebody else's clone has it."""
        self.git("checkout", "-q", "--detach", "origin/main")

    def judge(self, *, base: str | None = None, kinds: tuple[str, ...] = (), config: str = "alembic.ini") -> Report:
        """The gate's report; without ``kinds`` only what reading tells."""
        project = open_project([str(self.place / config)], base=base)
        stages = ("graph", "lint", "replay", "downgrade") if kinds else ("graph", "lint")
        return ci(project, kinds, LintOptions(base=base), TODAY, lambda line: None, stages=stages)


def outside_of_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes away what a CI says of the branch that it builds."""
    of_github = ("GITHUB_EVENT_NAME", "GITHUB_BASE_REF", "GITHUB_EVENT_PATH")
    for name in (*of_github, "CI_COMMIT_BRANCH", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
        monkeypatch.delenv(name, raising=False)


def said(report: Report) -> set[tuple[str, str | None]]:
    """Code and revision of each open finding."""
    return {(finding.code, finding.revision) for finding in report.open_findings}
