"""Plugins: named sets of comparison functions, of which ``autogenerate_plugins`` in env.py chooses some.

Keeps them and chooses; loading the packages that bring them is the runner's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from headway.autogenerate.priorities import DispatchPriority, PriorityDispatcher
from headway.errors import ConfigError, ScriptError
from headway.logs import logger
from headway.runtime import runner
from headway.runtime.environment import EnvironmentContext, running_environment

log = logger("alembic.runtime.plugins")

ENTRY_POINTS = "alembic.plugins"
"""The group under which installed packages publish theirs."""

USUAL = ("alembic.autogenerate.*",)
"""What is chosen where env.py says nothing."""

_FORMER_NAMES = {"alembic.autogenerate.checkconstraint_byname": "alembic.ext.checkconstraint_byname"}

comparators = PriorityDispatcher()
"""Comparison functions that belong to no plugin and always take part: ``comparators.dispatch_for("schema")``."""

plugins: dict[str, Plugin] = {}
"""By name, in the order in which they were made."""


class Plugin:
    """A named set of comparison functions; making one enters it into the list of all of them.

    Raises ValueError when the name is taken.
    """

    def __init__(self, name: str) -> None:
        self._environment: EnvironmentContext | None = running_environment()
        taken = plugins.get(name)
        # One process may execute env.py several times; each execution makes its plugins anew.
        if taken is not None and taken._environment in (None, self._environment):
            raise ValueError(f"A plugin named {name} is already registered")
        log.info("setting up plugin %s", name)
        plugins[name] = self
        self.name = name
        self.autogenerate_comparators = PriorityDispatcher()

    def remove(self) -> None:
        """Takes the plugin out of the list. Raises KeyError when it is not in it."""
        del plugins[self.name]

    def add_autogenerate_comparator(
        self,
        fn: Callable[..., Any],
        compare_target: str,
        compare_element: str | None = None,
        *,
        qualifier: str = "default",
        priority: DispatchPriority = DispatchPriority.MEDIUM,
    ) -> None:
        """Registers a function that is called for each ``compare_target``.

        Targets are ``autogenerate``, ``schema``, ``table`` and ``column``; ``compare_element`` names the chain that
        the function can end, ``qualifier`` the only dialect it is for.
        """
        register = self.autogenerate_comparators.dispatch_for(
            compare_target, priority=priority, qualifier=qualifier, subgroup=compare_element
        )
        register(fn)

    @classmethod
    def populate_autogenerate_priority_dispatch(
        cls, comparators: PriorityDispatcher, include_plugins: Sequence[str]
    ) -> None:
        """Adds the functions of the plugins that ``include_plugins`` chooses. Raises what :func:`chosen` raises."""
        for plugin in chosen(include_plugins):
            comparators.populate_with(plugin.autogenerate_comparators)

    @classmethod
    def setup_plugin_from_module(cls, module: ModuleType, name: str) -> None:
        """Makes a plugin and hands it to the module's ``setup()``.

        Raises AttributeError when the module has none, ValueError when the name is taken.
        """
        setup = module.setup
        setup(Plugin(name))


def load_installed() -> None:
    """Sets up the plugins that installed packages publish, before all others.

    Raises ScriptError for one that cannot be loaded.
    """
    installed: dict[str, Plugin] = {}
    for name, module in runner.load_entry_points(ENTRY_POINTS):
        if not callable(getattr(module, "setup", None)):
            raise ScriptError(
                f"the entry point '{name}' ({ENTRY_POINTS}) leads to {getattr(module, '__name__', module)!r}, "
                "which has no setup()",
                hint="Mend or uninstall the package that brings it.",
            )
        Plugin.setup_plugin_from_module(module, name)
        if name in plugins:  # its setup() may have taken it out again
            installed[name] = plugins.pop(name)
    others = dict(plugins)
    plugins.clear()
    plugins.update(installed | others)


def chosen(patterns: Sequence[str]) -> list[Plugin]:
    """The plugins that the patterns name and none with a ``~`` takes out, in the order in which they were made.

    A ``*`` between dots stands for one or more names. Raises ConfigError for a pattern that names no plugin, or that
    is none.
    """
    if isinstance(patterns, str):
        raise ConfigError(
            f"autogenerate_plugins is the text {patterns!r}, not a list of names",
            hint=f"Write autogenerate_plugins=[{patterns!r}].",
        )
    wanted = [_matcher(pattern) for pattern in patterns if not pattern.startswith("~")]
    unwanted = [_matcher(pattern[1:]) for pattern in patterns if pattern.startswith("~")]
    given = [pattern for pattern in patterns if not pattern.startswith("~")]
    lost = [text for text, match in zip(given, wanted, strict=True) if not any(map(match, plugins))]
    if lost:
        raise ConfigError(
            f"Did not locate plugins: {', '.join(lost)}", hint=f"There are: {', '.join(sorted(plugins))}."
        )
    return [
        plugin
        for name, plugin in list(plugins.items())
        if any(match(name) for match in wanted) and not any(match(name) for match in unwanted)
    ]


def _matcher(pattern: str) -> Callable[[str], bool]:
    parts = _FORMER_NAMES.get(pattern, pattern).split(".")
    if not all(re.fullmatch(r"\*|[\w-]+", part) for part in parts):
        raise ConfigError(
            f"Invalid plugin expression {pattern!r}",
            hint="Write names with dots between them; a '*' stands for a whole name.",
        )
    expression = r"\.".join(r"[\w-]+(?:\.[\w-]+)*" if part == "*" else re.escape(part) for part in parts)
    compiled = re.compile(expression)
    return lambda name: compiled.fullmatch(name) is not None
