"""Post-write hooks: programs that format or check a new revision file. A hook that fails is an error."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headway.errors import ConfigError

FILE_TOKEN = "REVISION_SCRIPT_FILENAME"

_registry: dict[str, Callable[[str, Mapping[str, Any]], Any]] = {}


def register(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: ``function(filename, options)`` becomes the hook type ``name``."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        _registry[name] = function
        return function

    return decorate


def run_hooks(path: str, hooks: Sequence[Mapping[str, Any]]) -> None:
    """Runs the hooks on a new file, in order. Raises ConfigError for one that is unknown or fails."""
    for hook in hooks:
        name = hook["_hook_name"]
        kind = str(hook.get("type", ""))
        if kind in _registry:
            _registry[kind](path, hook)
            continue
        builder = _COMMANDS.get(kind)
        if builder is None:
            raise ConfigError(f"Could not find hook type '{kind}' of post write hook '{name}'", hint=_KINDS)
        _run(name, [*builder(name, hook), *_arguments(path, hook)], hook.get("cwd"))


def _run(name: str, command: list[str], directory: Any) -> None:
    try:
        done = subprocess.run(command, cwd=directory or None, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ConfigError(f"post write hook '{name}' cannot be run: {error}", hint="The file was written.") from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[:500]
        raise ConfigError(
            f"post write hook '{name}' ended with status {done.returncode}: {said}", hint="The file was written."
        )


def _arguments(path: str, hook: Mapping[str, Any]) -> list[str]:
    options = str(hook.get("options", ""))
    if FILE_TOKEN not in options:
        options = f"{FILE_TOKEN} {options}"
    return [part.replace(FILE_TOKEN, path) for part in shlex.split(options)]


def _console_script(name: str, hook: Mapping[str, Any]) -> list[str]:
    from importlib.metadata import entry_points

    wanted = _required(name, hook, "entrypoint")
    found = next(iter(entry_points(group="console_scripts", name=wanted)), None)
    if found is None:
        raise ConfigError(
            f"Could not find entrypoint console_scripts.{wanted} of post write hook '{name}'", hint="Is it installed?"
        )
    attribute = f".{found.attr}" if found.attr else ""
    return [sys.executable, "-c", f"import {found.module}; {found.module}{attribute}()"]


def _executable(name: str, hook: Mapping[str, Any]) -> list[str]:
    return [_required(name, hook, "executable")]


def _module(name: str, hook: Mapping[str, Any]) -> list[str]:
    return [sys.executable, "-m", _required(name, hook, "module")]


def _required(name: str, hook: Mapping[str, Any], key: str) -> str:
    if not hook.get(key):
        raise ConfigError(f"Key '{name}.{key}' is required for post write hook '{name}'")
    return str(hook[key])


_COMMANDS: dict[str, Callable[[str, Mapping[str, Any]], list[str]]] = {
    "console_scripts": _console_script,
    "exec": _executable,
    "module": _module,
}

_KINDS = "Types are console_scripts, exec, module, and those that are registered."
