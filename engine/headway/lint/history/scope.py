"""Which revisions are new, and so judged: against a base branch, a baseline revision, or all."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace

from headway.config.policy import Policy
from headway.errors import ConfigError, ScriptError, UsageError
from headway.lint.history.released import Base, base_of
from headway.reading.header_reader import header_of
from headway.repository import git
from headway.repository.git import Changes, Comparison
from headway.revision.graph import RevisionGraph
from headway.script.directory import RevisionDirectory
from headway.script.version_files import files_at
from headway.valueclass import valueclass


@valueclass(frozen=True, slots=True)
class Scope:
    """The revisions that rules look at."""

    examined: frozenset[str]
    new: frozenset[str]
    """Those that no database outside this change has."""
    against: str
    """What 'new' was told by, as reports say it."""
    released_known: bool = True
    """Whether anything has told what is released; otherwise nothing counts as new, and all is judged."""
    base: Base | None = None
    """What the base branch has where it and the work tree differ."""
    on_base: frozenset[str] = frozenset()
    """New ones that the base branch has all the same: they are newer than a baseline."""

    @property
    def own(self) -> frozenset[str]:
        """The revisions that this branch alone has, so that nobody minds when they change."""
        return self.new - self.on_base


def choose(
    directory: RevisionDirectory,
    policy: Policy,
    home: str,
    *,
    base: str | None = None,
    all: bool = False,
    paths: Collection[str] = (),
    of_several: bool = False,
) -> Scope:
    """Which revisions are judged: all, those new since ``base``, the policy's baseline, the base branch, or all.

    Of them only those whose files are at or below ``paths``, if any are given; with ``of_several`` a path may be of another
    project. Raises UsageError and ConfigError for what git and the history do not know, UsageError for a path that names
    nothing.
    """
    graph = directory.readable
    if all:
        scope = everything(graph)
    elif base is None and policy.baseline is not None:
        scope = _with_base(since_baseline(graph, policy.baseline), directory, home, policy)
    else:
        found = base or git.default_base(home, policy.base)
        scope = everything(graph) if found is None else _since(directory, home, found)
    if not paths:
        return scope
    revisions = {script.path: script.revision for script in directory.scripts}
    inside: set[str] = set()
    for path, files in files_at(directory.files, paths).items():
        if not files and not (of_several and os.path.exists(path)):
            raise no_revision_at(path, "of this history")
        inside |= {revisions[file] for file in files if file in revisions}  # what is wrong with another, a finding says
    return replace(scope, examined=(scope.examined if base else frozenset(graph.ids)) & inside)


def no_revision_at(path: str, whose: str) -> UsageError:
    """The error for a path of the command line that names nothing that could be judged."""
    what = f"has no revision {whose}" if os.path.exists(path) else "does not exist"
    return UsageError(
        f"{path} {what}: nothing of it would be judged",
        hint="Name revision files or folders of them, as seen from the working directory.",
    )


def _since(directory: RevisionDirectory, home: str, base: str) -> Scope:
    files: dict[str, list[str]] = {}
    for script in directory.scripts:
        files.setdefault(script.revision, []).append(os.path.abspath(script.path))
    stale = git.not_fetched(home)
    compared = git.compare(home, base, directory.sources)
    changes = compared.changes([path for paths in files.values() for path in paths])
    scope = since_base(files, changes, _ids_in(changes.gone))
    entered = _entered(directory, compared, files)
    scope = replace(scope, examined=scope.examined | entered)
    against = f"{scope.against}, as this clone has it: {stale}" if stale else scope.against
    found = compared.released(directory.locations)
    on_base = base_of(git.shown(base), found.left, found.tip, found.tip_gone, found.elsewhere)
    return replace(scope, base=on_base, against=against)


def _entered(
    directory: RevisionDirectory, compared: Comparison, files: Mapping[str, Collection[str]]
) -> frozenset[str]:
    """The revisions whose files have been there and come into the history by a change of the settings: other
    ``version_locations``, ``recursive_version_locations``, another ``script_location``.

    They are judged, and are not new: they may have been the history of another project.
    """
    config = directory.config
    if config is None:
        return frozenset()
    named = [path for path in (config.config_file_name, config.toml_file_name) if path and os.path.exists(path)]
    if not any(compared.is_changed(os.path.abspath(path)) for path in named):
        return frozenset()
    ini, toml = (
        compared.before(os.path.abspath(path)) if path in named else None
        for path in (config.config_file_name, config.toml_file_name)
    )
    if ini is None and toml is None:
        return frozenset()  # nothing tells what the history was
    try:
        settings = config.as_it_was(ini or b"", toml or b"")
        if not settings.get_script_location():
            return frozenset()
        was = RevisionDirectory.from_config(settings)
    except ConfigError:
        return frozenset(files)
    return frozenset(one for one, paths in files.items() if not any(map(was.would_find, paths)))


def _with_base(scope: Scope, directory: RevisionDirectory, home: str, policy: Policy) -> Scope:
    """The scope of a baseline, with what the base branch has; where git cannot tell, that is said and no more.

    Raises ConfigError for a baseline that only this branch has: it would release what nobody has released.
    """
    try:
        base = git.default_base(home, policy.base)
        if base is None:
            return scope
        against_git = _since(directory, home, base)
    except (ConfigError, UsageError) as error:
        return replace(scope, against=f"{scope.against}; released revisions not compared: {error.message}")
    if policy.baseline in against_git.new:
        raise ConfigError(
            f"the baseline '{policy.baseline}' is not on {git.shown(base)}: it is one of the revisions to judge",
            path=policy.path,
            hint="Name a revision that is released.",
        )
    return replace(scope, base=against_git.base, on_base=scope.new - against_git.new)


def _ids_in(sources: Mapping[str, bytes]) -> set[str]:
    """The revision ids that these files declare."""
    ids: set[str] = set()
    for path, source in sources.items():
        if b"revision" in source:
            with suppress(ScriptError):  # what the base had of unreadable files is no business of this change
                ids.add(str(header_of(source, path).values.get("revision")))
    return ids


def everything(graph: RevisionGraph) -> Scope:
    """Every revision; none counts as new, so that tables are taken to hold rows."""
    return Scope(frozenset(graph.ids), frozenset(), "all revisions", released_known=False)


def since_baseline(graph: RevisionGraph, baseline: str) -> Scope:
    """The revisions that are neither ``baseline`` nor one of its ancestors.

    Raises UsageError when the history has no such revision.
    """
    baseline = graph.end_of.get(baseline, baseline)
    if baseline not in graph.ids:
        raise UsageError(
            f"the baseline '{baseline}' is not a revision of this history",
            hint="Set 'baseline' in the policy to the full id of a released revision.",
        )
    new = frozenset(graph.ids) - graph.ancestors([baseline]) - {baseline}
    return Scope(new, new, f"baseline {baseline}")


def since_base(files: Mapping[str, Collection[str]], changes: Changes, released: Collection[str]) -> Scope:
    """The revisions whose file was added since a base, and those whose file was changed.

    A changed file is judged but not new: databases may have run it. So is one whose id is among the ``released`` ones,
    which the base has in another place. A history that lies outside of the repository is
    judged as a whole, because nobody can tell what of it is released.
    """
    outside = sum(all(path in changes.outside for path in paths) for paths in files.values())
    if files and outside == len(files):
        return Scope(frozenset(files), frozenset(), "all revisions, which lie outside of the repository", False)
    new = {revision for revision, paths in files.items() if any(path in changes.added for path in paths)}
    changed = {revision for revision, paths in files.items() if any(path in changes.modified for path in paths)}
    changed |= new & set(released)
    new -= set(released)
    not_judged = f", {outside} outside of the repository and not judged" if outside else ""
    return Scope(frozenset(new | changed), frozenset(new), f"{changes.base}{not_judged}")
