"""The text of a revision that is written by machine: header, upgrade and downgrade. Says nothing of how they came about."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from headway.errors import ScriptError
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class RevisionBody:
    """What the new revision does."""

    upgrade: str
    """Lines of Python, not indented; empty for none."""
    downgrade: str
    imports: tuple[str, ...] = ("from alembic import op", "import sqlalchemy as sa")
    futures: tuple[str, ...] = ()
    takes_arguments: bool = False
    """Whether the functions pass on what env.py gives them."""
    below: str = ""
    """What stands after the two functions."""


@valueclass(frozen=True, slots=True)
class RevisionHeader:
    """What stands above it."""

    message: str
    revision: str
    parents: tuple[str, ...]
    replaces: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    irreversible: str | None = None


def revision_text(header: RevisionHeader, body: RevisionBody, path: str) -> str:
    """The whole file. Raises ScriptError where it would be no Python, which is headway's fault or a source's."""
    futures = f"from __future__ import {', '.join(body.futures)}" if body.futures else ""
    imports = [*body.imports, *(["from typing import Any"] if body.takes_arguments else [])]
    given = "**given: Any" if body.takes_arguments else ""
    top = "".join(f"{part}\n\n" for part in (futures, _sorted(imports)) if part)
    text = (
        f'"""{_doc(header)}\n"""\n\n{top}{_assignments(header)}\n\n'
        f"def upgrade({given}) -> None:\n{_block(body.upgrade)}\n\n\n"
        f"def downgrade({given}) -> None:\n{_block(body.downgrade)}\n"
    )
    text += f"\n\n{body.below}\n" if body.below else ""
    try:
        compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise ScriptError(f"the new revision would be no Python: {error}", path=path) from error
    return text


def _doc(header: RevisionHeader) -> str:
    message = header.message.replace("\\", "\\\\").replace('"', '\\"')
    return f"{message}\n\nRevision ID: {header.revision}\nRevises: {', '.join(header.parents)}".rstrip()


def _assignments(header: RevisionHeader) -> str:
    lines = [
        "# revision identifiers, used by headway; Alembic does not know 'replaces'."
        if header.replaces
        else "# revision identifiers, used by Alembic and headway",
        f'revision = "{header.revision}"',
        f"down_revision = {_one_or_more(header.parents)}",
    ]
    if header.replaces:
        lines.append(f"replaces = {_tuple(header.replaces)}")
    lines += [
        f"branch_labels = {_tuple(header.labels) if header.labels else None}",
        f"depends_on = {_tuple(header.needs) if header.needs else None}",
    ]
    if header.irreversible is not None:
        lines.append(f"irreversible = {header.irreversible!r}")
    return "\n".join(lines) + "\n"


def _one_or_more(names: Sequence[str]) -> str:
    return {0: "None", 1: f'"{"".join(names)}"'}.get(len(names), _tuple(names))


def _tuple(names: Sequence[str]) -> str:
    text = ", ".join(f'"{name}"' for name in names)
    if len(text) <= 100:
        return f"({text},)" if len(names) == 1 else f"({text})"
    return "(\n" + "".join(f'    "{name}",\n' for name in names) + ")"


def _sorted(imports: Sequence[str]) -> str:
    return "\n".join(sorted(dict.fromkeys(imports), key=lambda line: line.split()[1]))


def _block(lines: str) -> str:
    return indent(lines.strip("\n") or "pass", "    ")
