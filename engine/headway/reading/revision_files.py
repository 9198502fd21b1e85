"""The files of one history, read when they are asked for and no more than once. Judges nothing, executes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from headway.effects import model as fx
from headway.errors import ScriptError, not_python, not_readable_as_python
from headway.files import read_small
from headway.reading.migration import Migration, read_migration
from headway.reading.reader import Library
from headway.source_text import text_of_source
from headway.valueclass import valueclass


@valueclass(frozen=True)
class RevisionFiles:
    """What the files of a history do."""

    paths: Mapping[str, str]
    """By revision id."""
    shown: Callable[[str], str]
    """A path as reports show it."""
    databases: frozenset[str] = frozenset()
    """The databases that the history runs on; empty when nothing tells."""
    library: Library | None = None
    """Where the project's own modules are found."""
    package: str = ""
    """What relative imports start from."""
    sources: Mapping[str, bytes] = field(default_factory=dict)
    """What is in files that have been read already, by path."""
    _read: dict[str, Migration | ScriptError] = field(default_factory=dict)

    def migration(self, path: str) -> Migration:
        """What one of the files does. Raises ScriptError, with the file's path, when nobody can read it."""
        if path not in self._read:
            self._read[path] = self._migration(path)
        found = self._read[path]
        if isinstance(found, ScriptError):
            raise found
        return found

    def upgrade_effects(self, revision: str) -> tuple[fx.Effect, ...]:
        """What ``upgrade()`` does on the databases of the history; a file that nobody can read is not analysed."""
        try:
            migration = self.migration(self.paths[revision])
        except ScriptError as error:
            place = fx.Span(self.shown(error.path or self.paths[revision]), error.line or 1)
            return (fx.NotAnalysed(span=place, reason=error.message),)
        return effects_on(migration.upgrade.effects, self.databases) if migration.upgrade else ()

    def source(self, revision: str) -> bytes:
        """The bytes of a revision's file; nothing when it cannot be read."""
        path = self.paths[revision]
        kept = self.sources.get(path)
        if kept is not None:
            return kept
        try:
            return read_small(path)
        except OSError:
            return b""

    def _migration(self, path: str) -> Migration | ScriptError:
        if not path.endswith(".py"):
            return ScriptError("this file is compiled, and only its source can be judged", path=path)
        try:
            data = self.sources.get(path)
            text = text_of_source(read_small(path) if data is None else data, path)
            return read_migration(
                self.shown(path),
                text,
                databases=self.databases or None,
                library=self.library,
                package=self.package,
            )
        except OSError as error:
            return ScriptError(f"this file cannot be read: {error.strerror}", path=path)
        except SyntaxError as error:
            return not_python(error, path)
        except ScriptError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return not_readable_as_python(error, path)


def effects_on(effects: tuple[fx.Effect, ...], databases: frozenset[str]) -> tuple[fx.Effect, ...]:
    """Those of the effects whose guards let them run on one of these databases; all where none is named."""
    if not databases or all(effect.databases is None for effect in effects):
        return effects
    return tuple(effect for effect in effects if fx.can_run_on(effect, databases))
