"""Gathers what rules may ask: reads the files in scope, and knows how to read the others when a rule asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from headway.config.dialects import Databases
from headway.config.model import Config
from headway.config.policy import Policy
from headway.config.requirements import stays_below_sqlalchemy_2
from headway.errors import ScriptError
from headway.files import read_small
from headway.lint.catalogue import RULES, check_policy
from headway.lint.environment import Environment
from headway.lint.facts import Facts, RevisionFile, Unreadable
from headway.lint.history.released import Base, Change, Now, changes
from headway.lint.history.scope import Scope
from headway.lint.history.squashed import Squash, squashes
from headway.lint.history.unreached import unreached_files
from headway.lint.ini_url import IniUrl, ini_urls
from headway.lint.known.known import Known
from headway.lint.known.replays import Replays
from headway.lint.naming import named_kinds
from headway.reading.modules import modules_of, top_level_modules
from headway.reading.revision_files import RevisionFiles
from headway.revision.graph import RevisionGraph
from headway.script.directory import RevisionDirectory, places_of


def gather(
    directory: RevisionDirectory,
    config: Config,
    policy: Policy,
    scope: Scope,
    *,
    home: str,
    root: str,
    shown: Callable[[str], str],
    sources: Mapping[str, bytes],
    databases: Databases,
    base: Base | None = None,
    policy_changed: str | None = None,
) -> Facts:
    """The facts of a history; what cannot be read is a fact as well.

    ``home`` is where the configuration lies, ``root`` the top of the repository, ``shown`` gives a path as reports show
    it, ``sources`` is what has been read of the files already, ``databases`` what the history runs on, ``base`` what the base
    branch has, ``policy_changed`` the path of a policy that does not count yet. Raises ConfigError for a policy that names no rule.
    """
    check_policy(policy)
    shown = cache(shown)  # each rule that tells of a file asks
    graph = directory.readable
    places = places_of(config, home)
    library, package = modules_of(directory.dir, places, root)
    paths: dict[str, str] = {}
    for script in directory.scripts:
        paths.setdefault(script.revision, script.path)
    files = RevisionFiles(paths, shown, databases.names, library, package, sources)
    unreadable = list(directory.unreadable)
    examined = tuple(_examined(directory, files, scope, unreadable))
    environment = _environment(os.path.join(directory.dir, "env.py"), shown)
    replacing = squashes(base, graph, scope.new)
    inside = tuple(f"{os.path.relpath(os.path.realpath(folder), root)}/" for folder in directory.locations)
    return Facts(
        graph=graph,
        base=base,
        policy_changed=policy_changed,
        changes=_changes(base, graph, lambda: _places(directory, paths, root), files, scope.new, inside, replacing),
        squashes=replacing,
        merged=_merged(base, graph, scope.new),
        known=Known(Replays(graph, files.upgrade_effects, files.source, databases.names, scope.new)),
        examined=examined,
        new=scope.new,
        codes=frozenset(rule.code for rule in RULES),
        ini_urls=_ini_urls(config, shown),
        databases=databases,
        tables=policy.tables,
        unreached=tuple((shown(path), line) for path, line in unreached_files(directory)),
        settings=shown(config.config_file_name) if config.config_file_name else shown(directory.dir),
        expected_heads=policy.expected_heads,
        project_modules=top_level_modules(places),
        script_package=_script_package(directory.dir, home),
        environment=environment,
        named_kinds=cache(lambda: named_kinds(environment.source, library) if environment else frozenset()),
        stays_below_sqlalchemy_2=cache(lambda: stays_below_sqlalchemy_2((home, root))),
        path_of=lambda revision: shown(paths[revision]) if revision in paths else None,
        unreadable=tuple(Unreadable(shown(e.path or directory.dir), e.line, e.message) for e in unreadable),
        problems=tuple(problem.with_paths(shown) for problem in graph.problems),
    )


def _environment(path: str, shown: Callable[[str], str]) -> Environment | None:
    try:
        return Environment(shown(path), read_small(path).decode(errors="replace"))
    except (OSError, ScriptError):
        return None  # who runs it says so


def _ini_urls(config: Config, shown: Callable[[str], str]) -> tuple[IniUrl, ...]:
    path = config.config_file_name
    if path is None:
        return ()
    try:
        text = read_small(path).decode(errors="replace")
    except OSError:
        return ()  # reading the settings has said so already
    return tuple(ini_urls(shown(path), text))


def _changes(
    base: Base | None,
    graph: RevisionGraph,
    places: Callable[[], Mapping[str, str]],
    files: RevisionFiles,
    new: frozenset[str],
    inside: tuple[str, ...],
    replacing: tuple[Squash, ...],
) -> tuple[Change, ...]:
    if base is None or not base.left:
        return ()
    asked = {old.id for old in base.left} | new  # of the others nobody asks what is in them
    now = {id_: Now(place, files.source(id_) if id_ in asked else b"") for id_, place in places().items()}
    squashed = {name: one.revision for one in replacing if one.fault is None for name in one.replaces}
    return tuple(changes(base, graph, now, new, inside, squashed))


def _places(directory: RevisionDirectory, paths: Mapping[str, str], root: str) -> dict[str, str]:
    """Where the file of each revision is, from the top of the repository, links resolved."""
    real = {file.path: file.real for file in directory.files}
    top = os.path.join(root, "")
    places = {id_: real[path] for id_, path in paths.items()}
    return {
        id_: place[len(top) :] if place.startswith(top) else os.path.relpath(place, root)
        for id_, place in places.items()
    }


def _merged(base: Base | None, graph: RevisionGraph, new: frozenset[str]) -> RevisionGraph | None:
    """The history after the merge with the base, where that has moved on."""
    if base is None or not base.added:
        return None
    there = {name for old in base.added for name in (old.id, *old.replaces)}
    kept = [revision for id_, revision in graph.ids.items() if id_ not in there]
    return RevisionGraph([*kept, *(old.as_revision() for old in base.added)])


def _examined(
    directory: RevisionDirectory, files: RevisionFiles, scope: Scope, unreadable: list[ScriptError]
) -> Iterator[RevisionFile]:
    """The files that are judged; one that cannot be read goes to ``unreadable`` and costs none of the others."""
    for script in directory.scripts:
        if script.revision not in scope.examined:
            continue
        try:
            migration = files.migration(script.path)
        except ScriptError as error:
            unreadable.append(error)
        else:
            is_merge = len(script.down_revisions) > 1
            yield RevisionFile(script.revision, files.shown(script.path), migration, is_merge, files.databases)


def _script_package(directory: str, home: str) -> str | None:
    """The dotted name of the script directory, as an import inside the project would write it."""
    relative = os.path.relpath(directory, home)
    return None if relative.startswith("..") else relative.replace(os.sep, ".")
