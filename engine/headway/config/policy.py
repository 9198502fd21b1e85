"""The gate's policy: ``.headway.yml`` at the repository root, or ``[tool.headway]`` in pyproject.toml.

Reads and checks it whole, so that every problem is reported at once with its line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from functools import partial
from typing import Any

from headway.config.dialects import Version, parse
from headway.config.sources import parse_toml, read_setting_file
from headway.config.tables import TableSize, read_sizes
from headway.config.yaml_text import Path, read_yaml
from headway.errors import ConfigError
from headway.valueclass import valueclass

FILE_NAMES = (".headway.yml", ".headway.yaml")
SEVERITIES = ("error", "warning", "info", "off")
STAGES = ("graph", "lint", "replay", "drift", "downgrade")

Reader = Callable[[str], bytes | None]


@valueclass(frozen=True, slots=True)
class Ignore:
    """One accepted finding: which files (a glob on the path, or a revision id), why, and until when."""

    code: str
    where: str
    reason: str
    until: date | None = None


@valueclass(frozen=True, slots=True)
class AcceptedDrift:
    """One difference between models and migrations that is accepted: which, why, by whom, and until when."""

    item: str
    """Its key, as reports show it."""
    reason: str
    owner: str | None = None
    until: date | None = None
    line: int | None = None
    """Where the policy says so."""


@valueclass(frozen=True, slots=True)
class Target:
    """A database that plans are made for."""

    name: str
    url: str
    """Never a literal password: ``env:NAME``, ``file:PATH``, ``cmd:COMMAND`` or a URL without one."""
    lock_timeout: float | None = None
    """Seconds to wait for the run lock."""


@valueclass(frozen=True, slots=True)
class Policy:
    """What the gate demands; the defaults are those of a project without a policy file."""

    path: str | None = None
    expected_heads: int | tuple[str, ...] = 1
    """A number of heads, or the branch labels that may each have one."""
    base: str | None = None
    """The branch that pull requests go to; None finds it."""
    baseline: str | None = None
    """The revision that production is on: it and its ancestors are released, whatever git says."""
    fail_on: str = "error"
    dialects: tuple[str, ...] = ()
    versions: Mapping[str, Version] = field(default_factory=dict)
    """The versions of some of their servers."""
    """The databases this history runs on; empty takes them from ``sqlalchemy.url``."""
    scratch: tuple[str, ...] = ()
    """Scratch databases of ``headway ci``; empty means ``auto``."""
    start: str | None = None
    """What a scratch database is filled with before the first revision: a file of SQL, ``module:function`` or a
    revision that it is stamped with as well, ``FILE@REVISION``; None for a history that begins on an empty one."""
    passed_connection: str | None = None
    """The key of ``config.attributes`` that env.py wants a connection in, as programs pass it."""
    app: str | None = None
    """What env.py runs inside of, ``module:name``: a Flask application, or a function that returns one or a context
    manager."""
    stages: tuple[str, ...] = STAGES
    """The stages of ``headway ci`` that run."""
    url_variables: tuple[str, ...] = ()
    """The environment variables that the project reads its databases' URLs from, beside ``DATABASE_URL``."""
    severities: Mapping[str, str] = field(default_factory=dict)
    ignores: tuple[Ignore, ...] = ()
    tables: Mapping[str, TableSize] = field(default_factory=dict)
    """How large the tables are in production, by their names in lower case."""
    targets: Mapping[str, Target] = field(default_factory=dict)
    not_shown: str = "allow"
    """Whether a plan may have steps that are covered by their code only: ``allow`` or ``refuse``."""
    not_compared: str = "allow"
    """Whether models and migrations may have what nobody can compare: ``allow`` or ``refuse``."""
    accepted_drift: tuple[AcceptedDrift, ...] = ()


def load_policy(directory: str, read: Reader | None = None) -> Policy:
    """The policy of the project in ``directory``; ``read`` gives what is in a file, or None when it is not there.

    Raises ConfigError naming every problem with its line, or both files when there are two.
    """
    read = read or read_if_there
    contents = {path: read(path) for path in (os.path.join(directory, name) for name in FILE_NAMES)}
    files = {path: data for path, data in contents.items() if data is not None}
    pyproject = os.path.join(directory, "pyproject.toml")
    table = _pyproject_table(pyproject, read(pyproject))
    if len(files) + (table is not None) > 1:
        both = ", ".join([*map(os.path.basename, files), *(["[tool.headway] in pyproject.toml"] if table else [])])
        raise ConfigError(f"the policy stands in several places: {both}", hint="Keep one of them.", path=directory)
    for path, data in files.items():
        document, lines = read_yaml(path, data)
        return _Checker(path, lines, read).policy(document)
    if table is not None:
        return _Checker(pyproject, {}, read).policy(table)
    return Policy()


def read_if_there(path: str) -> bytes | None:
    """What is in a file, or None when there is none. Raises ConfigError when it cannot be read."""
    return read_setting_file(path) if os.path.lexists(path) else None


def _pyproject_table(path: str, data: bytes | None) -> Any:
    tool = parse_toml(data, path).get("tool") if data is not None else None
    return tool.get("headway") if isinstance(tool, dict) else None


class _Checker:
    """Turns the document into a Policy and collects what is wrong with it."""

    def __init__(self, path: str, lines: Mapping[Path, int], read: Reader) -> None:
        self.path = path
        self.lines = lines
        self.read = read
        self.problems: list[str] = []

    def policy(self, document: Any) -> Policy:
        values: dict[str, Any] = {"path": self.path}
        readers: dict[str, Callable[[Any], dict[str, Any]]] = {
            "expected_heads": self._expected_heads,
            "base": lambda value: {"base": self._text(("base",), value)},
            "baseline": lambda value: {"baseline": self._text(("baseline",), value)},
            "fail_on": lambda value: {"fail_on": self._one_of(("fail_on",), value, SEVERITIES[:3])},
            "dialects": self._dialects,
            "scratch": self._scratch,
            "app": self._app,
            "stages": self._stages,
            "url_variables": self._url_variables,
            "rules": self._rules,
            "ignore": self._ignores,
            "tables": self._tables,
            "targets": self._targets,
            "approval": partial(self._one_choice, "approval", "not_shown"),
            "drift": self._drift,
        }
        if document is None:
            document = {}
        if not isinstance(document, dict):
            hint = "Write lines of the form 'setting: value'; docs/configuration.md has them all."
            raise ConfigError("the policy must be a mapping of settings", path=self.path, line=1, hint=hint)
        for key, value in document.items():
            if key not in readers:
                self._problem((key,), f"unknown setting '{key}'; known are {', '.join(sorted(readers))}")
            else:
                values |= readers[key](value)
        if self.problems:
            raise ConfigError("; ".join(self.problems), path=self.path)
        return Policy(**{key: value for key, value in values.items() if value is not None})

    def _problem(self, at: Path, text: str) -> None:
        line = self.lines.get(at)
        self.problems.append(f"line {line}: {text}" if line else text)

    def _text(self, at: Path, value: Any) -> str | None:
        if isinstance(value, str) and value.strip():
            return value
        self._problem(at, f"'{at[-1]}' must be a text")
        return None

    def _one_of(self, at: Path, value: Any, allowed: tuple[str, ...]) -> str | None:
        if value is False and "off" in allowed:
            return "off"  # YAML 1.1 reads a bare off as a boolean
        if value in allowed:
            return str(value)
        self._problem(at, f"'{at[-1]}' is {value!r}; it must be one of {', '.join(allowed)}")
        return None

    def _texts(self, at: Path, value: Any) -> tuple[str, ...]:
        items = value if isinstance(value, list) else [value]
        return tuple(text for i, item in enumerate(items) if (text := self._text((*at, i), item)) is not None)

    def _dialects(self, value: Any) -> dict[str, Any]:
        found: dict[str, Version] = {}
        for index, text in enumerate(self._texts(("dialects",), value)):
            try:
                name, found[name] = parse(text)
            except ValueError as error:
                self._problem(("dialects", index), f"'dialects': {error}")
        return {"dialects": tuple(found), "versions": {name: version for name, version in found.items() if version}}

    def _tables(self, value: Any) -> dict[str, Any]:
        at: Path = ("tables",)
        if not isinstance(value, str):
            return {
                "tables": read_sizes(value, lambda key, text: self._problem(at if key is None else (*at, key), text))
            }
        path = os.path.join(os.path.dirname(self.path), value)
        data = self.read(path)
        if data is None:
            self._problem(at, f"'tables' names {value}, and there is no such file; headway stats writes one")
            return {}
        document, lines = read_yaml(path, data)

        def problem(key: str | None, text: str) -> None:
            line = lines.get((key,)) if key is not None else None
            self._problem(at, f"{value}{f':{line}' if line else ''}: {text}")

        return {"tables": read_sizes({} if document is None else document, problem)}

    def _url_variables(self, value: Any) -> dict[str, Any]:
        names = self._texts(("url_variables",), value)
        for index, name in enumerate(names):
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
                self._problem(("url_variables", index), f"{name!r} cannot be an environment variable's name")
        return {"url_variables": names}

    def _expected_heads(self, value: Any) -> dict[str, Any]:
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return {"expected_heads": value}
        if isinstance(value, list):
            return {"expected_heads": self._texts(("expected_heads",), value)}
        self._problem(("expected_heads",), "'expected_heads' must be a number, or a list of branch labels")
        return {}

    def _rules(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._problem(("rules",), "'rules' must map a rule's code to a severity")
            return {}
        checked = {str(code): self._one_of(("rules", code), level, SEVERITIES) for code, level in value.items()}
        return {"severities": {code: level for code, level in checked.items() if level is not None}}

    def _ignores(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list):
            self._problem(("ignore",), "'ignore' must be a list of {code, where, reason, until}")
            return {}
        found = [ignore for index, item in enumerate(value) if (ignore := self._ignore(index, item)) is not None]
        return {"ignores": tuple(found)}

    def _ignore(self, index: int, item: Any) -> Ignore | None:
        at: Path = ("ignore", index)
        if not isinstance(item, dict) or not {"code", "where", "reason"} <= item.keys():
            self._problem(at, "an ignore needs 'code', 'where' (a path pattern or revision id) and 'reason'")
            return None
        if unknown := item.keys() - {"code", "where", "reason", "until"}:
            self._problem(at, f"an ignore has no '{min(map(str, unknown))}'")
        texts = {key: self._text((*at, key), item[key]) for key in ("code", "where", "reason")}
        until = self._until(at, item)
        if None in texts.values() or until is date.min:
            return None
        return Ignore(str(texts["code"]), str(texts["where"]), str(texts["reason"]), until)

    def _until(self, at: Path, item: Mapping[Any, Any]) -> date | None:
        """The day that an exception ends by; ``date.min`` where that was no day, which is a problem by then."""
        until = item.get("until")
        if until is None or isinstance(until, date):
            return until
        self._problem((*at, "until"), "'until' must be a date such as 2027-01-31")
        return date.min

    def _scratch(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            return {"scratch": self._texts(("scratch",), value)}
        for key in value.keys() - {"kinds", "start", "connection"}:
            self._problem(("scratch", str(key)), f"'scratch' has no '{key}'; known are connection, kinds, start")
        found: dict[str, Any] = {}
        if "kinds" in value:
            found["scratch"] = self._texts(("scratch", "kinds"), value["kinds"])
        if "start" in value:
            found["start"] = self._text(("scratch", "start"), value["start"])
        if "connection" in value:
            found["passed_connection"] = self._text(("scratch", "connection"), value["connection"])
        return found

    def _app(self, value: Any) -> dict[str, Any]:
        text = self._text(("app",), value)
        if text is not None and not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", text):
            self._problem(("app",), f"'app' is {text!r}; it must be MODULE:NAME, such as shop.web:create_app")
        return {"app": text}

    def _stages(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return {"stages": self._switched(value)}
        names = self._texts(("stages",), value)
        for index, name in enumerate(names):
            self._one_of(("stages", index), name, STAGES)
        if not names:
            self._problem(("stages",), "'stages' is empty: a gate without a stage says yes to everything")
        return {"stages": tuple(name for name in STAGES if name in names)}

    def _switched(self, value: Mapping[Any, Any]) -> tuple[str, ...]:
        """All stages but those that are switched off."""
        off = set()
        for name, wanted in value.items():
            if name not in STAGES:
                self._problem(("stages", str(name)), f"there is no stage '{name}'; known are {', '.join(STAGES)}")
            elif wanted is False or wanted == "off":
                off.add(name)
            elif wanted is not True and wanted != "on":
                self._problem(("stages", str(name)), f"'{name}' is {wanted!r}; it must be on or off")
        if len(off) == len(STAGES):
            self._problem(("stages",), "no stage is on: a gate without a stage says yes to everything")
        return tuple(name for name in STAGES if name not in off)

    def _drift(self, value: Any) -> dict[str, Any]:
        rest = value
        found: dict[str, Any] = {}
        if isinstance(value, dict) and "accepted" in value:
            rest = {key: item for key, item in value.items() if key != "accepted"}
            items = value["accepted"] if isinstance(value["accepted"], list) else [None]
            found["accepted_drift"] = tuple(
                one for index, item in enumerate(items) if (one := self._accepted(index, item)) is not None
            )
        return found | self._one_choice("drift", "not_compared", rest)

    def _accepted(self, index: int, item: Any) -> AcceptedDrift | None:
        at: Path = ("drift", "accepted", index)
        if not isinstance(item, dict) or not {"item", "reason"} <= item.keys():
            self._problem(at, "an accepted difference needs 'item' (the key that reports show) and 'reason'")
            return None
        if unknown := item.keys() - {"item", "reason", "owner", "until"}:
            self._problem(at, f"an accepted difference has no '{min(map(str, unknown))}'")
        texts = {key: self._text((*at, key), item[key]) for key in ("item", "reason", "owner") if key in item}
        until = self._until(at, item)
        if None in texts.values() or until is date.min:
            return None
        return AcceptedDrift(str(texts["item"]), str(texts["reason"]), texts.get("owner"), until, self.lines.get(at))

    def _targets(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._problem(("targets",), "'targets' must map a name to {url, lock_timeout}")
            return {}
        return {"targets": {str(name): self._target(str(name), item) for name, item in value.items()}}

    def _one_choice(self, place: str, name: str, value: Any) -> dict[str, Any]:
        """A mapping with ``name`` alone, whose value allows or refuses."""
        if not isinstance(value, dict):
            self._problem((place,), f"'{place}' must be a mapping, such as {{{name}: refuse}}")
            return {}
        for key in value:
            if key != name:
                self._problem((place, str(key)), f"'{place}' has no '{key}'; known is {name}")
        if name not in value:
            return {}
        return {name: self._one_of((place, name), value[name], ("allow", "refuse"))}

    def _target(self, name: str, item: Any) -> Target:
        at: Path = ("targets", name)
        if not isinstance(item, dict) or "url" not in item:
            self._problem(at, f"target '{name}' needs a 'url', such as env:DATABASE_URL")
            return Target(name, "")
        if unknown := item.keys() - {"url", "lock_timeout"}:
            self._problem(at, f"a target has no '{min(map(str, unknown))}'")
        timeout = item.get("lock_timeout")
        if timeout is not None and (isinstance(timeout, bool) or not isinstance(timeout, int | float)):
            self._problem((*at, "lock_timeout"), "'lock_timeout' must be a number of seconds")
            timeout = None
        return Target(name, self._text((*at, "url"), item["url"]) or "", timeout)
