"""Options are what typer would make of them, without what typer loads for it."""

from __future__ import annotations

import json
import subprocess
import sys
from enum import StrEnum
from typing import Any

import pytest
import typer

from headway_cli.app import program
from headway_cli.main import ALEMBIC_VERBS

GROUP: Any = typer.main.get_command(program())
PARAMETERS = [
    pytest.param(command, parameter, id=f"{name}-{parameter.name}")
    for name, command in GROUP.commands.items()
    for parameter in command.params
]


def samples(parameter: Any) -> list[Any]:
    """What the parser, or a default, can give to typer for the option."""
    annotation = parameter.type_descriptor.annotation
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return [None, *annotation, *(one.value for one in annotation)]
    if annotation == list[str]:
        return [None, (), ["a"], ("a", "b c")]
    if annotation is bool:
        return [True, False]
    return [None, "1.5"] if annotation is float else [None, "1"] if annotation is int else [None, "", "a b"]


@pytest.mark.parametrize(("command", "parameter"), PARAMETERS)
def test_an_option_is_what_typer_makes_of_it(command: Any, parameter: Any) -> None:
    with command.make_context("headway", [], resilient_parsing=True) as context:
        mine = next(one for one in command.get_params(context) if one is parameter)
        if not hasattr(parameter, "type_descriptor"):
            assert "process_value" not in vars(mine), "before 0.29 there is nothing to spare"
            return
        for sample in samples(parameter):
            if parameter.required and not sample:
                continue  # an error, which is typer's in either way
            made = mine.process_value(context, sample)
            typers = type(parameter).process_value(parameter, context, sample)
            if isinstance(typers, list | tuple):
                made, typers = list(made), list(typers)
            assert (type(made), made) == (type(typers), typers), sample


def test_a_wrong_word_is_typers_error() -> None:
    for arguments in (["lint", "--format", "bogus"], ["apply", "p.json", "--lock-timeout", "soon"]):
        done = subprocess.run([sys.executable, "-m", "headway_cli", *arguments], capture_output=True, text=True)
        assert done.returncode == 2
        assert "Invalid value for" in done.stderr
        assert "Traceback" not in done.stderr
    done = subprocess.run([sys.executable, "-m", "headway_cli", "forecast"], capture_output=True, text=True)
    assert "Missing argument" in done.stderr or "Missing parameter" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--version"], ["rule", "LCK101"], ["rules", "--format", "json"], ["lint", "-h"]]
)
def test_what_typer_loads_to_convert_is_not_loaded(arguments: list[str]) -> None:
    code = (
        "import json, sys\nfrom headway_cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit: pass\n"
        "print('\\n' + json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "typer" in loaded
    assert not loaded & {"pydantic", "pydantic_core", "sqlalchemy", "rich"}


def test_a_verb_alone_is_loaded_and_help_has_them_all() -> None:
    assert [command.name for command in program("lint").registered_commands] == ["lint"]
    assert len(program("nonsense").registered_commands) == len(program().registered_commands) > 10
    done = subprocess.run([sys.executable, "-m", "headway_cli", "--help", "lint"], capture_output=True, text=True)
    for name, command in GROUP.commands.items():
        assert (f"\n  {name} " in done.stdout) is not command.hidden
    assert not ALEMBIC_VERBS & set(GROUP.commands)
