"""Post-write hooks: programs that format or check a new revision file. A hook that fails is an error."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headway.errors import ConfigError

FILE_TOKEN = "REVISION_SCRIPT_FILENAME"

_registry: dict[str, Callable[..., Any]] = {}


def register(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator: ``function(filename, options)`` becomes the hook type ``name``."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        _registry[name] = function
        return function

    return decorate


def run_hooks(path: str, hooks: Sequence[Mapping[str, Any]], say: Callable[[str], None]) -> None:
    """Runs the hooks on a new file, in order, and says so. Raises ConfigError for one that is unknown or fails."""
    for hook in hooks:
        kind = _required(hook, "type")
        say(f"Running post write hook '{_name(hook)}' ...")
        function = _registry.get(kind)
        if function is None:
            raise ConfigError(
                f"No formatter with name '{kind}' registered: it is the type of post write hook '{_name(hook)}'",
                hint="Types are console_scripts, exec, module, and those that are registered.",
            )
        function(path, hook)
        say("  done")


@register("console_scripts")
def console_scripts(
    path: str,
    options: Mapping[str, Any],
    ignore_output: bool = False,
    verify_version: tuple[int, ...] | None = None,
) -> None:
    """Runs the console script ``entrypoint`` on a file, in a process of its own.

    With ``verify_version`` its distribution must be of that version or later. Raises ConfigError when it is missing,
    older, or fails.
    """
    from importlib.metadata import entry_points

    wanted = _required(options, "entrypoint")
    found = next(iter(entry_points(group="console_scripts", name=wanted)), None)
    if found is None:
        raise ConfigError(
            f"Could not find entrypoint console_scripts.{wanted} of post write hook '{_name(options)}'",
            hint="Is it installed?",
        )
    if verify_version is not None and found.dist is not None:
        _require_version(found.dist.name, found.dist.version, verify_version)
    attribute = f".{found.attr}" if found.attr else ""
    _run(path, options, [sys.executable, "-c", f"import {found.module}; {found.module}{attribute}()"], ignore_output)


@register("exec")
def exec_(path: str, options: Mapping[str, Any], ignore_output: bool = False) -> None:
    """Runs the program ``executable`` on a file. Raises ConfigError when it is missing or fails."""
    _run(path, options, [_required(options, "executable")], ignore_output)


@register("module")
def module(path: str, options: Mapping[str, Any], ignore_output: bool = False) -> None:
    """Runs ``python -m module`` on a file. Raises ConfigError when it is missing or fails."""
    wanted = _required(options, "module")
    _run(path, options, [sys.executable, "-m", wanted], ignore_output, wanted)


def _run(
    path: str, options: Mapping[str, Any], command: list[str], ignore_output: bool, module: str | None = None
) -> None:
    name, command = _name(options), [*command, *_arguments(path, options)]
    try:
        done = subprocess.run(
            command, cwd=options.get("cwd") or None, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise ConfigError(f"post write hook '{name}' cannot be run: {error}", hint="The file was written.") from error
    if done.returncode and module and re.search(rf"No module named '?{re.escape(module)}'?\s*\Z", done.stderr):
        raise ConfigError(f"Could not find module {module} of post write hook '{name}'", hint="Is it installed?")
    if done.returncode:
        said = "" if ignore_output else f": {' '.join((done.stderr or done.stdout).split())[:500]}"
        raise ConfigError(
            f"post write hook '{name}' ended with status {done.returncode}{said}", hint="The file was written."
        )
    if not ignore_output:
        sys.stdout.write(done.stdout)
        sys.stderr.write(done.stderr)


def _arguments(path: str, hook: Mapping[str, Any]) -> list[str]:
    options = str(hook.get("options", ""))
    if FILE_TOKEN not in options:
        options = f"{FILE_TOKEN} {options}"
    try:
        return [part.replace(FILE_TOKEN, path) for part in shlex.split(options)]
    except ValueError as error:
        hint = f"Close the quotes in '{_name(hook)}.options'."
        said = f"the options of post write hook '{_name(hook)}' cannot be read: {error}"
        raise ConfigError(said, hint=hint) from error


def _required(hook: Mapping[str, Any], key: str) -> str:
    if not hook.get(key):
        name = f"Key '{_name(hook)}.type' (or 'type' in toml)" if key == "type" else f"Key {_name(hook)}.{key}"
        raise ConfigError(f"{name} is required for post write hook '{_name(hook)}'")
    return str(hook[key])


def _require_version(distribution: str, version: str, least: tuple[int, ...]) -> None:
    has = tuple(int(part) for part in re.findall(r"\d+", version))
    if has < least:
        needed = ".".join(map(str, least))
        said = f"{distribution} {version} is too old for this hook: {needed} is needed"
        raise ConfigError(said, hint=f"pip install -U '{distribution}>={needed}'")


def _name(hook: Mapping[str, Any]) -> str:
    return str(hook.get("_hook_name", hook.get("type", "")))
