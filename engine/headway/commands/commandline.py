"""Alembic's command line: its verbs, options and arguments, on argparse. Imports a verb only when it runs."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from headway.config.load import config_files, load_config
from headway.config.model import Config
from headway.errors import HeadwayError
from headway.redact import redacted_line
from headway.version import ALEMBIC, VERSION


class Verb(NamedTuple):  # not a dataclass, whose machinery takes longer to import than a listing to run
    """One verb: its help, and the names of its positional arguments and options."""

    help: str
    positionals: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


VERBS: dict[str, Verb] = {
    "branches": Verb("Show current branch points.", (), ("verbose", "format")),
    "check": Verb("Check whether the models ask for changes that no migration makes."),
    "current": Verb("Display the current revision for a database.", (), ("check_heads", "verbose", "format")),
    "downgrade": Verb("Revert to a previous version.", ("revision",), ("sql", "tag", "no_lock", "lock_timeout")),
    "edit": Verb("Edit revision script(s) using $EDITOR.", ("rev",)),
    "ensure_version": Verb("Create the alembic version table if it doesn't exist already.", (), ("sql",)),
    "heads": Verb(
        "Show current available heads in the script directory.", (), ("verbose", "resolve_dependencies", "format")
    ),
    "history": Verb(
        "List changeset scripts in chronological order.",
        (),
        ("rev_range", "verbose", "indicate_current", "format", "graph"),
    ),
    "init": Verb("Initialize a new scripts directory.", ("directory",), ("template", "package")),
    "list_templates": Verb("List available templates.", (), ("format",)),
    "merge": Verb(
        "Merge two revisions together, creating a new migration file.",
        ("revisions",),
        ("message", "branch_label", "rev_id", "splice"),
    ),
    "revision": Verb(
        "Create a new revision file.",
        (),
        ("message", "autogenerate", "sql", "head", "splice", "branch_label", "version_path", "rev_id", "depends_on"),
    ),
    "show": Verb("Show the revision(s) denoted by the given symbol.", ("rev",), ("format",)),
    "stamp": Verb(
        "'stamp' the revision table with the given revision; don't run any migrations.",
        ("revisions",),
        ("sql", "tag", "purge", "no_lock", "lock_timeout"),
    ),
    "upgrade": Verb("Upgrade to a later version.", ("revision",), ("sql", "tag", "no_lock", "lock_timeout")),
}

_FLAG: dict[str, Any] = {"action": "store_true"}

_OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "autogenerate": (
        ("--autogenerate",),
        {**_FLAG, "help": "Populate the script with the difference between models and database."},
    ),
    "branch_label": (("--branch-label",), {"help": "Specify a branch label to apply to the new revision."}),
    "check_heads": (("-c", "--check-heads"), {**_FLAG, "help": "Fail unless the database is on every head."}),
    "depends_on": (
        ("--depends-on",),
        {"action": "append", "help": "Revision or branch label that the new revision depends on."},
    ),
    "format": (("--format",), {"choices": ("text", "json"), "help": "Output as text (the default) or JSON."}),
    "graph": (("--graph",), {**_FLAG, "help": "Draw the history, one line a revision."}),
    "head": (
        ("--head",),
        {"default": "head", "help": "Head revision or <branchname>@head to base the new revision on."},
    ),
    "indicate_current": (("-i", "--indicate-current"), {**_FLAG, "help": "Mark the database's revision."}),
    "lock_timeout": (
        ("--lock-timeout",),
        {"type": float, "metavar": "SECONDS", "help": "How long to wait for another run to end; default 300."},
    ),
    "message": (("-m", "--message"), {"help": "Message string to use with 'revision'."}),
    "no_lock": (("--no-lock",), {**_FLAG, "help": "Do not lock the database against other runs."}),
    "package": (
        ("--package",),
        {**_FLAG, "help": "Write empty __init__.py files to the environment and version locations."},
    ),
    "purge": (("--purge",), {**_FLAG, "help": "Unconditionally erase the version table before stamping."}),
    "resolve_dependencies": (
        ("--resolve-dependencies",),
        {**_FLAG, "help": "Treat dependency versions as down revisions."},
    ),
    "rev_id": (("--rev-id",), {"help": "Specify a revision id instead of generating one."}),
    "rev_range": (("-r", "--rev-range"), {"help": "Specify a revision range; format is [start]:[end]."}),
    "splice": (("--splice",), {**_FLAG, "help": "Allow a non-head revision as the 'head' to splice onto."}),
    "sql": (("--sql",), {**_FLAG, "help": "Don't emit SQL to database - dump to standard output/file instead."}),
    "tag": (("--tag",), {"help": "Arbitrary 'tag' name - can be used by custom env.py scripts."}),
    "template": (("-t", "--template"), {"default": "generic", "help": "Setup template for use with 'init'."}),
    "verbose": (("-v", "--verbose"), {**_FLAG, "help": "Use more verbose output."}),
    "version_path": (("--version-path",), {"help": "Specify specific path from config for version file."}),
}

_POSITIONALS: dict[str, dict[str, Any]] = {
    "directory": {"help": "Location of scripts directory."},
    "rev": {"help": "Revision, 'head', 'current' or a range."},
    "revision": {"help": "Revision identifier, such as head, +1 or -1."},
    "revisions": {"nargs": "+", "help": "One or more revisions, or 'heads' for all heads."},
}

_OWN_OPTIONS = frozenset({"no_lock", "lock_timeout", "format", "graph"})
"""Read from ``cmd_opts`` by whoever heeds them; Alembic's functions do not take them."""

Function = Callable[..., Any]


class CommandLine:
    """The parser and what it runs; ``register_command`` adds verbs of one's own."""

    def __init__(self, prog: str | None = None) -> None:
        self.prog = prog or "headway"
        self._registered: dict[str, Function] = {}
        self._parser: argparse.ArgumentParser | None = None

    @property
    def parser(self) -> argparse.ArgumentParser:
        """The whole parser."""
        if self._parser is None:
            self._parser = self._make_parser(VERBS)
        return self._parser

    def register_command(self, fn: Function) -> None:
        """Adds ``fn(config, …)`` as a verb; its parameters become options, its docstring the help."""
        import inspect

        parameters = list(inspect.signature(fn).parameters.values())[1:]
        required = [p.name for p in parameters if p.default is p.empty]
        optional = [p.name for p in parameters if p.default is not p.empty]
        help_ = (inspect.getdoc(fn) or "").partition("\n")[0]
        self._registered[fn.__name__] = fn
        self._add_verb(_subparsers(self.parser), fn.__name__, Verb(help_, tuple(required), tuple(optional)))

    def main(self, argv: Sequence[str] | None = None) -> None:
        """Parses and runs; ends the program when that fails, and only then: programs go on after a migration."""
        if exit_code := self.run(argv):
            sys.exit(exit_code)

    def run(self, argv: Sequence[str] | None = None) -> int:
        """Parses and runs; returns the exit code. HeadwayError goes through when ``--raiseerr`` was given."""
        arguments = list(sys.argv[1:] if argv is None else argv)
        options = self._parse(arguments)
        if not getattr(options, "cmd", None):
            self.parser.error("too few arguments")
        try:
            self.run_cmd(self._config(options), options)
        except HeadwayError as error:
            if options.raiseerr:
                raise
            text = redacted_line(error)
            print(f"FAILED: {text}", file=sys.stderr)
            if getattr(options, "format", None) == "json":
                _print_failure(text, error.exit_code)
            return error.exit_code
        return 0

    def run_cmd(self, config: Config, options: argparse.Namespace) -> None:
        """Runs the verb that ``options`` name. What it raises goes through."""
        function = self._registered.get(options.cmd) or verb_function(options.cmd)
        positional = [getattr(options, name) for name in options.positionals]
        keywords = {name: getattr(options, name) for name in options.keywords if name not in _OWN_OPTIONS}
        function(config, *positional, **keywords)

    def _config(self, options: argparse.Namespace) -> Config:
        # init makes the configuration, and the list of templates needs none.
        if options.cmd in ("init", "list_templates"):
            ini, toml = config_files(options.config or ())
            config = Config(ini or "alembic.ini", toml_file=toml or "pyproject.toml", ini_section=options.name)
        else:
            config = load_config(options.config or (), options.name)
        config.cmd_opts = options
        return config

    # -- parsing ------------------------------------------------------------------------------------------------

    def _parse(self, arguments: list[str]) -> argparse.Namespace:
        # Fifteen sub-parsers take longer to make than most verbs take to run: make the one that is asked for.
        verb = next((argument for argument in arguments if argument in VERBS), None)
        if self._parser is None and verb is not None and arguments[0] == verb:
            return self._make_parser({verb: VERBS[verb]}).parse_args(arguments)
        return self.parser.parse_args(arguments)

    def _make_parser(self, verbs: dict[str, Verb]) -> argparse.ArgumentParser:
        parser = argparse.ArgumentParser(prog=self.prog, formatter_class=_HelpFormatter)
        parser.add_argument("--version", action="version", version=self._version())
        parser.add_argument(
            "-c",
            "--config",
            action="append",
            help="Alternate config file; may be given twice, for an ini file and a pyproject.toml.",
        )
        parser.add_argument("-n", "--name", default="alembic", help="Name of section in .ini file to use for config.")
        parser.add_argument(
            "-x",
            action="append",
            help="Additional arguments consumed by custom env.py scripts, e.g. -x setting1=somesetting.",
        )
        parser.add_argument("--raiseerr", action="store_true", help="Raise a full stack trace on error.")
        parser.add_argument("-q", "--quiet", action="store_true", help="Do not log to std output.")
        subparsers = parser.add_subparsers(dest="cmd", prog=self.prog)  # given, or argparse formats a usage to find it
        for name, verb in verbs.items():
            self._add_verb(subparsers, name, verb)
        return parser

    def _version(self) -> str:
        # Where we stand in for the program "alembic", scripts read its version from the second word.
        return f"alembic {ALEMBIC} (headway {VERSION})" if self.prog == "alembic" else f"{self.prog} {VERSION}"

    def _add_verb(self, subparsers: Any, name: str, verb: Verb) -> None:
        sub = subparsers.add_parser(name, help=verb.help, description=verb.help, formatter_class=_HelpFormatter)
        for positional in verb.positionals:
            sub.add_argument(positional, **_POSITIONALS.get(positional, {}))
        for option in verb.options:
            flags, keywords = _OPTIONS.get(option, ((f"--{option.replace('_', '-')}",), {}))
            sub.add_argument(*flags, dest=option, **keywords)
        sub.set_defaults(positionals=verb.positionals, keywords=verb.options)


class _HelpFormatter(argparse.HelpFormatter):
    """argparse's own makes one for each argument it is told of, and asks shutil, and so zlib and lzma, for the width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_terminal_width() - 2)


def _terminal_width() -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        return 80


def _print_failure(text: str, exit_code: int) -> None:
    """Whoever asked for JSON gets one document, whatever happens."""
    import json

    from headway.commands.listing import SCHEMA

    print(json.dumps({"schema": SCHEMA, "error": text, "exit_code": exit_code}, indent=2, ensure_ascii=False))


def verb_function(name: str) -> Function:
    """The function of one of Alembic's verbs, imported now."""
    function: Function = getattr(importlib.import_module(f"headway.commands.{name}"), name)
    return function


def main(argv: Sequence[str] | None = None, prog: str | None = None, **kw: Any) -> None:
    """``alembic.config.main``: runs the command line, and ends the program when that fails."""
    CommandLine(prog=prog).main(argv)


def _subparsers(parser: argparse.ArgumentParser) -> Any:
    return next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
