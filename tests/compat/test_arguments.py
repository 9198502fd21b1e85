"""Whatever Alembic's parser takes, headway's takes too, and its functions have the same parameters."""

from __future__ import annotations

import argparse
import contextlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import pytest

from compat.gallery import DRAWINGS
from compat.histories import draw
from compat.projects import lay_out
from compat.test_writing import rows_of
from headway.commands.commandline import VERBS, CommandLine, verb_function
from headway.compat.hook import serving_alembic
from headway.config.model import Config
from headway_cli.main import ALEMBIC_VERBS

OWN = {"--format", "--graph", "--no-lock", "--lock-timeout"}


def facade_command_line() -> Any:
    """``alembic.config.CommandLine`` as a user's program gets it."""
    with serving_alembic():
        from alembic.config import CommandLine as served

        return served()


MAKERS: dict[str, Callable[[], Any]] = {
    "headway": CommandLine,
    "the alias alembic": lambda: CommandLine("alembic"),
    "the facade": facade_command_line,
}


@pytest.mark.parametrize("maker", MAKERS)
def test_every_option_and_argument_of_alembic_is_taken(maker: str) -> None:
    theirs, mine = _parsers(alembic.config.CommandLine().parser), _parsers(MAKERS[maker]().parser)
    assert set(theirs) == set(mine)
    for verb, parser in theirs.items():
        expected, found = _arguments(parser), _arguments(mine[verb])
        assert {name: found.get(name) for name in expected} == expected, verb
        assert {word for names in set(found) - set(expected) for word in names} <= OWN, verb


def test_the_verbs_are_alembics() -> None:
    functions = {name for name, value in vars(alembic.command).items() if _is_command(name, value)}
    assert set(VERBS) == ALEMBIC_VERBS == functions


@pytest.mark.parametrize("verb", VERBS)
def test_the_parameters_of_a_function_are_alembics(verb: str) -> None:
    with serving_alembic():
        import alembic.command as served

        facade = getattr(served, verb)
    expected = _parameters(getattr(alembic.command, verb))
    assert _parameters(facade) == expected
    assert _parameters(verb_function(verb)) == expected


def test_the_parameters_of_config_are_alembics() -> None:
    """Their defaults may differ in form: a default that is read when it is needed is None."""
    assert [p[0] for p in _parameters(Config)] == [p[0] for p in _parameters(alembic.config.Config)]


def test_a_program_may_add_a_command() -> None:
    """``register_command``: parameters without a default become arguments, the others options."""

    def frobnicate(config: Any, rev: str, sql: bool = False) -> None:
        """Does it.

        And more.
        """
        done.append((type(config).__name__, rev, sql))

    done: list[tuple[str, str, bool]] = []
    for make in (alembic.config.CommandLine, CommandLine):
        line = make()
        line.register_command(frobnicate)
        options = line.parser.parse_args(["frobnicate", "abc", "--sql"])
        line.run_cmd(Config() if make is CommandLine else alembic.config.Config(), options)
        parser = _parsers(line.parser)["frobnicate"]
        assert parser.format_usage().split("frobnicate", 1)[1] == " [-h] [--sql] rev\n"
    assert done == [("Config", "abc", True)] * 2


def test_a_program_that_calls_main_goes_on_afterwards(tmp_path: Path) -> None:
    """As ``alembic.config.main(argv=[…])`` in a start-up script: it returns, or ends the program with an error."""
    lay_out(tmp_path, draw(DRAWINGS["linear"]))
    with contextlib.chdir(tmp_path), serving_alembic():
        from alembic.config import CommandLine as Served
        from alembic.config import main
        from alembic.util import CommandError

        assert main(argv=["upgrade", "bbbb02"]) is None
        assert Served().main(argv=["upgrade", "+1"]) is None
        assert rows_of(tmp_path / "app.db") == ["cccc03"]
        for call in (main, Served().main):
            with pytest.raises(SystemExit) as ended:
                call(argv=["upgrade", "nothere"])
            assert ended.value.code
            with pytest.raises(CommandError, match="Can't locate revision identified by 'nothere'"):
                call(argv=["--raiseerr", "upgrade", "nothere"])


# -- what is compared -------------------------------------------------------------------------------------------


def _is_command(name: str, value: object) -> bool:
    return inspect.isfunction(value) and value.__module__ == "alembic.command" and not name.startswith("_")


def _parameters(function: Callable[..., Any]) -> list[tuple[str, object, str]]:
    return [(p.name, p.default, p.kind.name) for p in inspect.signature(function).parameters.values()]


def _parsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (verbs,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return {"": parser, **verbs.choices}


def _arguments(parser: argparse.ArgumentParser) -> dict[tuple[str, ...], tuple[object, ...]]:
    """Each option or argument: how many values it takes, and how they are kept."""
    actions = [a for a in parser._actions if not isinstance(a, argparse._HelpAction | argparse._SubParsersAction)]
    return {
        tuple(sorted(a.option_strings)) or (a.dest,): (a.dest, a.nargs, type(a).__name__, a.required) for a in actions
    }
