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
    from headway.lint.atlas import atlas_checks_of
    from headway.lint.catalogue import RULES, summary
    from headway.lint.squawk import squawk_rules_of

    if format is Listing.JSON:
        found = [
            {
                "code": rule.code,
                "name": rule.name,
                "severity": rule.severity.value,
                "databases": sorted(rule.dialects or ()),
                "summary": summary(rule),
                "squawk": squawk_rules_of(rule.code),
                "atlas": atlas_checks_of(rule.code),
            }
            for rule in RULES
        ]
        typer.echo(json.dumps({"schema": "headway/rules/1", "rules": found}, indent=2))
        return
    for rule in RULES:
        typer.echo(f"{rule.code}  {rule.severity.value:<8} {rule.name:<26} {summary(rule)}")
    typer.echo("\n'headway rule CODE' explains one, with an example of what is bad and what is good.")


def rule(
    code: Annotated[str, typer.Argument(help="Code or name, such as LCK101.")],
    format: Annotated[Listing, typer.Option("--format", "-f", help="How it is printed.")] = Listing.TEXT,
) -> None:
    """Explain one rule.

    What it finds, why that matters, what to write instead, and when to ignore it.
    """
    from headway.lint.atlas import atlas_checks_of
    from headway.lint.catalogue import documentation, summary
    from headway.lint.catalogue import rule as find
    from headway.lint.squawk import squawk_rules_of

    found = find(code)
    answers = {"squawk": squawk_rules_of(found.code), "Atlas": atlas_checks_of(found.code)}
    if format is Listing.JSON:
        told = {
            "schema": "headway/rule/1",
            "code": found.code,
            "name": found.name,
            "severity": found.severity.value,
            "databases": sorted(found.dialects or ()),
            "summary": summary(found),
            "squawk": answers["squawk"],
            "atlas": answers["Atlas"],
            "documentation": documentation(found),
        }
        typer.echo(json.dumps(told, indent=2))
        return
    where = "all databases" if found.dialects is None else ", ".join(sorted(found.dialects))
    also = "".join(f"{who}: {', '.join(names)}\n\n" for who, names in answers.items() if names)
    typer.echo(f"# {found.code} {found.name} ({found.severity.value}; {where})\n\n{also}{documentation(found)}")
