"""``headway rules`` and ``headway rule CODE``."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer


class Listing(StrEnum):
    """How the list is printed."""

    TEXT = "text"
    JSON = "json"


def rules(
    format: Annotated[Listing, typer.Option("--format", "-f", help="How the list is printed.")] = Listing.TEXT,
) -> None:
    """List the rules of lint."""
    from headway.lint.catalogue import RULES, summary

    if format is Listing.JSON:
        found = [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.severity.value,
                "databases": sorted(rule.dialects or ()),
                "summary": summary(rule),
            }
            for rule in RULES
        ]
        typer.echo(json.dumps({"schema": "headway/rules/1", "rules": found}, indent=2))
        return
    for rule in RULES:
        typer.echo(f"{rule.code}  {rule.severity.value:<8} {rule.name:<26} {summary(rule)}")
    typer.echo("\n'headway rule CODE' explains one, with an example of what is bad and what is good.")


def rule(code: Annotated[str, typer.Argument(help="Code or name, such as LCK101.")]) -> None:
    """Explain one rule.

    What it finds, why that matters, what to write instead, and when to ignore it.
    """
    from headway.lint.catalogue import documentation
    from headway.lint.catalogue import rule as find

    found = find(code)
    where = "all databases" if found.dialects is None else ", ".join(sorted(found.dialects))
    typer.echo(f"# {found.code} {found.name} ({found.severity.value}; {where})\n\n{documentation(found)}")
